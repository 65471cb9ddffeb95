"""Changes to the knowledge from Discord: weighed, shown, and made only once the moderator has confirmed them."""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

import discord

from adapters.discord_review_view import effects_view, notice
from adapters.progress import ShownProgress
from bot.errors import BackchannelError, StoreError
from bot.impact import A_WHILE
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction
    from bot.learn import Group
    from bot.moderation import Moderation, Moderator
    from bot.proposal import Proposal
    from bot.store import Request, Verdict

_DRAFTS = 200  # proposals that wait for a word; an older one has to be made anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The questions that a change answers."""

    verdict: Verdict
    texts: Mapping[str, str]  # what was asked, by the question's key

    @classmethod
    def of(cls, group: Group, verdict: Verdict) -> Settling:
        """Settle a whole group."""
        return cls(verdict=verdict, texts={key: one.text for one in group.wordings for key in one.keys})


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change that waits to be confirmed by the moderator who proposed it."""

    person: str
    proposal: Proposal
    settling: Settling | None = field(default=None)


class Changes:
    """Carries every change from its proposal into force."""

    def __init__(self, desk: Desk, moderation: Moderation) -> None:
        self._desk, self._moderation = desk, moderation
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self.settled: OrderedDict[str, None] = OrderedDict()  # keys that the database may not know to be settled yet

    def moderator(self, interaction: Interaction) -> Moderator:
        """Let a moderator in. Raises NotAllowedError for anybody else."""
        return self._moderation.of(self._desk.asker(interaction), interaction.user.display_name)

    async def propose(
        self,
        interaction: Interaction,
        make: Callable[[Moderator], Proposal],
        settling: Settling | None = None,
        *,
        back: str | None = None,
    ) -> None:
        """Weigh a change and show what it would do; the interaction has been deferred.

        `back` is the key of the form that it comes from.
        """
        moderator = self.moderator(interaction)
        proposal = await asyncio.to_thread(make, moderator)
        words, locale = wording(interaction.locale.value).moderator, interaction.locale.value

        async def show(done: int, total: int) -> None:
            come = words.progress.format(done=f"{done:,}", total=f"{total:,}")
            with suppress(discord.HTTPException):
                await interaction.edit_original_response(view=notice([words.working, come], locale))

        progress = ShownProgress(show)
        try:
            found = await asyncio.to_thread(lambda: moderator.weigh(proposal, progress=progress))
        finally:
            await progress.settle()
        key = new_key()
        self._drafts[key] = Draft(person=str(interaction.user.id), proposal=proposal, settling=settling)
        if len(self._drafts) > _DRAFTS:
            self._drafts.popitem(last=False)
        show_effects = partial(effects_view, proposal.diff, draft=key, locale=locale, back=back)
        await interaction.edit_original_response(view=show_effects(found))
        left = found.skipped + 1
        while 0 < found.skipped < left and key in self._drafts:  # until it is known, or confirmed
            left = found.skipped
            found = await asyncio.to_thread(lambda: moderator.weigh(proposal, seconds=A_WHILE))
            if key in self._drafts:
                await interaction.edit_original_response(
                    view=effects_view(proposal.diff, found, key, locale, back=back)
                )

    def has(self, interaction: Interaction, press: Press) -> bool:
        """Say whether the draft of a button is there still, and this person's."""
        draft = self._drafts.get(press.key)
        return draft is not None and draft.person == str(interaction.user.id)

    def take(self, interaction: Interaction, press: Press) -> Draft | None:
        """Take the draft of a button out; None if it is gone, or somebody else's."""
        return self._drafts.pop(press.key) if self.has(interaction, press) else None

    async def make(self, interaction: Interaction, draft: Draft, reason: str) -> None:
        """Make a change and say so, and who gets the answer; the interaction has been deferred."""
        words, locale = wording(interaction.locale.value).moderator, interaction.locale.value
        moderator = self.moderator(interaction)
        try:
            made = await asyncio.to_thread(moderator.make, draft.proposal, reason)
        except BackchannelError as error:  # the button is used up
            await interaction.edit_original_response(view=notice([str(error)], locale))
            return
        lines = [words.done.format(command=f"/backchannel undo {made.key}")]
        if made.trouble:
            lines.append(made.trouble)
        after = None
        if draft.settling:
            after = next(iter(draft.settling.texts))
            try:
                keys, verdict = tuple(draft.settling.texts), draft.settling.verdict
                waiting = await self.settle(moderator, keys, verdict, draft.proposal.entry_id)
                if waiting:
                    lines.append(words.told.format(count=len({(one.platform, one.person) for one in waiting})))
            except StoreError as error:  # the change is made all the same
                lines.append(str(error))
        await interaction.edit_original_response(view=notice(lines, locale, after=after, made=made.key))

    async def settle(
        self, moderator: Moderator, keys: tuple[str, ...], verdict: Verdict, entry_id: str | None = None
    ) -> tuple[Request, ...]:
        """Take questions out of the queue; give who waits for their answer."""
        waiting = await asyncio.to_thread(moderator.settle, keys, verdict, entry_id)
        self.settled |= dict.fromkeys(keys)
        while len(self.settled) > _DRAFTS * 10:
            self.settled.popitem(last=False)
        return waiting
