"""The moderators' commands: everything after `/backchannel`."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING

from discord import Permissions, app_commands
from discord.app_commands import Choice, Range, locale_str

from adapters import discord_figures
from adapters.discord_guard import say
from adapters.discord_ids import short
from adapters.discord_items import Interaction  # noqa: TC001 (the library reads annotations at runtime)
from adapters.discord_review_view import day_of
from adapters.discord_view import report
from bot.clamp import clamp
from bot.errors import KnowledgeError, StoreError
from bot.lint import checked
from bot.search import MAX_QUESTION  # noqa: TC001
from bot.why import explain
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.discord_desk import Desk
    from adapters.discord_review import Review
    from bot.model import Problem
    from bot.store import Edit
    from bot.wording import RoomWording

_PROBLEMS = 20  # shown at once; the rest is counted
_MAX_PHRASING = 300  # characters, the format's
_MAX_KEY = 32  # characters of a change's key; a start that is enough will do
_CHOICES, _CHOICE_NAME = 25, 100  # Discord's limits; beyond them a type-ahead shows nothing at all


def _named(key: str) -> locale_str:
    return locale_str(wording("en").commands[key], key=key)


class Moderation(app_commands.Group):
    """The group; Discord hides it from people without Manage Server, and every use is checked again here."""

    def __init__(self, desk: Desk, review: Review) -> None:
        super().__init__(
            name="backchannel",
            description=_named("backchannel_about"),
            guild_only=True,
            default_permissions=Permissions(manage_guild=True),
        )
        self._desk, self._review = desk, review

    async def interaction_check(self, interaction: Interaction, /) -> bool:
        """Let only moderators through; Discord's own setting can be opened to others by mistake."""
        allowed = self._desk.is_moderator(interaction)
        if not allowed:
            await say(interaction, _words(interaction).moderators_only)
        return allowed

    @app_commands.command(name=_named("status"), description=_named("status_about"))
    async def status(self, interaction: Interaction) -> None:
        """Tell what is in force and how the connection and the store are."""
        asker = self._desk.asker(interaction)
        status, store = self._desk.service.status(asker), self._desk.store.status()
        lines = [
            _words(interaction).status_line.format(title=title, entries=count, version=status.version[:12])
            for title, count in status.entries.items()
        ]
        lines += [
            f"loaded:   {status.loaded_at:%Y-%m-%d %H:%M} UTC from {status.path.name}",
            f"store:    {store.kind}, {store.backlog} waiting, {store.dropped} given up",
            f"gateway:  {interaction.client.latency * 1000:.0f} ms, {len(interaction.client.guilds)} servers",
        ]
        if store.trouble:
            lines.append(f"          {store.trouble}")
        if status.settings_refused:
            since = _words(interaction).settings_refused.format(time=f"{status.settings_at:%Y-%m-%d %H:%M} UTC")
            lines += [since, *str(status.settings_refused).splitlines()[:_PROBLEMS]]
        if status.refused and status.refused_at:
            since = f"the version of {status.loaded_at:%Y-%m-%d %H:%M} UTC stays in force"
            lines += [
                f"refused:  {status.refused_at:%Y-%m-%d %H:%M} UTC; {since}",
                *_listed(self._desk.service.concerning(status.refused.problems, asker)),
            ]
        await interaction.response.send_message(view=report("\n".join(lines)), ephemeral=True)

    @app_commands.command(name=_named("why"), description=_named("why_about"))
    @app_commands.rename(question=_named("question"))
    @app_commands.describe(question=_named("question_about"))
    async def why(self, interaction: Interaction, question: Range[str, 1, MAX_QUESTION]) -> None:
        """Explain the decision about a question, without asking it in anybody's name."""
        known = self._desk.service.seen_from(self._desk.asker(interaction))
        told = explain(known.engine.decide(question), seen_from=known.path)
        await interaction.response.send_message(view=report(told), ephemeral=True)

    @app_commands.command(name=_named("check"), description=_named("check_about"))
    async def check(self, interaction: Interaction) -> None:
        """Check the files as they are on disk now."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        service = self._desk.service
        found = await asyncio.to_thread(checked, service.snapshot, today=service.today)
        problems = self._desk.service.concerning(found, self._desk.asker(interaction))
        words = _words(interaction)
        lines = [words.check_found.format(count=len(problems)), *_listed(problems)] if problems else [words.check_clean]
        await interaction.edit_original_response(view=report("\n".join(lines)))

    @app_commands.command(name=_named("reload"), description=_named("reload_about"))
    async def reload(self, interaction: Interaction) -> None:
        """Take the files as they are on disk now, all or nothing."""
        await interaction.response.defer(ephemeral=True, thinking=True)
        service, words = self._desk.service, _words(interaction)
        try:
            await asyncio.to_thread(service.reload)
        except KnowledgeError as error:
            lines = [
                words.not_reloaded.format(version=service.status().version[:12]),
                *_listed(service.concerning(error.problems, self._desk.asker(interaction))),
            ]
        else:
            lines = [words.reloaded.format(version=service.status().version[:12])]
        await interaction.edit_original_response(view=report("\n".join(lines)))

    @app_commands.command(name=_named("review"), description=_named("review_about"))
    async def review(self, interaction: Interaction) -> None:
        """Work off the questions that were not answered."""
        await self._review.open(interaction)

    @app_commands.command(name=_named("edit"), description=_named("edit_about"))
    @app_commands.rename(entry=_named("entry"), part=_named("part"))
    @app_commands.describe(entry=_named("entry_about"), part=_named("part_about"))
    @app_commands.choices(part=[Choice(name=_named(name), value=name) for name in ("text", "details")])
    async def edit(self, interaction: Interaction, entry: Range[str, 1, MAX_QUESTION], part: str = "text") -> None:
        """Open an entry for editing: what readers ask and read, or what stands around it."""
        await self._review.entries.edit(interaction, entry, "details" if part == "details" else "text")

    @app_commands.command(name=_named("add"), description=_named("add_about"))
    @app_commands.rename(question=_named("question"), entry=_named("entry"))
    @app_commands.describe(question=_named("waiting_about"), entry=_named("entry_about"))
    async def add(
        self, interaction: Interaction, question: Range[str, 1, _MAX_PHRASING], entry: Range[str, 1, MAX_QUESTION]
    ) -> None:
        """Add a question that waits, or any other, to an entry."""
        await self._review.entries.add(interaction, question, entry)

    @app_commands.command(name=_named("new"), description=_named("new_about"))
    async def new(self, interaction: Interaction) -> None:
        """Open the form for a new entry."""
        await self._review.entries.new(interaction)

    @app_commands.command(name=_named("retire"), description=_named("retire_about"))
    @app_commands.rename(entry=_named("entry"), see=_named("see"))
    @app_commands.describe(entry=_named("entry_about"), see=_named("see_about"))
    async def retire(
        self,
        interaction: Interaction,
        entry: Range[str, 1, MAX_QUESTION],
        see: Range[str, 1, MAX_QUESTION] | None = None,
    ) -> None:
        """Take an entry away, and send its readers on."""
        await self._review.entries.retire(interaction, entry, see)

    @app_commands.command(name=_named("undo"), description=_named("undo_about"))
    @app_commands.rename(change=_named("change"))
    @app_commands.describe(change=_named("change_about"))
    async def undo(self, interaction: Interaction, change: Range[str, 1, _MAX_KEY]) -> None:
        """Take a change back."""
        await self._review.entries.undo(interaction, change.strip())

    @app_commands.command(name=_named("history"), description=_named("history_about"))
    @app_commands.rename(entry=_named("entry"))
    @app_commands.describe(entry=_named("entry_about"))
    async def history(self, interaction: Interaction, entry: Range[str, 1, MAX_QUESTION] | None = None) -> None:
        """Tell who changed what and when."""
        moderator = self._review.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        entry_id = await asyncio.to_thread(moderator.named, self._desk.entry_id(entry)) if entry else None
        edits = await asyncio.to_thread(moderator.history, entry_id)
        words = wording(interaction.locale.value).moderator
        lines = [_line(one) for one in edits] or [words.no_changes]
        await interaction.edit_original_response(view=report("\n".join(lines)))

    @app_commands.command(name=_named("stats"), description=_named("stats_about"))
    async def stats(self, interaction: Interaction) -> None:
        """Tell how the last days' questions ended, by entry, and what nobody reached."""
        moderator = self._review.changes.moderator(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        found = await asyncio.to_thread(moderator.statistics)
        await discord_figures.show(interaction, found)

    @add.autocomplete("question")
    async def _complete_waiting(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        if not self._desk.is_moderator(interaction):
            return []
        with suppress(StoreError):  # what is typed can be added all the same
            waiting = await self._review.waiting(interaction, current)
            return [Choice(name=clamp(text, _CHOICE_NAME), value=key) for text, key in waiting[:_CHOICES]]
        return []

    @undo.autocomplete("change")
    async def _complete_change(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        if not self._desk.is_moderator(interaction):
            return []
        with suppress(StoreError):  # a key can be typed all the same
            edits = await asyncio.to_thread(self._review.changes.moderator(interaction).history)
            lines = [(_line(one), one.key) for one in edits if one.state == "done"]
            found = [pair for pair in lines if current.casefold() in pair[0].casefold()]
            return [Choice(name=clamp(line, _CHOICE_NAME), value=key) for line, key in found[:_CHOICES]]
        return []

    @edit.autocomplete("entry")
    @add.autocomplete("entry")
    @retire.autocomplete("entry")
    @retire.autocomplete("see")
    @history.autocomplete("entry")
    async def _complete(self, interaction: Interaction, current: str) -> list[Choice[str]]:
        return choices(self._desk, interaction, current) if self._desk.is_moderator(interaction) else []


def choices(desk: Desk, interaction: Interaction, current: str) -> list[Choice[str]]:
    """Offer entries while one is being typed."""
    found = desk.service.complete(current, desk.asker(interaction), limit=_CHOICES)
    return [Choice(name=clamp(one.label, _CHOICE_NAME), value=short(one.entry_id)) for one in found[:_CHOICES]]


def _line(edit: Edit) -> str:
    undoes = f" ({edit.undoes})" if edit.undoes else ""
    pending = "" if edit.state == "done" else f" [{edit.state}]"
    reason = f": {edit.reason}" if edit.reason else ""
    return f"{edit.key}  {day_of(edit.made_at)}  {edit.author}  {edit.action} {edit.entry_id}{undoes}{pending}{reason}"


def _words(interaction: Interaction) -> RoomWording:
    return wording(interaction.locale.value).room


def _listed(problems: tuple[Problem, ...]) -> list[str]:
    lines = [str(problem) for problem in problems[:_PROBLEMS]]
    return [*lines, f"+{len(problems) - _PROBLEMS}"] if len(problems) > _PROBLEMS else lines
