"""What happens when somebody presses a button of ours in Slack."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, get_args

from adapters import slack_blocks as block
from adapters import slack_views as views
from adapters.durable import durable
from adapters.slack_bot import Shown
from adapters.slack_card import pages
from adapters.slack_privacy import Privacy
from adapters.slack_text import Json, literal
from adapters.slack_values import Name, Value, action_id
from bot.clamp import clamp
from bot.model import Action, Complaint
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from adapters.slack_bot import Bot
    from adapters.slack_card import Audience
    from adapters.slack_here import Here
    from adapters.slack_unasked import Unasked

    Press = Callable[[Value, Here], Awaitable[None]]

logger = logging.getLogger(__name__)

_MAX_QUESTION = 2500  # characters of a question shown to the moderators


class Presses:
    """The buttons, one method each; `handlers` names them all."""

    def __init__(self, bot: Bot, unasked: Unasked) -> None:
        self._bot = bot
        self._unasked = unasked
        self._sender = bot.sender
        privacy = Privacy(bot)
        self.handlers: dict[Name, Press] = {
            Name.ENTRY: self.entry,
            Name.PICK: self.entry,
            Name.CHOOSE: self.choose,
            Name.WHOLE: self.whole,
            Name.PAGE: self.whole,
            Name.FEEDBACK: self.vote,
            Name.HELPFUL: self.vote,
            Name.NOT_THIS: self.vote,
            Name.COMPLAINT: self.complain,
            Name.NONE_OF_THESE: self.none_of_these,
            Name.ASK_MODERATORS: self.ask_moderators,
            Name.SHARE: self.share,
            Name.COPY: self.copy,
            Name.REMOVE: self.remove,
            Name.SHOW: self.show,
            Name.ASK: self.ask,
            Name.MINE: privacy.show,
            Name.FORGET: privacy.forget,
        }

    async def press(self, name: Name, body: Json, here: Here) -> None:
        """Do what a button or a menu says; one that this version did not write gets a polite line."""
        action: Json = body["actions"][0]
        chosen = action.get("selected_option")
        if chosen:
            value: Value | None = Value(key=new_key(), entry_id=str(chosen.get("value") or ""), asker=here.person)
        else:
            value = Value.decode(action.get("value"))
        if value is None:
            await self.stale(here)
            return
        if name in {Name.HELPFUL, Name.NOT_THIS} and not value.vote:
            value = replace(value, vote=Action(name.value))
        await self.handlers[name](value, here)

    async def stale(self, here: Here) -> None:
        """Say that a button is out of date."""
        await self._tell(here, wording(here.locale).room.old_button)

    async def entry(self, value: Value, here: Here) -> None:
        """Show an entry: a short one as a message for this person, a long one as pages."""
        card = self._bot.service.entry(value.entry_id, here.asker)
        if here.view is not None or len(pages(card)) > 1:
            await self._bot.open_view(here, views.reader(card, replace(value, page=0)))
            return
        await self._show(self._bot.picked(value, here), here)

    async def choose(self, value: Value, here: Here) -> None:
        """Show what the asker meant, in place of the choices; somebody else gets it privately."""
        self._bot.store.record_choice(value.key, value.entry_id)
        await self._replace(self._bot.picked(value, here), value, here)

    async def whole(self, value: Value, here: Here) -> None:
        """Open a whole entry at a page."""
        await self._bot.open_view(here, views.reader(self._bot.service.entry(value.entry_id, here.asker), value))

    async def vote(self, value: Value, here: Here) -> None:
        """Keep a vote; after a "no", offer what is left, and ask what was wrong."""
        if value.vote not in {Action.HELPFUL, Action.NOT_THIS}:
            await self.stale(here)
            return
        entry_id = value.entry_id or None
        words = wording(here.locale)
        if value.vote == Action.HELPFUL:
            await durable(self._bot.store.record_vote(value.key, here.asker, Action.HELPFUL, entry_id=entry_id))
            await self._tell(here, words.room.thanks)
            return
        self._bot.store.record_vote(value.key, here.asker, Action.NOT_THIS, entry_id=entry_id)
        if value.unasked and value.asker == here.person:
            await self._take_away(value, here)
            return
        complaints = [
            block.button(label, action_id(Name.COMPLAINT, number), replace(value, vote=complaint).encode())
            for number, (complaint, label) in enumerate(words.room.complaints.items())
        ]
        blocks = [literal(words.room.what_was_wrong), block.actions(complaints)]
        if value.question:
            blocks += self._refused(value, here).blocks("asker")
        if here.view is not None:
            await self._bot.open_view(here, views.page(blocks, here.locale))
        else:
            await self._sender.respond(here, words.room.what_was_wrong, blocks)

    async def complain(self, value: Value, here: Here) -> None:
        """Keep what was wrong with an answer."""
        complaint = next((one for one in get_args(Complaint) if one == value.vote), None)
        entry_id = value.entry_id or None
        self._bot.store.record_vote(value.key, here.asker, Action.NOT_THIS, entry_id=entry_id, complaint=complaint)
        await self._tell(here, wording(here.locale).room.noted)

    async def none_of_these(self, value: Value, here: Here) -> None:
        """Say honestly that there is nothing else."""
        self._bot.store.record_vote(value.key, here.asker, Action.NONE_OF_THESE)
        await self._replace(self._refused(value, here), value, here)

    async def ask_moderators(self, value: Value, here: Here) -> None:
        """Pass the question on, once, to the queue and to the moderators' channel."""
        words = wording(here.locale)
        if not await self._bot.first_time(f"asked:{value.key}:{here.person}"):
            await self._tell(here, words.room.sent)
            return
        kept = await durable(self._bot.store.ask_moderators(value.key, value.question, here.asker))
        told = await self._tell_moderators(value, here, kept=kept)
        await self._tell(here, words.room.sent if kept or told else words.room.not_sent)

    async def _tell_moderators(self, value: Value, here: Here, *, kept: bool) -> bool:
        channel = self._bot.service.place(here.asker).moderator_channel
        if not channel:
            return False
        said = wording(None).room.asked.format(person=here.name or here.person)
        blocks = [literal(clamp(value.question, _MAX_QUESTION) or " "), block.note(said)]
        if kept:
            label = wording(None).moderator.review
            blocks.append(block.actions([block.button(label, action_id(Name.REVIEW), Value(key=value.key).encode())]))
        return await self._sender.post(here, said, blocks, channel=channel, thread_ts=None) is not None

    async def share(self, value: Value, here: Here) -> None:
        """Make a private answer public, once, and take the private one away."""
        if not await self._bot.first_time(f"share:{value.key}:{here.person}:{here.message}"):
            return
        shown = self._again(value, here)
        blocks = shown.blocks("everyone", echo=True, shared_by=here.name or here.person)
        ts = await self._sender.post(here, shown.text, blocks)
        if ts is not None:
            self._bot.keep_post(here, ts, shown)
        elif not await self._sender.respond(here, shown.text, blocks, response_type="in_channel"):
            # The response URL reaches places that the bot is no member of; where that fails too, nothing was shared.
            await self._tell(here, wording(here.locale).room.failed.format(code=value.key))
            return
        await self._sender.delete(here)

    async def copy(self, value: Value, here: Here) -> None:
        """Send the answer as a direct message, which stays where a private one goes."""
        shown = self._again(value, here)
        blocks = shown.blocks("direct", echo=True)
        ts = await self._sender.post(here, shown.text, blocks, channel=here.person, thread_ts=None)
        words = wording(here.locale).room
        await self._tell(here, words.copied if ts else words.not_copied)

    async def remove(self, value: Value, here: Here) -> None:
        """Take a public answer away, for the one who asked and for moderators."""
        asked = value.asker == here.person
        moderates = await self._bot.people.is_moderator(here)
        if not asked and not moderates:
            await self._tell(here, wording(here.locale).room.cannot_remove)
            return
        await self._take_away(value, here, moderates=moderates)

    async def show(self, value: Value, here: Here) -> None:
        """Show the answer behind an unasked line, to whoever wants to see it."""
        shown = self._again(replace(value, asker=here.person), here)
        await self._show(replace(shown, value=replace(shown.value, unasked=False)), here)

    async def ask(self, _value: Value, here: Here) -> None:
        """Open the form for a question."""
        await self._bot.open_form(replace(here, view=None))

    async def _take_away(self, value: Value, here: Here, *, moderates: bool = False) -> None:
        remover = here.moderating() if moderates else here.asker
        self._bot.store.record_removal(value.key, remover, entry_id=value.entry_id or None)
        await self._sender.delete(here)
        if value.unasked:
            await self._unasked.removed(here)

    def _again(self, value: Value, here: Here) -> Shown:
        """Compose a reply anew from what its button carries, as the knowledge is now."""
        if value.question:
            reply = self._bot.service.ask(value.question, replace(here.asker, person=""))
            if reply.entry is not None and reply.entry.id == value.entry_id:
                return Shown(card=reply.card, value=value)
        return self._bot.picked(value, here)

    def _refused(self, value: Value, here: Here) -> Shown:
        """Compose the honest line that is left when what was offered is refused."""
        reply = self._bot.service.ask(value.question, replace(here.asker, person=""))
        offered = {value.entry_id, *(one.entry_id for one in reply.card.suggestions)}
        if reply.outcome == "answer":
            offered = {value.entry_id}
        refused = self._bot.service.refuse(reply, offered, here.asker)
        return self._bot.shown(refused, here, value.key, value.question)

    async def _replace(self, shown: Shown, value: Value, here: Here) -> None:
        """Show a reply in place of the one that was pressed, where that one was this person's own."""
        if here.view is not None:
            await self._bot.open_view(here, views.answer_view(shown.card, shown.value))
        elif here.private or here.direct or value.asker == here.person:
            audience: Audience = "asker" if here.private else "direct" if here.direct else "everyone"
            response_type = "ephemeral" if here.private else "in_channel"
            blocks = shown.blocks(audience, echo=here.private)
            await self._sender.respond(here, shown.text, blocks, replace_original=True, response_type=response_type)
        else:
            await self._show(shown, here)

    async def _show(self, shown: Shown, here: Here) -> None:
        """Show a reply to this person: alone in a channel, as a message in a direct conversation."""
        if here.direct:
            await self._sender.respond(here, shown.text, shown.blocks("direct"), response_type="in_channel")
        else:
            await self._sender.respond(here, shown.text, shown.blocks("asker"))

    async def _tell(self, here: Here, said: str) -> None:
        if here.view is not None:
            await self._bot.open_view(here, views.notice_view(said, here.locale))
        else:
            await self._sender.respond(here, said, [block.note(said)])
