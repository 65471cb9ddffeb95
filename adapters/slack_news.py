"""What the bot brings to people in Slack by itself: bulletins, the moderators' answers, corrections."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

from adapters import slack_blocks as block
from adapters.slack_bot import Shown
from adapters.slack_card import pages
from adapters.slack_here import CALL_ERRORS, PLATFORM, Here, reason
from adapters.slack_text import Json, bold, escape, literal, text
from adapters.slack_values import Name, Value, action_id
from bot.bulletin import UNDO
from bot.clamp import clamp
from bot.errors import BackchannelError, NotAllowedError
from bot.outbox import Answer, Channel, Notice
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from bot.bulletin import Bulletin, Part
    from bot.moderation import Moderator
    from bot.outbox import Correction, Errand, Fate

    Admit = Callable[[Here], Awaitable[Moderator]]  # lets a moderator in; raises NotAllowedError for anybody else

logger = logging.getLogger(__name__)

# Slack's words for what will never be taken; any other refusal may pass, as one of a token that is about to be renewed.
_NEVER = frozenset(
    {
        *("channel_not_found", "is_archived", "not_in_channel", "restricted_action"),
        *("cannot_dm_bot", "messages_tab_disabled", "user_disabled", "user_not_found"),
        *("cant_update_message", "edit_window_closed", "message_not_found"),
        *("invalid_blocks", "msg_blocks_too_long", "msg_too_long", "no_text"),
    }
)
_TEAM = "T"  # begins a workspace's id
_MAX_VERBATIM = 2800  # characters of a tool's output


class Workspaces(Protocol):
    """Knows whose token to use where."""

    async def client(self, team: str) -> AsyncWebClient | None:
        """Give a workspace's client; None where the bot is not installed (any more)."""

    async def home(self) -> str | None:
        """Name the workspace of a bot that is in one only."""


class News:
    """Slack's carrier."""

    def __init__(self, bot: Bot, workspaces: Workspaces) -> None:
        self._bot, self._workspaces = bot, workspaces

    async def channels(self) -> Sequence[Channel] | None:
        """The moderators' channels; where people install the bot themselves, none is everybody's."""
        places = self._bot.service.places.moderator_channels(PLATFORM)
        try:
            home = await self._workspaces.home() if places else None
        except CALL_ERRORS as error:
            logger.info("slack does not tell which workspace this is: %s", reason(error))
            return None
        teams = {channel: place if place.startswith(_TEAM) else home for channel, place in places.items()}
        return [Channel(id=channel, tenant=team) for channel, team in teams.items() if team]

    async def carry(self, errand: Errand) -> Fate:
        """Deliver one thing."""
        try:
            if isinstance(errand, Notice):
                await self._tell(errand)
            elif isinstance(errand, Answer):
                await self._answer(errand)
            else:
                await self._correct(errand)
        except _NotInstalledError:
            return "gone"
        except CALL_ERRORS as error:
            lasting = reason(error) in _NEVER
            level = logging.WARNING if lasting else logging.INFO
            logger.log(level, "a %s was not taken: %s", type(errand).__name__.lower(), reason(error))
            return "gone" if lasting else "later"
        return "done"

    async def _tell(self, notice: Notice) -> None:
        client = await self._client(notice.channel.tenant or "")
        await _post(client, notice.channel.id, notice.bulletin.title, bulletin_blocks(notice.bulletin))

    async def _answer(self, answer: Answer) -> None:
        request = answer.requests[0]
        here = Here(
            client=await self._client(request.tenant),
            team=request.tenant,
            person=request.person,
            locale=request.locale,
        )  # fmt: skip
        value = Value(key=new_key(), entry_id=answer.entry_id, question=answer.question, asker=request.person)
        shown = self._bot.paged(answer.card, value)
        blocks = [literal(answer.lead), *shown.blocks("direct")]
        await _post(here.client, request.person, f"{escape(answer.lead)}\n{shown.text}", blocks)

    async def _correct(self, correction: Correction) -> None:
        post = correction.post
        client = await self._client(post.tenant)
        entry_id = post.entry_id if correction.note else ""
        value = Value(key=post.key, entry_id=entry_id, question=correction.question)
        is_long = len(pages(correction.card)) > 1
        shown = self._bot.paged(correction.card, value) if is_long else Shown(card=correction.card, value=value)
        blocks = shown.blocks("everyone")
        if correction.note:
            blocks.insert(0, block.note(correction.note))
        await client.chat_update(
            channel=post.place, ts=post.message, text=f"{correction.note}\n{shown.text}".strip(), blocks=blocks
        )

    async def _client(self, team: str) -> AsyncWebClient:
        client = await self._workspaces.client(team)
        if client is None:
            raise _NotInstalledError
        return client


class _NotInstalledError(Exception):
    """The bot is not in that workspace."""


async def still_true(value: Value, here: Here, bot: Bot, admit: Admit) -> None:
    """Confirm an entry: the date moves, in the file; who presses needs the right at that moment."""
    words = wording(here.locale)
    try:
        moderator = await admit(here)
        made = await asyncio.to_thread(lambda: moderator.make(moderator.still_true(value.entry_id)))
    except NotAllowedError:
        said = words.room.moderators_only
    except BackchannelError as error:
        said = clamp(str(error), block.MAX_PLAIN)
    else:
        entry = bot.service.snapshot.knowledge.by_id[value.entry_id]
        said = words.news.confirmed.format(
            title=entry.title, date=words.on(entry.review_by or bot.service.today), command=f"{UNDO} {made.key}"
        )
    await bot.sender.respond(here, said, [literal(said)])


def bulletin_blocks(bulletin: Bulletin) -> list[Json]:
    """Build the blocks of a bulletin, with a press beside each entry that can be confirmed."""
    blocks = [block.header(bulletin.title)]
    label = wording(bulletin.language).news.still_true
    numbers = iter(range(block.MAX_OPTIONS))
    for part in bulletin.parts:
        blocks += _part(part, lambda entry_id: _press(label, entry_id, next(numbers)))
    return blocks


def _part(part: Part, press: Callable[[str], Json]) -> Iterator[Json]:
    if part.heading:
        yield literal(bold(part.heading))
    if part.verbatim:
        shown = clamp("\n".join(line.text for line in part.lines), _MAX_VERBATIM)
        yield {"type": "rich_text", "elements": [{"type": "rich_text_preformatted", "elements": [text(shown)]}]}
        return
    for line in part.lines:
        if line.still_true:
            yield {"type": "section", "text": block.plain(line.text), "accessory": press(line.still_true)}
    plain = [line.text for line in part.lines if not line.still_true]
    if plain and part.heading:
        items = [literal(one)["elements"][0] for one in plain]
        yield {"type": "rich_text", "elements": [{"type": "rich_text_list", "style": "bullet", "elements": items}]}
    else:
        yield from map(literal, plain)


def _press(label: str, entry_id: str, number: int) -> Json:
    return block.button(label, action_id(Name.STILL_TRUE, number), Value(entry_id=entry_id).encode())


async def _post(client: AsyncWebClient, channel: str, said: str, blocks: Sequence[Json]) -> None:
    await client.chat_postMessage(
        channel=channel, text=said, blocks=list(blocks), unfurl_links=False, unfurl_media=False
    )  # fmt: skip
