"""Answers questions in Slack that nobody put to the bot: where allowed, when sure, and not where it is unwelcome."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters.slack_values import Name, action_id
from bot.clamp import clamp
from bot.model import Action
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_bot import Bot
    from adapters.slack_events import Question
    from adapters.slack_here import Here


class Unasked:
    """The unasked answers of one bot, as Slack shows them."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def overheard(self, question: Question, here: Here) -> None:
        """Answer unasked, if the core is sure and it is polite; silence else."""
        unasked = self._bot.unasked
        if unasked.is_new(here.asker):
            await asyncio.to_thread(unasked.restore, here.asker)
        await self._bot.turn()
        heard = unasked.overheard(question.text, here.asker)
        if heard is None:
            return
        key, reply = heard
        shown = self._bot.shown(reply, here, key, question.text)
        shown = replace(shown, value=replace(shown.value, unasked=True))
        words = wording(reply.card.language)
        line = words.room.may_help.format(title=reply.card.title)
        if self._bot.service.place(here.asker).auto_answer == "private":
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

    async def removed(self, here: Here) -> None:
        """Count an unasked answer that was taken away; when that mutes the channel, say so."""
        if not self._bot.unasked.removed(here.asker):
            return
        said = wording(None).room.muted
        channel = self._bot.service.place(here.asker).moderator_channel or here.channel
        await self._bot.sender.post(here, said, [block.note(said)], channel=channel, thread_ts=None)
