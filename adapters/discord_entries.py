"""Changes to entries by command on Discord: edit, add, retire, take back; and what becomes of each change proposed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import discord_forms
from adapters.discord_changes import Settling
from adapters.discord_components import Page, button, row
from adapters.discord_guard import defer, say
from adapters.discord_ids import Press
from adapters.discord_review_view import notice
from adapters.discord_view import report
from bot.clamp import clamp
from bot.errors import BackchannelError, EditConflict, NotAllowedError
from bot.knowledge import form
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_changes import Changes
    from adapters.discord_desk import Desk
    from adapters.discord_forms import Part
    from adapters.discord_items import Interaction
    from adapters.discord_sent import Sent, SentForms

_LINE = 1_900  # characters of an error, below a message's 2,000


class Entries:
    """What moderators do to entries; the right is checked anew at every step."""

    def __init__(self, desk: Desk, changes: Changes, sent: SentForms) -> None:
        self._desk, self._changes, self._sent = desk, changes, sent
        self.acts: Mapping[str, Callable[[Interaction, Press], Awaitable[None]]] = {
            "edited": self._edited,
            "confirm": self._confirm,
            "reason": self._form_reason,
            "reasoned": self._confirm,
            "cancel": self._cancel,
            "undo": self._take_back,
        }

    async def edit(self, interaction: Interaction, named: str, part: Part) -> None:
        """Open part of an entry for editing."""
        moderator = self._changes.moderator(interaction)
        entry_id = await asyncio.to_thread(moderator.named, self._desk.entry_id(named))
        present, stamp = await asyncio.to_thread(moderator.present, entry_id)
        locale = interaction.locale.value
        await interaction.response.send_modal(discord_forms.edit(entry_id, present, stamp, part, locale))

    async def add(self, interaction: Interaction, question: str, named: str) -> None:
        """Propose a question as another way to ask an entry: one that waits, by its key, or any other as typed."""
        moderator = self._changes.moderator(interaction)
        await defer(interaction)
        group = await asyncio.to_thread(moderator.find, question)
        entry_id = await asyncio.to_thread(moderator.named, self._desk.entry_id(named))
        text = group.text if group else question
        settling = Settling.of(group, "alternate") if group else None
        await self._changes.propose(interaction, lambda one: one.add_alternate(entry_id, text), settling)

    async def new(self, interaction: Interaction) -> None:
        """Open the form for an entry that nobody asked for."""
        moderator = self._changes.moderator(interaction)
        form_for_one = discord_forms.new_entry(None, moderator.prefix(None), interaction.locale.value)
        await interaction.response.send_modal(form_for_one)

    async def retire(self, interaction: Interaction, named: str, successor: str | None) -> None:
        """Propose to take an entry away, and where to send its readers."""
        moderator = self._changes.moderator(interaction)
        await defer(interaction)
        entry_id = await asyncio.to_thread(moderator.named, self._desk.entry_id(named))
        other = await asyncio.to_thread(moderator.named, self._desk.entry_id(successor)) if successor else None
        await self._changes.propose(interaction, lambda one: one.retire(entry_id, other))

    async def undo(self, interaction: Interaction, change: str) -> None:
        """Propose to take a change back."""
        self._changes.moderator(interaction)
        await defer(interaction)
        await self._changes.propose(interaction, lambda moderator: moderator.undo(change))

    async def again(self, interaction: Interaction, sent: Sent) -> None:
        """Open the form of an edit with what was typed into it."""
        moderator, locale = self._changes.moderator(interaction), interaction.locale.value
        stamp, _, named = sent.press.argument.partition(".")
        entry_id = self._desk.entry_id(named)
        present, _ = await asyncio.to_thread(moderator.present, entry_id)
        part = discord_forms.part_of(sent.fields)
        opened = discord_forms.edit(entry_id, present, stamp, part, locale)
        await interaction.response.send_modal(discord_forms.refilled(opened, sent.fields))

    async def _take_back(self, interaction: Interaction, press: Press) -> None:
        await self.undo(interaction, press.key)

    async def _edited(self, interaction: Interaction, press: Press) -> None:
        self._changes.moderator(interaction)
        await defer(interaction)
        async with self._sent.taken(interaction, press) as sent:
            await self._edit(interaction, sent)

    async def _edit(self, interaction: Interaction, sent: Sent) -> None:
        """Propose what the form of an edit says; the interaction has been deferred."""
        moderator, words = self._changes.moderator(interaction), wording(interaction.locale.value).moderator
        stamp, _, named = sent.press.argument.partition(".")
        entry_id, fields = self._desk.entry_id(named), sent.fields
        present, now = await asyncio.to_thread(moderator.present, entry_id)
        # What somebody else changed meanwhile would look like a change of this form's.
        meant = form.changed(fields, present) if now == stamp else dict(fields)
        if not meant:
            await interaction.edit_original_response(view=notice([words.unchanged], interaction.locale.value))
            return
        try:
            await self._changes.propose(interaction, lambda one: one.edit(entry_id, meant, seen=stamp), back=sent.key)
        except EditConflict as conflict:
            mine = "\n".join(f"{name}: {text}" for name, text in fields.items())
            both = (f"{words.now}:", clamp(conflict.present, _LINE), f"{words.yours}:", clamp(mine, _LINE // 2))
            # Whoever has seen both may still want their own: the form comes back as an edit of what is there now.
            mine_again = self._sent.keep(interaction, replace(sent.press, argument=f"{now}.{named}"), fields)
            way = row(button(Press(verb="again", key=mine_again.key), words.back_to_form))
            told = report("\n".join((str(conflict), *both))).to_components()
            await interaction.edit_original_response(view=Page(*told, way))

    async def _form_reason(self, interaction: Interaction, press: Press) -> None:
        self._changes.moderator(interaction)
        if self._changes.has(interaction, press):
            await interaction.response.send_modal(discord_forms.reason(press.key, interaction.locale.value))
        else:
            await say(interaction, wording(interaction.locale.value).room.old_button)

    async def _confirm(self, interaction: Interaction, press: Press) -> None:
        self._changes.moderator(interaction)
        draft = self._changes.take(interaction, press)
        if draft is None:
            await say(interaction, wording(interaction.locale.value).room.old_button)
            return
        await interaction.response.defer()
        reason = discord_forms.written(interaction.data).get("reason", "").strip() if press.verb == "reasoned" else ""
        await self._changes.make(interaction, draft, reason)

    async def _cancel(self, interaction: Interaction, press: Press) -> None:
        self._changes.moderator(interaction)
        draft, locale = self._changes.take(interaction, press), interaction.locale.value
        after = next(iter(draft.settling.texts)) if draft and draft.settling else None
        view = notice([wording(locale).moderator.unchanged], locale, after=after)
        await interaction.response.edit_message(view=view)


def told(act: Callable[[Interaction, Press], Awaitable[None]]) -> Callable[[Interaction, Press], Awaitable[None]]:
    """Have a moderator told why something cannot be done."""

    async def tell_errors(interaction: Interaction, press: Press) -> None:
        try:
            await act(interaction, press)
        except BackchannelError as error:
            await tell(interaction, error)

    return tell_errors


async def tell(interaction: Interaction, error: BackchannelError) -> None:
    """Tell a moderator why something cannot be done; these errors are sentences for people."""
    refused = isinstance(error, NotAllowedError)
    await say(
        interaction, wording(interaction.locale.value).room.moderators_only if refused else clamp(str(error), _LINE)
    )
