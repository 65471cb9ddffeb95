"""The moderators' queue on Discord, and the forms and buttons that settle it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from adapters import discord_forms
from adapters.discord_changes import Changes, Settling
from adapters.discord_guard import say
from adapters.discord_review_view import group_view, notice
from adapters.discord_view import report
from bot.clamp import clamp
from bot.errors import BackchannelError, EditConflict, NotAllowedError
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction
    from bot.learn import Group
    from bot.moderation import Moderation, Moderator
    from bot.proposal import Proposal
    from bot.store import Verdict

_SHOWN = 200  # groups remembered as they were shown
_LINE = 1_900  # characters of an error, below a message's 2,000


class Review:
    """What moderators' commands, buttons and forms do; the right is checked anew at every one."""

    def __init__(self, desk: Desk, moderation: Moderation) -> None:
        self._desk = desk
        self.changes = Changes(desk, moderation)
        self._shown: OrderedDict[str, Group] = OrderedDict()
        acts: Mapping[str, Callable[[Interaction, Press], Awaitable[None]]] = {
            "addto": self._add_to,
            "addnew": self._form_new,
            "newfaq": self._new_entry,
            "addout": self._form_out,
            "newout": self._out_of_scope,
            "dismiss": self._dismiss,
            "skip": self._skip,
            "confirm": self._confirm,
            "cancel": self._cancel,
            "edited": self._edited,
        }
        self.acts = {verb: _told(act) for verb, act in acts.items()}

    # --- the commands ------------------------------------------------------------------------

    async def open(self, interaction: Interaction) -> None:
        """Show what waits first."""
        self.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, "")

    async def edit(self, interaction: Interaction, named: str) -> None:
        """Open an entry's text for editing."""
        moderator = self.changes.moderator(interaction)
        entry_id = self._desk.entry_id(named)
        present, stamp = await asyncio.to_thread(moderator.present, entry_id)
        await interaction.response.send_modal(discord_forms.edit(entry_id, present, stamp, interaction.locale.value))

    async def undo(self, interaction: Interaction, change: str) -> None:
        """Propose to take a change back."""
        self.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self.changes.propose(interaction, lambda moderator: moderator.undo(change))

    # --- the queue ---------------------------------------------------------------------------

    async def _show(self, interaction: Interaction, after: str) -> None:
        """Show the group after the one that holds a question, from the top again after the last."""
        moderator, locale = self.changes.moderator(interaction), interaction.locale.value
        waiting = await asyncio.to_thread(moderator.queue)
        here = next((number for number, group in enumerate(waiting) if after in group.keys), -1)
        ordered = (*waiting[here + 1 :], *waiting[: here + 1])
        group = next((one for one in ordered if not self.changes.settled.keys() & set(one.keys)), None)
        if group is None:
            view = notice([wording(locale).moderator.nothing_waits], locale)
        else:
            self._shown[group.keys[0]] = group
            if len(self._shown) > _SHOWN:
                self._shown.popitem(last=False)
            view = group_view(group, await asyncio.to_thread(moderator.closest, group), locale)
        await interaction.edit_original_response(view=view)

    async def _skip(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await interaction.response.defer()
        await self._show(interaction, press.key)

    async def _dismiss(self, interaction: Interaction, press: Press) -> None:
        moderator = self.changes.moderator(interaction)
        await interaction.response.defer()
        if group := await self._group(interaction, press):
            await self.changes.settle(moderator, group.keys, "dismissed")
            await self._show(interaction, press.key)

    async def _add_to(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await interaction.response.defer()
        if group := await self._group(interaction, press):
            entry_id, text = self._desk.entry_id(press.argument), group.text
            await self.changes.propose(
                interaction, lambda moderator: moderator.add_alternate(entry_id, text), _settling(group, "alternate")
            )

    async def _form_new(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        if group := await self._group(interaction, press, at_once=True):
            form = discord_forms.new_entry(group, self._prefix(interaction), interaction.locale.value)
            await interaction.response.send_modal(form)

    async def _new_entry(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await _defer(interaction)
        if group := await self._group(interaction, press):
            fields = discord_forms.written(interaction.data)
            entry_id, content = fields.pop("id", "").strip(), dict[str, object](fields)
            content["alternates"] = discord_forms.lines(fields.get("alternates", ""))
            await self.changes.propose(
                interaction, lambda moderator: moderator.add_entry(entry_id, content), _settling(group, "new_entry")
            )

    async def _form_out(self, interaction: Interaction, press: Press) -> None:
        moderator = self.changes.moderator(interaction)
        if group := await self._group(interaction, press, at_once=True):
            known = moderator.stock_ids()
            form = discord_forms.out_of_scope(group, self._prefix(interaction), known, interaction.locale.value)
            await interaction.response.send_modal(form)

    async def _out_of_scope(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await _defer(interaction)
        if group := await self._group(interaction, press):
            fields = discord_forms.written(interaction.data)

            def make(moderator: Moderator) -> Proposal:
                topic = fields.get("topic") or fields.get("id", "").strip()
                if topic in moderator.stock_ids():
                    return moderator.add_alternate(topic, group.text)
                content = {"examples": [one.text for one in group.wordings], "reply": fields.get("reply", "")}
                return moderator.add_entry(topic, content)

            await self.changes.propose(interaction, make, _settling(group, "out_of_scope"))

    # --- changes -----------------------------------------------------------------------------

    async def _edited(self, interaction: Interaction, press: Press) -> None:
        moderator, words = self.changes.moderator(interaction), wording(interaction.locale.value).moderator
        await _defer(interaction)
        stamp, _, named = press.argument.partition(".")
        entry_id, fields = self._desk.entry_id(named), discord_forms.written(interaction.data)
        present, _now = await asyncio.to_thread(moderator.present, entry_id)
        meant = discord_forms.changed(fields, present)
        if not meant:
            await interaction.edit_original_response(view=notice([words.unchanged], interaction.locale.value))
            return
        try:
            await self.changes.propose(interaction, lambda one: one.edit(entry_id, meant, seen=stamp))
        except EditConflict as conflict:
            mine = "\n".join(f"{name}: {text}" for name, text in fields.items())
            both = (f"{words.now}:", clamp(conflict.present, _LINE), f"{words.yours}:", clamp(mine, _LINE // 2))
            await interaction.edit_original_response(view=report("\n".join((str(conflict), *both))))

    async def _confirm(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        draft = self.changes.take(interaction, press)
        if draft is None:
            await say(interaction, wording(interaction.locale.value).room.old_button)
            return
        await interaction.response.defer()
        await self.changes.make(interaction, draft)

    async def _cancel(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        draft, locale = self.changes.take(interaction, press), interaction.locale.value
        after = next(iter(draft.settling.texts)) if draft and draft.settling else None
        view = notice([wording(locale).moderator.unchanged], locale, after=after)
        await interaction.response.edit_message(view=view)

    async def _group(self, interaction: Interaction, press: Press, *, at_once: bool = False) -> Group | None:
        """Find the group of a button; if it is settled meanwhile, say so.

        A form has to open within three seconds, so `at_once` takes the group as it was shown; it is found anew later.
        """
        moderator = self.changes.moderator(interaction)
        group = self._shown.get(press.key) if at_once else None
        if press.key in self.changes.settled:
            group = None
        elif group is None:
            group = await asyncio.to_thread(moderator.find, press.key)
        if group is None:
            await say(interaction, wording(interaction.locale.value).moderator.settled)
        return group

    def _prefix(self, interaction: Interaction) -> str:
        """What an id begins with where there are several collections: the first that is known here."""
        service = self._desk.service
        if len(service.snapshot.knowledge.collections) == 1:
            return ""
        own = service.seen_from(self._desk.asker(interaction)).knowledge.collections
        return "".join(f"{one.name}:" for one in own[:1])


async def tell(interaction: Interaction, error: BackchannelError) -> None:
    """Tell a moderator why something cannot be done; these errors are sentences for people."""
    told = wording(interaction.locale.value).room.moderators_only if isinstance(error, NotAllowedError) else str(error)
    await say(interaction, clamp(told, _LINE))


def _told(act: Callable[[Interaction, Press], Awaitable[None]]) -> Callable[[Interaction, Press], Awaitable[None]]:
    async def told(interaction: Interaction, press: Press) -> None:
        try:
            await act(interaction, press)
        except BackchannelError as error:
            await tell(interaction, error)

    return told


async def _defer(interaction: Interaction) -> None:
    """Take the time that weighing needs; the answer takes the place of the message that the form came from, if any."""
    if interaction.message is None:
        await interaction.response.defer(ephemeral=True, thinking=True)
    else:
        await interaction.response.defer()


def _settling(group: Group, verdict: Verdict) -> Settling:
    return Settling(verdict=verdict, texts={key: one.text for one in group.wordings for key in one.keys})
