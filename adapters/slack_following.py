"""Keeps our answers in Slack in step with their questions: answers a reworded one anew, and goes with a deleted one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.slack_events import deleted_of
from adapters.slack_here import Here

if TYPE_CHECKING:
    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from adapters.slack_events import Question
    from adapters.slack_text import Json


class Following:
    """What becomes of a bot's answers when people edit or delete what they wrote."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def reworded(self, question: Question, here: Here) -> None:
        """Answer an edited question in the message that answered it; as a new one where it mentions us only now."""
        ts = self._bot.answers.reworded(question.key, question.text)
        if ts is not None:
            await self._answer_anew(question, here, ts)
        elif (
            question.way == "mention"
            and self._bot.answers.may_follow(question.key, question.edited or 0.0)
            and await self._bot.first_time(question.key)
        ):
            await self._bot.answer_in_thread(question, here)

    async def _answer_anew(self, question: Question, here: Here, ts: str) -> None:
        if not await self._bot.admitted(here):
            return
        await self._bot.turn()
        shown = self._bot.asked(question.text, here)
        blocks = shown.blocks("direct" if here.direct else "everyone")
        if await self._bot.sender.update(here, ts, shown.text, blocks):
            self._bot.keep_post(here, ts, shown, again=True)

    async def deleted(self, body: Json, client: AsyncWebClient) -> None:
        """Take our answer away with its question."""
        message = deleted_of(body)
        ts = self._bot.answers.taken_back(message.key) if message else None
        if message and ts is not None:
            await self._bot.sender.take_away(
                Here(client=client, team=message.team, person="", channel=message.channel), ts
            )
