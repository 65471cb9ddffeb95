"""Answers questions in Slack that nobody put to the bot: where allowed, when sure, and not where it is unwelcome."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters.slack_here import PLATFORM
from adapters.slack_values import Name, action_id
from bot.autoanswer import Budget, Verdict
from bot.clamp import clamp
from bot.limits import Admission
from bot.model import Action
from bot.seen import Seen
from bot.store import new_key
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_bot import Bot
    from adapters.slack_events import Question
    from adapters.slack_here import Here

logger = logging.getLogger(__name__)


class Unasked:
    """The unasked answers of one bot, with their budget of politeness."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self._budget = Budget()
        self._restored = Seen()

    async def overheard(self, question: Question, here: Here) -> None:
        """Answer unasked, if the core is sure and it is polite; silence else."""
        if self._bot.service.admit(here.asker, overheard=True) is not Admission.ANSWER:
            return
        async with self._bot.turn():
            reply = self._bot.service.ask(question.text, replace(here.asker, person=""))
        if reply.entry is None or reply.outcome != "answer":
            return
        place, settings = f"{here.team}/{here.channel}", self._bot.service.place(here.asker)
        await self._restore_mute(place)
        verdict = self._budget.spend(place, reply.entry.id, hourly_cap=settings.auto_answer_hourly)
        if verdict is not Verdict.ALLOWED:
            logger.info("an unasked answer was held back: %s", verdict)
            return
        key = new_key()
        self._bot.store.record_question(key, reply, here.asker)
        shown = self._bot.shown(reply, here, key, question.text)
        shown = replace(shown, value=replace(shown.value, unasked=True))
        words = wording(reply.card.language)
        line = words.room.may_help.format(title=reply.card.title)
        if settings.auto_answer == "private":
            # Not in the thread: a private line shows in one only while people look at it.
            blocks = [block.note(line), *shown.blocks("asker")]
            await self._bot.sender.whisper(replace(here, thread=""), line, blocks)
            return
        value = shown.value.encode()
        buttons = [
            block.button(words.room.show_answer, action_id(Name.SHOW), value),
            block.button(words.actions[Action.NOT_THIS], action_id(Name.NOT_THIS), value),
            block.button(words.actions[Action.REMOVE], action_id(Name.REMOVE), value),
        ]
        ts = await self._bot.sender.post(here, clamp(line, block.MAX_PLAIN), [block.note(line), block.actions(buttons)])
        if ts is not None:
            self._bot.answers.keep(question.key, ts, None)
            self._bot.keep_post(here, ts, shown)

    async def _restore_mute(self, place: str) -> None:
        """Take up a mute that an earlier process began."""
        if self._budget.muted_until(place) is None and self._restored.first_time(f"mute:{place}"):
            until = await asyncio.to_thread(self._bot.store.recall, f"{PLATFORM}:mute:{place}")
            if until:
                self._budget.mute_until(place, float(until))

    async def removed(self, here: Here) -> None:
        """Count an unasked answer that was taken away; the last straw mutes the channel, lastingly."""
        place = f"{here.team}/{here.channel}"
        if not self._budget.removal(place):
            return
        self._bot.store.remember(f"{PLATFORM}:mute:{place}", str(self._budget.muted_until(place)))
        said = wording(None).room.muted
        channel = self._bot.service.place(here.asker).moderator_channel or here.channel
        await self._bot.sender.post(here, said, [block.note(said)], channel=channel, thread_ts=None)
