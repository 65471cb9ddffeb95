"""What happens when somebody presses one of our buttons, picks from a menu, or sends the form."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

import discord
from discord import ui

from adapters import discord_topics
from adapters.discord_bulletin import note
from adapters.discord_guard import say
from adapters.discord_text import escape
from adapters.discord_view import COMPLAINTS, Frame, complaint, layout, shared
from adapters.durable import durable
from bot.clamp import clamp
from bot.model import Action
from bot.seen import Seen
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_components import Page
    from adapters.discord_desk import Desk, Shown
    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction
    from bot.wording import RoomWording

    Act: TypeAlias = Callable[[Interaction, Press], Awaitable[None]]

logger = logging.getLogger(__name__)

MAX_PASSED_ON = 1_000  # characters of a question for the moderators
_FORM_TITLE = _FORM_LABEL = 45  # characters, Discord's limits
_FORM_LIFETIME = 900.0  # seconds: the library forgets the form after that; one that comes later is still understood


class Presses:
    """The behaviour of every button, by the verb in its id."""

    def __init__(self, desk: Desk, others: Mapping[str, Act]) -> None:
        self._desk = desk
        self._shared = Seen()
        self._acts: Mapping[str, Act] = {
            **others,
            "helpful": self._helpful,
            "notthis": self._not_this,
            "why": self._complain,
            "noneofthese": self._none_of_these,
            "askmoderators": self._ask_moderators,
            "send": self._send,
            "share": self._share,
            "remove": self._remove,
            "drop": self._remove,
            "page": self._page,
            "pick": self._pick,
            "more": self._more,
            "show": self._more,
            "topic": self._more,
            "topics": self._topics,
        }

    async def act(self, interaction: Interaction, press: Press) -> None:
        """Do what a button stands for; one of a version that is gone is told so."""
        act = self._acts.get(press.verb, self.stale)
        await act(interaction, press)

    async def stale(self, interaction: Interaction, _press: Press | None = None) -> None:
        """Answer a button that nobody knows any more."""
        await say(interaction, _words(interaction).old_button)

    async def _helpful(self, interaction: Interaction, press: Press) -> None:
        entry_id, asker = self._desk.entry_id(press.argument), self._desk.asker(interaction)
        await durable(self._desk.store.record_vote(press.key, asker, Action.HELPFUL, entry_id=entry_id))
        await say(interaction, _words(interaction).thanks)

    async def _not_this(self, interaction: Interaction, press: Press) -> None:
        entry_id, asker = self._desk.entry_id(press.argument), self._desk.asker(interaction)
        self._desk.store.record_vote(press.key, asker, Action.NOT_THIS, entry_id=entry_id)
        other = self._desk.refuse(press.key, entry_id, asker)
        await interaction.response.send_message(view=complaint(other.card, other.frame, entry_id), ephemeral=True)

    async def _complain(self, interaction: Interaction, press: Press) -> None:
        letter, _, shortened = press.argument.partition(".")
        entry_id, asker = self._desk.entry_id(shortened), self._desk.asker(interaction)
        vote = self._desk.store.record_vote(
            press.key, asker, Action.NOT_THIS, entry_id=entry_id, complaint=COMPLAINTS.get(letter)
        )
        await durable(vote)
        await say(interaction, _words(interaction).noted)

    async def _none_of_these(self, interaction: Interaction, press: Press) -> None:
        asker = self._desk.asker(interaction)
        self._desk.store.record_vote(press.key, asker, Action.NONE_OF_THESE)
        await self._put(interaction, press, self._desk.refuse(press.key, "", asker))

    async def _pick(self, interaction: Interaction, press: Press) -> None:
        entry_id, asker = self._desk.entry_id(press.argument), self._desk.asker(interaction)
        if asker.person == press.person:
            self._desk.store.record_choice(press.key, entry_id)
        await self._put(interaction, press, self._desk.entry(entry_id, asker, key=press.key))

    async def _more(self, interaction: Interaction, press: Press) -> None:
        entry_id, asker = self._desk.entry_id(press.argument), self._desk.asker(interaction)
        shown = self._desk.entry(entry_id, asker, key=press.key)
        await interaction.response.send_message(view=layout(shown.card, shown.frame), ephemeral=True)

    async def _page(self, interaction: Interaction, press: Press) -> None:
        number, _, shortened = press.argument.partition(".")
        page = int(number) if number.isdecimal() else 0
        entry_id, asker = self._desk.entry_id(shortened), self._desk.asker(interaction)
        shown = self._desk.entry(entry_id, asker, key=press.key, page=page)
        if _is_own(interaction):
            await interaction.response.edit_message(view=layout(shown.card, shown.frame))
        else:
            await interaction.response.send_message(view=layout(shown.card, shown.frame), ephemeral=True)

    async def _topics(self, interaction: Interaction, press: Press) -> None:
        asker = self._desk.asker(interaction)
        page = int(press.argument) if press.argument.isdecimal() else 0
        topics = self._desk.service.topics(asker)
        await interaction.response.edit_message(
            view=discord_topics.layout(topics, asker.locale, person=asker.person, page=page)
        )

    async def _put(self, interaction: Interaction, press: Press, shown: Shown) -> None:
        """Put a card in the place of the one pressed, or before other people's eyes only where they pressed."""
        if _is_own(interaction):
            await interaction.response.edit_message(view=layout(shown.card, shown.frame))
        elif press.person == str(interaction.user.id):
            await interaction.response.edit_message(view=layout(shown.card, replace(shown.frame, private=False)))
        else:
            await interaction.response.send_message(view=layout(shown.card, shown.frame), ephemeral=True)

    async def _share(self, interaction: Interaction, press: Press) -> None:
        entry_id, asker = self._desk.entry_id(press.argument), self._desk.asker(interaction)
        texts = _texts(interaction.message)
        if not texts or not self._shared.first_time(press.key):
            await self.stale(interaction)
            return
        lead = _words(interaction).asked.format(person=interaction.user.mention)
        frame = Frame(key=press.key, person=asker.person, entry_id=entry_id, private=False, lead=lead)
        await interaction.response.defer()
        sent = await interaction.followup.send(view=shared(texts, asker.locale, frame), wait=True)
        await interaction.delete_original_response()
        self._desk.posted(asker, sent, press.key, self._desk.entry_shown(press.key, entry_id))

    async def _remove(self, interaction: Interaction, press: Press) -> None:
        asker, words = self._desk.asker(interaction), _words(interaction)
        if not (asker.is_moderator or asker.person == press.person):
            await say(interaction, words.cannot_remove)
            return
        self._desk.store.record_removal(press.key, asker, entry_id=self._desk.entry_id(press.argument) or None)
        await interaction.response.defer()
        await interaction.delete_original_response()
        if press.verb == "drop" and self._desk.unasked.removed(asker):
            await say(interaction, words.muted)
            await self._tell_moderators(interaction, note(f"<#{interaction.channel_id}>: {words.muted}"))

    async def _ask_moderators(self, interaction: Interaction, press: Press) -> None:
        words, title = _words(interaction), wording(interaction.locale.value).actions[Action.ASK_MODERATORS]
        form = ui.Modal(
            title=clamp(title, _FORM_TITLE), custom_id=str(replace(press, verb="send")), timeout=_FORM_LIFETIME
        )
        form.add_item(ui.TextDisplay(escape(words.ask_moderators_note)))
        question: ui.TextInput[ui.Modal] = ui.TextInput(
            style=discord.TextStyle.paragraph,
            default=clamp(self._desk.question(press.key), MAX_PASSED_ON) or None,
            max_length=MAX_PASSED_ON,
        )
        form.add_item(ui.Label(text=clamp(words.your_question, _FORM_LABEL), component=question))
        await interaction.response.send_modal(form)

    async def _send(self, interaction: Interaction, press: Press) -> None:
        question, asker, words = _written(interaction.data), self._desk.asker(interaction), _words(interaction)
        # The form must be answered before its time is over, however long the database and the channel take.
        await interaction.response.defer(ephemeral=True, thinking=True)
        kept = await durable(self._desk.store.ask_moderators(press.key, question, asker))
        where = f" <#{interaction.channel_id}>" if interaction.guild_id else ""
        lead = wording(None).room.asked.format(person=interaction.user.mention)
        view = note(f"{lead}{where}", question, press.key if kept else "")
        told = await self._tell_moderators(interaction, view)
        await interaction.edit_original_response(content=escape(words.sent if kept or told else words.not_sent))

    async def _tell_moderators(self, interaction: Interaction, view: Page) -> bool:
        channel = self._desk.service.place(self._desk.asker(interaction)).moderator_channel
        if not channel:
            return False
        try:
            await interaction.client.get_partial_messageable(int(channel)).send(view=view)
        except discord.HTTPException as error:
            logger.warning("the moderators' channel %s cannot be written to (HTTP %s)", channel, error.status)
            return False
        return True


def _words(interaction: Interaction) -> RoomWording:
    return wording(interaction.locale.value).room


def _is_own(interaction: Interaction) -> bool:
    """Whether only the one who pressed sees the message: it may change under the finger."""
    message = interaction.message
    return interaction.guild_id is None or (message is not None and message.flags.ephemeral)


def _texts(message: discord.Message | None) -> list[str]:
    """The texts of an answer as it was shown, down to the further reading."""
    texts: list[str] = []
    for component in message.components if message else ():
        for child in component.children if isinstance(component, discord.Container) else ():
            if isinstance(child, discord.SeparatorComponent):
                return texts
            if isinstance(child, discord.TextDisplay):
                texts.append(child.content)
    return texts


def _written(data: object) -> str:
    """What was typed into the form, wherever Discord put it."""
    if isinstance(data, dict):
        value = data.get("value")
        return value if isinstance(value, str) else "".join(_written(one) for one in data.values())
    return "".join(_written(one) for one in data) if isinstance(data, list) else ""
