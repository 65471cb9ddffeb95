"""Answers people in Slack: commands, mentions, direct messages, shortcuts and forms in, rendered replies out."""

from __future__ import annotations

import asyncio
import json
import logging
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters import slack_views as views
from adapters.slack_card import Setting, fallback, pages, render
from adapters.slack_events import clean, question_of
from adapters.slack_here import CALL_ERRORS, PLATFORM, Here, Sender, here_of, opened_from, reason
from adapters.slack_values import Name, Value, action_id
from bot.correction import reading
from bot.following import Answers
from bot.limits import Admission
from bot.model import Action
from bot.seen import Seen
from bot.store import new_key
from bot.store.records import Post
from bot.unasked import Unasked
from bot.wording import wording

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_card import Audience
    from adapters.slack_events import Question
    from adapters.slack_people import People
    from adapters.slack_settings import SlackSettings
    from adapters.slack_text import Json
    from bot.model import Card, Reply
    from bot.moderation import Moderation

logger = logging.getLogger(__name__)

REDELIVERY = 3600.0  # seconds within which Slack may deliver the same event again
_HOME_LINES = 8  # of each list on the Home tab
# What a reader can do with an entry that was picked by its title.
_PICKED = (Action.HELPFUL, Action.NOT_THIS, Action.SHARE, Action.REMOVE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A card on its way to a reader, with what its buttons have to know."""

    card: Card
    value: Value
    choose: bool = False

    def blocks(self, audience: Audience, *, echo: bool = False, shared_by: str = "") -> list[Json]:
        """Render it for an audience."""
        setting = Setting(audience=audience, value=self.value, echo=echo, choose=self.choose, shared_by=shared_by)
        return render(self.card, setting)

    @property
    def text(self) -> str:
        """The plain form."""
        return fallback(self.card)


class Bot:
    """Everything that a person can start in Slack, except pressing buttons (see slack_presses)."""

    def __init__(self, moderation: Moderation, settings: SlackSettings, people: People, sender: Sender) -> None:
        self.service = moderation.service
        self.store = moderation.store
        self.settings = settings
        self.people = people
        self.sender = sender
        self.moderation = moderation
        self.unasked = Unasked(moderation.service, moderation.store)
        self.answers: Answers[str] = Answers()  # the timestamp of ours by the question's key
        self._seen = Seen(lifetime=REDELIVERY)
        self._turns = asyncio.Lock()

    # What a reply is made of.

    def asked(self, question: str, here: Here) -> Shown:
        """Ask the core, and keep that it was asked."""
        key, asker = new_key(), here.asker
        reply = self.service.ask(question, asker)
        self.store.record_question(key, reply, asker)
        return self.shown(reply, here, key, question)

    @staticmethod
    def shown(reply: Reply, here: Here, key: str, question: str) -> Shown:
        """Prepare a reply for rendering, with the question as it was typed."""
        entry_id = reply.entry.id if reply.entry else ""
        value = Value(key=key, entry_id=entry_id, question=question, asker=here.person)
        return Shown(card=reply.card, value=value, choose=reply.outcome == "suggest")

    def picked(self, value: Value, here: Here) -> Shown:
        """Prepare an entry that was picked by its id; a long one is cut to its first page, with a way to the rest."""
        card = self.service.entry(value.entry_id, here.asker)
        if value.entry_id not in self.service.seen_from(here.asker).knowledge.by_id:
            return Shown(card=card, value=replace(value, entry_id=""))
        return self.paged(card, replace(value, asker=here.person))

    @staticmethod
    def paged(card: Card, value: Value) -> Shown:
        """Cut a card to its first page, with a way to the rest; a fixed reply stays as it is."""
        if not value.entry_id:
            return Shown(card=card, value=value)
        leaves = pages(card)
        actions = _PICKED if len(leaves) == 1 else (Action.WHOLE, *_PICKED)
        return Shown(card=replace(card, body=leaves[0].body, actions=actions), value=value)

    async def located(self, body: Json, client: AsyncWebClient) -> Here:
        """Read where a request comes from, with the person's language."""
        here = here_of(body, client)
        return replace(here, locale=await self.people.locale(client, here.team, here.person))

    async def first_time(self, key: str) -> bool:
        """Say whether this is the first time, here or in any process that shares the database."""
        if not self._seen.first_time(key):
            return False
        return await asyncio.to_thread(self.store.claim, f"{PLATFORM}:{key}", REDELIVERY)

    async def turn(self) -> None:
        """Wait for a turn to ask the core, at once.

        There is one turn between two looks at the network: an acknowledgement never waits for a queue of questions.
        """
        async with self._turns:
            await asyncio.sleep(0)

    # Commands.

    async def command(self, body: Json, client: AsyncWebClient, _me: str) -> None:
        """Answer `/ask`: privately, with the question above; the empty one opens a form."""
        here = await self.located(body, client)
        # A command's text is as it was typed; only messages come as mrkdwn.
        text = str(body.get("text") or "").strip()
        words = wording(here.locale)
        match text.casefold():
            case "":
                await self.open_form(here)
            case "help":
                shortcut = words.commands["answer_this"]
                said = words.room.help.format(command=self.settings.command, shortcut=shortcut)
                await self.sender.respond(here, said, [block.note(said)])
            case "privacy":
                said, blocks = views.privacy_page(here.locale, self.store.retention_days)
                await self.sender.respond(here, said, blocks)
            case "topics":
                topics = self.service.topics(here.asker)
                await self.sender.respond(here, words.topics, views.topics_blocks(topics, here.locale))
            case _:
                await self.answer_privately(text, here)

    async def admitted(self, here: Here) -> bool:
        """Say whether a question may be answered now; where too many were asked, the person is told once."""
        admission = self.service.admit(here.asker)
        if admission is Admission.TELL:
            said = wording(here.locale).room.too_many
            if here.response_url:
                await self.sender.respond(here, said)
            else:
                await self.sender.whisper(here, said)
        return admission is Admission.ANSWER

    async def answer_privately(self, question: str, here: Here) -> None:
        """Answer for this person alone, through the response URL."""
        if not await self.admitted(here):
            return
        await self.turn()
        shown = self.asked(question, here)
        blocks = shown.blocks("asker", echo=True)
        if not await self.sender.respond(here, shown.text, blocks):
            await self.sender.whisper(here, shown.text, blocks)

    async def open_form(self, here: Here, typed: str = "") -> None:
        """Open the form for a question."""
        await self.open_view(here, views.ask_form(here.locale, response_url=here.response_url, typed=typed))

    async def open_view(self, here: Here, view: Json) -> None:
        """Show a page: in the modal that was pressed in, else in a new one."""
        if here.view and here.view.get("type") == "modal":
            await here.client.views_update(view_id=here.view["id"], view=opened_from(view, here))
            return
        try:
            await here.client.views_open(trigger_id=here.trigger, view=opened_from(view, here))
        except CALL_ERRORS as error:
            # Slack gives three seconds; a person who is not told would wait for ever.
            logger.warning("a form could not be opened: %s", reason(error))
            if here.response_url:
                await self.sender.respond(here, wording(here.locale).room.old_button)

    # Shortcuts and forms.

    async def message_shortcut(self, body: Json, client: AsyncWebClient, me: str) -> None:
        """Answer the message that somebody chose, for that somebody alone, in the message's thread."""
        here = await self.located(body, client)
        message: Json = body.get("message") or {}
        here = replace(here, thread=str(message.get("thread_ts") or message.get("ts") or ""))
        await self.answer_privately(clean(str(message.get("text") or ""), me), here)

    async def global_shortcut(self, body: Json, client: AsyncWebClient, _me: str) -> None:
        """Open the form for a question."""
        await self.open_form(await self.located(body, client))

    def submitted(self, body: Json, client: AsyncWebClient) -> tuple[Json, Here, Shown | None]:
        """Read a filled form: how to acknowledge it, and what to show where; never waits, as Slack does not.

        The reply goes to where the form was opened from, or into the form where there is no such place.
        """
        here = here_of(body, client)
        here = replace(here, locale=self.people.known_locale(here.team, here.person))
        view: Json = here.view or {}
        here = replace(here, response_url=json.loads(view.get("private_metadata") or "{}").get("response_url", ""))
        values: Json = view["state"]["values"]
        picked = values[views.PICK_BLOCK][action_id(Name.PICK)].get("selected_option")
        typed = (values[views.QUESTION_BLOCK][views.QUESTION_INPUT].get("value") or "").strip()
        if picked:
            shown = self.picked(Value(entry_id=picked["value"], key=new_key()), here)
        elif typed and self.service.admit(here.asker) is not Admission.ANSWER:
            errors = {views.QUESTION_BLOCK: wording(here.locale).room.too_many}
            return {"response_action": "errors", "errors": errors}, here, None
        elif typed:
            shown = self.asked(typed, here)
        else:
            errors = {views.QUESTION_BLOCK: wording(here.locale).empty}
            return {"response_action": "errors", "errors": errors}, here, None
        if here.response_url:
            return {}, here, shown
        view = opened_from(views.answer_view(shown.card, shown.value), here)
        return {"response_action": "update", "view": view}, here, None

    async def answer_form(self, shown: Shown, here: Here) -> None:
        """Answer a form where it was opened; directly, if it stood open for so long that Slack closed that way."""
        if not await self.sender.respond(here, shown.text, shown.blocks("asker", echo=True)):
            await self.sender.post(
                here, shown.text, shown.blocks("direct", echo=True), channel=here.person, thread_ts=None
            )  # fmt: skip

    def options(self, body: Json, client: AsyncWebClient) -> list[Json]:
        """Offer entries while somebody types."""
        here = here_of(body, client)
        here = replace(here, locale=self.people.known_locale(here.team, here.person))
        return views.options(self.service.complete(str(body.get("value") or ""), here.asker, limit=block.MAX_OPTIONS))

    # Events.

    async def heard(self, body: Json, client: AsyncWebClient, me: str) -> tuple[Question, Here] | None:
        """Read a message event: the question that is in it, if it is one for us and for the first time."""
        question = question_of(body, me)
        if question is None:
            return None
        here = Here(
            client=client,
            team=question.team,
            person=question.person,
            channel=question.channel,
            thread=question.thread,
            message=question.ts,
        )
        if question.way == "overheard" and self.service.place(here.asker).auto_answer == "no":
            return None
        # What was overheard may be put to us by an edit later: that is another time.
        key = f"overheard:{question.key}" if question.way == "overheard" else question.key
        if question.edited is None and not await self.first_time(key):
            return None
        return question, replace(here, locale=await self.people.locale(client, question.team, question.person))

    async def answer_in_thread(self, question: Question, here: Here) -> None:
        """Answer a mention or a direct message where it was written."""
        if not await self.admitted(here):
            return
        await self.turn()
        shown = self.asked(question.text, here)
        # In a plain direct message a thread of its own for every question would be in the way.
        in_line = here.direct and not self.settings.agent_view and question.thread == question.ts
        ts = await self.sender.post(
            here,
            shown.text,
            shown.blocks("direct" if here.direct else "everyone"),
            thread_ts=None if in_line else here.thread,
        )
        if ts is None:
            await self.sender.whisper(here, shown.text, shown.blocks("asker"))
            return
        self.answers.keep(question.key, ts, question.text)
        self.keep_post(here, ts, shown)

    def keep_post(self, here: Here, ts: str, shown: Shown, *, again: bool = False) -> None:
        """Keep where an entry was shown to everyone, so that a correction can reach it.

        `again` where the message showed something else before, perhaps an entry that it shows no more.
        """
        entry = shown.card.entry
        if here.direct or (entry is None and not again):
            return
        self.store.record_post(
            Post(
                platform=PLATFORM,
                tenant=here.team,
                place=here.channel,
                message=ts,
                entry_id=entry.id if entry else "",
                posted_at=int(float(ts)),
                digest=reading(entry) if entry else "",
                key=shown.value.key,
                locale=here.locale,
            )
        )

    async def failed(self, here: Here, code: str) -> None:
        """Tell the person that something went wrong on our side."""
        said = wording(here.locale).room.failed.format(code=code)
        if here.response_url:
            await self.sender.respond(here, said)
        elif here.channel:
            await self.sender.whisper(here, said)
        elif here.trigger:
            await self.open_view(here, views.notice_view(said, here.locale))
