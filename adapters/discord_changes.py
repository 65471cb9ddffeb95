"""Changes to the knowledge from Discord: weighed, shown, and made only once the moderator has confirmed them."""

from __future__ import annotations

import asyncio
import logging
from collections import OrderedDict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import discord

from adapters.discord_desk import PLATFORM
from adapters.discord_review_view import effects_view, notice
from adapters.discord_text import escape
from adapters.discord_view import Frame, layout
from bot.errors import BackchannelError, StoreError
from bot.model import Action, Asker
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction
    from bot.moderation import Moderation, Moderator
    from bot.proposal import Proposal
    from bot.store import Request, Verdict

logger = logging.getLogger(__name__)

_DRAFTS = 200  # proposals that wait for a word; an older one has to be made anew
_UNREACHABLE = frozenset({403, 404})  # whom no message will ever reach: direct messages shut, or gone


@dataclass(frozen=True, slots=True, kw_only=True)
class Settling:
    """The questions that a change answers."""

    verdict: Verdict
    texts: Mapping[str, str]  # what was asked, by the question's key


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A change that waits to be confirmed by the moderator who proposed it."""

    person: str
    proposal: Proposal
    settling: Settling | None = field(default=None)


class Changes:
    """Carries every change from its proposal to those who waited for it."""

    def __init__(self, desk: Desk, moderation: Moderation) -> None:
        self._desk, self._moderation = desk, moderation
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self.settled: OrderedDict[str, None] = OrderedDict()  # keys that the database may not know to be settled yet

    def moderator(self, interaction: Interaction) -> Moderator:
        """Let a moderator in. Raises NotAllowedError for anybody else."""
        return self._moderation.of(self._desk.asker(interaction), interaction.user.display_name)

    async def propose(
        self, interaction: Interaction, make: Callable[[Moderator], Proposal], settling: Settling | None = None
    ) -> None:
        """Weigh a change and show what it would do; the interaction has been deferred."""
        moderator = self.moderator(interaction)
        proposal = await asyncio.to_thread(make, moderator)
        found = await asyncio.to_thread(moderator.weigh, proposal)
        key = new_key()
        self._drafts[key] = Draft(person=str(interaction.user.id), proposal=proposal, settling=settling)
        if len(self._drafts) > _DRAFTS:
            self._drafts.popitem(last=False)
        await interaction.edit_original_response(view=effects_view(proposal.diff, found, key, interaction.locale.value))

    def take(self, interaction: Interaction, press: Press) -> Draft | None:
        """Take the draft of a button out; None if it is gone, or somebody else's."""
        draft = self._drafts.get(press.key)
        if draft is None or draft.person != str(interaction.user.id):
            return None
        return self._drafts.pop(press.key)

    async def make(self, interaction: Interaction, draft: Draft) -> None:
        """Make a change, bring it to those who waited, and say so; the interaction has been deferred."""
        words, locale = wording(interaction.locale.value).moderator, interaction.locale.value
        moderator = self.moderator(interaction)
        try:
            made = await asyncio.to_thread(moderator.make, draft.proposal)
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
                waiting = await self.settle(moderator, tuple(draft.settling.texts), draft.settling.verdict)
                if waiting:
                    told = await self._tell(interaction, moderator, draft, waiting)
                    lines.append(words.told.format(count=told))
            except StoreError as error:  # the change is made all the same
                lines.append(str(error))
        await interaction.edit_original_response(view=notice(lines, locale, after=after))

    async def settle(self, moderator: Moderator, keys: tuple[str, ...], verdict: Verdict) -> tuple[Request, ...]:
        """Take questions out of the queue; give who waits for their answer."""
        waiting = await asyncio.to_thread(moderator.settle, keys, verdict)
        self.settled |= dict.fromkeys(keys)
        while len(self.settled) > _DRAFTS * 10:
            self.settled.popitem(last=False)
        return waiting

    async def _tell(
        self, interaction: Interaction, moderator: Moderator, draft: Draft, waiting: tuple[Request, ...]
    ) -> int:
        """Bring the answer to each person who waits, once; give how many have it."""
        told: set[str] = set()
        done = []
        for request in waiting:
            if request.platform != PLATFORM or not request.person.isdecimal():
                continue
            if request.person in told:
                done.append(request.question_key)
                continue
            question = draft.settling.texts.get(request.question_key, "") if draft.settling else ""
            try:
                channel = await interaction.client.create_dm(discord.Object(int(request.person)))
                await channel.send(view=self._answer(request, draft.proposal.entry_id, question))
            except discord.HTTPException as error:
                logger.warning("an answer could not be brought (HTTP %s)", error.status)
                if error.status not in _UNREACHABLE:
                    continue
            else:
                told.add(request.person)
            done.append(request.question_key)
        if done:
            await asyncio.to_thread(moderator.settle, done, "answered")
        return len(told)

    def _answer(self, request: Request, entry_id: str, question: str) -> discord.ui.LayoutView:
        """The new answer for one who asked the moderators, in their language."""
        person = request.person
        # What is known where the question was asked, told directly.
        asker = Asker(
            platform=PLATFORM, tenant=request.tenant, place=request.place, person=person, locale=request.locale
        )
        lead = escape(wording(request.locale).moderator.answered.format(question=question))
        if entry_id in self._desk.service.seen_from(asker).knowledge.by_id:
            shown = self._desk.entry(entry_id, asker).led_by(lead)
            card = replace(shown.card, actions=tuple(one for one in shown.card.actions if one is not Action.SHARE))
            return layout(card, shown.frame)
        reply = self._desk.service.ask(question, asker)  # out of scope has no entry to show
        return layout(reply.card, Frame(key=new_key(), person=person, lead=lead))
