"""What the bot brings to people on Discord by itself: bulletins, the moderators' answers, corrections."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import aiohttp
import discord

from adapters.discord_bulletin import bulletin_view
from adapters.discord_desk import PLATFORM, watched_place
from adapters.discord_entries import tell
from adapters.discord_ids import Press
from adapters.discord_pages import plain
from adapters.discord_review_view import notice
from adapters.discord_text import escape
from adapters.discord_view import Frame, layout
from bot.bulletin import UNDO
from bot.errors import BackchannelError
from bot.outbox import Answer, Channel, Notice
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from adapters.discord_desk import Desk
    from adapters.discord_items import Interaction
    from bot.moderation import Moderation
    from bot.outbox import Correction, Errand, Fate

logger = logging.getLogger(__name__)

_NEVER = frozenset({400, 403, 404})  # HTTP: not taken, shut, or gone; everything else passes
_TITLE = "## "


class News:
    """Discord's carrier, and the press that confirms an entry."""

    def __init__(self, client: discord.Client, desk: Desk, moderation: Moderation) -> None:
        self._client, self._desk, self._moderation = client, desk, moderation
        self.acts = {"stilltrue": self._still_true}

    async def channels(self) -> Sequence[Channel]:
        """The moderators' channels of the servers that this process has."""
        places = self._desk.service.places
        known = map(self._client.get_channel, map(int, filter(str.isdecimal, places.moderator_channels(PLATFORM))))
        here = (one for one in known if isinstance(one, discord.abc.GuildChannel | discord.Thread))
        return [_channel(one) for one in here]

    async def carry(self, errand: Errand) -> Fate:
        """Deliver one thing."""
        try:
            if isinstance(errand, Notice):
                place = self._client.get_partial_messageable(int(errand.channel.id))
                await place.send(view=bulletin_view(errand.bulletin))
            elif isinstance(errand, Answer):
                await self._answer(errand)
            else:
                await self._correct(errand)
        except discord.HTTPException as error:
            lasting = error.status in _NEVER
            level = logging.WARNING if lasting else logging.INFO
            logger.log(level, "a %s was not taken (HTTP %s)", type(errand).__name__.lower(), error.status)
            return "gone" if lasting else "later"
        except (aiohttp.ClientError, OSError) as error:
            logger.info("a %s could not be sent: %s", type(errand).__name__.lower(), type(error).__name__)
            return "later"
        return "done"

    async def _answer(self, answer: Answer) -> None:
        person = answer.requests[0].person
        channel = await self._client.create_dm(discord.Object(int(person) if person.isdecimal() else 0))
        entry_id = answer.entry_id
        frame = Frame(
            key=new_key(), person=person, entry_id=entry_id, whole=bool(entry_id), lead=escape(answer.lead)
        )  # fmt: skip
        await channel.send(view=layout(self._desk.offered(answer.card, answer.asker, alone=True), frame))

    async def _correct(self, correction: Correction) -> None:
        post = correction.post
        message = await self._client.get_partial_messageable(int(post.place)).fetch_message(int(post.message))
        lead = _lead(message)
        if correction.note:
            lead = "\n".join(filter(None, (lead, f"-# {escape(correction.note)}")))
        card = self._desk.offered(correction.card, correction.asker)
        if message.flags.components_v2:
            press = next(_presses(message), Press(verb=""))
            entry_id = post.entry_id if correction.note else ""
            frame = Frame(key=post.key or press.key, person=press.person, entry_id=entry_id, private=False, lead=lead)
            await message.edit(view=layout(card, frame), allowed_mentions=discord.AllowedMentions.none())
        else:
            await message.edit(content=plain(card, lead=lead), allowed_mentions=discord.AllowedMentions.none())

    async def _still_true(self, interaction: Interaction, press: Press) -> None:
        """Confirm an entry: the date moves, in the file; who presses needs the right at that moment."""
        entry_id, locale = self._desk.entry_id(press.argument), interaction.locale.value
        try:
            moderator = self._moderation.of(self._desk.asker(interaction), interaction.user.display_name)
            await interaction.response.defer(ephemeral=True, thinking=True)
            made = await asyncio.to_thread(lambda: moderator.make(moderator.still_true(entry_id)))
        except BackchannelError as error:
            await tell(interaction, error)
            return
        entry, words = self._desk.service.snapshot.knowledge.by_id[entry_id], wording(locale)
        said = words.news.confirmed.format(
            title=entry.title, date=words.on(entry.review_by or self._desk.service.today), command=f"{UNDO} {made.key}"
        )
        await interaction.edit_original_response(view=notice([said], locale))


def _channel(one: discord.abc.GuildChannel | discord.Thread) -> Channel:
    parent = watched_place(one) if isinstance(one, discord.Thread) else ""
    return Channel(id=str(one.id), tenant=str(one.guild.id), parent=parent)


def _texts(message: discord.Message) -> Iterator[str]:
    for component in message.components:
        parts = component.children if isinstance(component, discord.Container) else [component]
        yield from (part.content for part in parts if isinstance(part, discord.TextDisplay))


def _lead(message: discord.Message) -> str:
    """Read what stands above the title of an answer of ours: whom it is for, or who asked."""
    first = next(_texts(message), "")
    above = [line for line in first.partition(_TITLE)[0].splitlines() if line.strip()]
    if _TITLE not in first and not first.startswith("-# "):
        return ""
    return "\n".join(above[:1])


def _presses(message: discord.Message) -> Iterator[Press]:
    """Read the buttons of an answer of ours."""
    for component in message.components:
        rows = component.children if isinstance(component, discord.Container) else [component]
        for row in rows:
            for child in row.children if isinstance(row, discord.ActionRow) else ():
                if press := Press.parse(child.custom_id or ""):
                    yield press
