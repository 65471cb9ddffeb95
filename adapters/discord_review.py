"""The moderators' queue on Discord, and the forms and buttons that settle it."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from typing import TYPE_CHECKING

from adapters import discord_forms
from adapters.discord_changes import Changes, Settling
from adapters.discord_entries import Entries, told
from adapters.discord_guard import defer, say
from adapters.discord_review_view import entries_view, group_view, notice, split_view
from adapters.discord_sent import SentForms
from bot.knowledge.form import lines
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction
    from bot.learn import Group
    from bot.moderation import Moderation, Moderator
    from bot.proposal import Proposal

_SHOWN = 200  # groups remembered as they were shown


class Review:
    """What moderators' commands, buttons and forms do; the right is checked anew at every one."""

    def __init__(self, desk: Desk, moderation: Moderation) -> None:
        self._desk = desk
        self.changes = Changes(desk, moderation)
        self._sent = SentForms()
        self.entries = Entries(desk, self.changes, self._sent)
        self._shown: OrderedDict[str, Group] = OrderedDict()
        acts: Mapping[str, Callable[[Interaction, Press], Awaitable[None]]] = {
            "addto": self._add_to,
            "addother": self._form_search,
            "search": self._search,
            "split": self._choose,
            "apart": self._split,
            "addnew": self._form_new,
            "newfaq": self._new_entry,
            "addout": self._form_out,
            "newout": self._out_of_scope,
            "dismiss": self._dismiss,
            "skip": self._skip,
            "open": self._back,
            "review": self._begin,
            "again": self._again,
        }
        self.acts = {verb: told(act) for verb, act in {**acts, **self.entries.acts}.items()}

    # --- the commands ------------------------------------------------------------------------

    async def open(self, interaction: Interaction) -> None:
        """Show what waits first."""
        self.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        await self._show(interaction, "")

    async def waiting(self, interaction: Interaction, current: str) -> list[tuple[str, str]]:
        """Give the questions that wait, the text and a key of each, as far as they hold what is being typed."""
        moderator = self.changes.moderator(interaction)
        typed = current.casefold()
        groups = await asyncio.to_thread(moderator.queue)
        return [(one.text, one.keys[0]) for one in groups if typed in one.text.casefold()]

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
            await interaction.edit_original_response(view=view)
        else:
            await self._present(interaction, group)

    async def _present(self, interaction: Interaction, group: Group) -> None:
        """Show one group, and remember it for the forms that have to open at once."""
        moderator, locale = self.changes.moderator(interaction), interaction.locale.value
        self._shown[group.keys[0]] = group
        if len(self._shown) > _SHOWN:
            self._shown.popitem(last=False)
        closest = await asyncio.to_thread(moderator.closest, group)
        await interaction.edit_original_response(view=group_view(group, closest, locale))

    async def _back(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await interaction.response.defer()
        if group := await self._group(interaction, press):
            await self._present(interaction, group)

    async def _begin(self, interaction: Interaction, press: Press) -> None:
        """Show the question of a note in the moderators' channel, which stays as it is, to who pressed."""
        self.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        if group := await self._group(interaction, press):
            await self._present(interaction, group)

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
                interaction, lambda moderator: moderator.add_alternate(entry_id, text), Settling.of(group, "alternate")
            )

    async def _form_search(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await interaction.response.send_modal(discord_forms.search(press.key, interaction.locale.value))

    async def _search(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await defer(interaction)
        if group := await self._group(interaction, press):
            typed = discord_forms.written(interaction.data).get("entry", "")
            found = self._desk.service.complete(typed, self._desk.asker(interaction))
            await interaction.edit_original_response(view=entries_view(group, found, interaction.locale.value))

    async def _choose(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await defer(interaction)
        if group := await self._group(interaction, press):
            await interaction.edit_original_response(view=split_view(group, interaction.locale.value))

    async def _split(self, interaction: Interaction, press: Press) -> None:
        moderator = self.changes.moderator(interaction)
        await defer(interaction)
        if group := await self._group(interaction, press):
            keys = press.argument.split()
            await asyncio.to_thread(moderator.split, group, keys)
            part = await asyncio.to_thread(moderator.find, keys[0])
            await self._present(interaction, part or group)

    async def _form_new(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await self._open_new(interaction, press)

    async def _open_new(self, interaction: Interaction, press: Press, typed: Mapping[str, str] | None = None) -> None:
        moderator, locale = self.changes.moderator(interaction), interaction.locale.value
        group = await self._group(interaction, press, at_once=True) if press.key else None
        if group or not press.key:
            form = discord_forms.new_entry(group, moderator.prefix(group), locale)
            await interaction.response.send_modal(discord_forms.refilled(form, typed) if typed else form)

    async def _new_entry(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await defer(interaction)
        async with self._sent.taken(interaction, press) as sent:
            group = await self._group(interaction, press) if press.key else None
            if group or not press.key:
                fields = dict(sent.fields)
                entry_id, content = fields.pop("id", ""), dict[str, object](fields)
                content["alternates"] = lines(fields.get("alternates", ""))
                settling = Settling.of(group, "new_entry") if group else None
                await self.changes.propose(
                    interaction, lambda one: one.add_entry(entry_id, content), settling, back=sent.key
                )

    async def _form_out(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await self._open_out(interaction, press)

    async def _open_out(self, interaction: Interaction, press: Press, typed: Mapping[str, str] | None = None) -> None:
        moderator, locale = self.changes.moderator(interaction), interaction.locale.value
        if group := await self._group(interaction, press, at_once=True):
            form = discord_forms.out_of_scope(group, moderator.prefix(group), moderator.stock_ids(), locale)
            await interaction.response.send_modal(discord_forms.refilled(form, typed) if typed else form)

    async def _out_of_scope(self, interaction: Interaction, press: Press) -> None:
        self.changes.moderator(interaction)
        await defer(interaction)
        async with self._sent.taken(interaction, press) as sent:
            if group := await self._group(interaction, press):

                def make(moderator: Moderator) -> Proposal:
                    topic = sent.fields.get("topic") or sent.fields.get("id", "").strip()
                    if topic in moderator.stock_ids():
                        return moderator.add_alternate(topic, group.text)
                    content = {"examples": [one.text for one in group.wordings], "reply": sent.fields.get("reply", "")}
                    return moderator.add_entry(topic, content)

                await self.changes.propose(interaction, make, Settling.of(group, "out_of_scope"), back=sent.key)

    async def _again(self, interaction: Interaction, press: Press) -> None:
        """Open a form once more, with what was typed into it."""
        self.changes.moderator(interaction)
        sent = self._sent.find(interaction, press)
        if sent is None:
            await say(interaction, wording(interaction.locale.value).room.old_button)
        elif sent.press.verb == "edited":
            await self.entries.again(interaction, sent)
        elif sent.press.verb == "newfaq":
            await self._open_new(interaction, sent.press, sent.fields)
        else:
            await self._open_out(interaction, sent.press, sent.fields)

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
