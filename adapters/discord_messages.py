"""Tells which messages are questions for us, and answers them where they were asked."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Literal, TypeAlias

import discord

from adapters.discord_desk import words_of
from adapters.discord_guard import noted
from adapters.discord_pages import plain
from adapters.discord_text import escape
from adapters.discord_view import hint, layout
from bot.clamp import clamp
from bot.following import Answers
from bot.limits import Admission
from bot.search import MAX_QUESTION
from bot.seen import Seen
from bot.wording import wording

if TYPE_CHECKING:
    from discord import ui

    from adapters.discord_desk import Desk, Shown

logger = logging.getLogger(__name__)

Way: TypeAlias = Literal["direct", "mention", "overheard"]

_SPOKEN = {discord.MessageType.default, discord.MessageType.reply}
_UNFIT = {400, 500}  # HTTP: Discord does not take the layout; by its size in bytes it says 500


class Messages:
    """Answers messages. One process gets each message, so what it has seen need not be shared with others."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._seen = Seen()
        self.answers: Answers[discord.PartialMessage] = Answers()  # by the question's id

    async def handle(self, message: discord.Message, me: int) -> None:
        """Answer a message if it is for us, once, however often it is delivered. `me` is the bot's own id."""
        way = self._way(message, me)
        # What was overheard may be put to us by an edit later: that is another time.
        if way is None or not self._seen.first_time((message.id, way == "overheard")):
            return
        try:
            if way == "overheard":
                await self._speak_up(message)
            else:
                await self._answer_or_apologise(message)
        except discord.HTTPException as error:
            # Most often the permission to write is missing here, and there is nobody to tell.
            logger.warning(
                "channel %s: no answer could be sent (HTTP %s, %s)", message.channel.id, error.status, error.code
            )

    async def question_deleted(self, message_id: int) -> None:
        """Take our answer away with its question."""
        if answer := self.answers.taken_back(message_id):
            try:
                await answer.delete()
            except discord.HTTPException as error:
                logger.info("the answer %s could not be taken away (HTTP %s)", answer.id, error.status)

    async def question_edited(self, message: discord.Message, me: int) -> None:
        """Answer an edited question in the message that answered it; as a new one where it mentions us only now.

        Discord tells of more than rewording: of pins, and of previews that were added.
        """
        way = self._way(message, me)
        if message.edited_at is None or way in {None, "overheard"}:
            return
        words, after = _question(message), (message.edited_at - message.created_at).total_seconds()
        answer = self.answers.reworded(message.id, words)
        if answer is not None:
            await self._answer_anew(message, words, answer)
        elif way == "mention" and self.answers.may_follow(message.id, after):
            await self.handle(message, me)

    async def _answer_anew(self, message: discord.Message, words: str, answer: discord.PartialMessage) -> None:
        asker = self._desk.author(message)
        if self._desk.service.admit(asker) is not Admission.ANSWER:
            return
        shown = self._desk.ask(words, asker, private=message.guild is None)
        try:
            await answer.edit(content=None, view=layout(shown.card, shown.frame))
        except discord.HTTPException as error:
            logger.info("the answer %s could not be changed (HTTP %s)", answer.id, error.status)
        else:
            self._desk.posted(asker, answer, shown.frame.key, shown.card.entry, again=True)

    def _way(self, message: discord.Message, me: int) -> Way | None:
        if message.author.bot or message.webhook_id or message.type not in _SPOKEN:
            return None
        if message.guild is None:
            return "direct"
        if any(person.id == me for person in message.mentions):
            return "mention"
        if message.mentions or message.reference or message.mention_everyone:
            return None  # said to somebody else
        return "overheard" if self._is_watched(message) else None

    def _is_watched(self, message: discord.Message) -> bool:
        channel = message.channel
        # In a forum, the first message of a thread has its id. Inside other threads people talk with each other.
        if isinstance(channel, discord.Thread) and channel.id != message.id:
            return False
        return self._desk.service.place(self._desk.author(message)).auto_answer != "no"

    async def _answer_or_apologise(self, message: discord.Message) -> None:
        try:
            await self._answer(message)
        except discord.HTTPException:
            raise
        except Exception as error:  # noqa: BLE001 (the platform's edge: the library would only log, and the person wait)
            line = wording(self._desk.author(message).locale).room.failed.format(
                code=noted(f"message {message.id}", error)
            )
            await message.channel.send(escape(line), reference=_reference(message), mention_author=False)

    async def _answer(self, message: discord.Message) -> None:
        words, asker = _question(message), self._desk.author(message)
        admission = self._desk.service.admit(asker)
        if admission is Admission.TELL:
            line = escape(self._desk.service.wording(asker).room.too_many)
            await message.channel.send(line, reference=_reference(message), mention_author=False)
        if admission is not Admission.ANSWER:
            return
        shown = self._desk.ask(words, asker, private=message.guild is None)
        sent = await self._send(message, shown, words)
        self._desk.posted(asker, sent, shown.frame.key, shown.card.entry)

    async def _speak_up(self, message: discord.Message) -> None:
        title = message.channel.name if isinstance(message.channel, discord.Thread) else ""
        asker = self._desk.author(message)
        words = clamp(f"{title}\n{words_of(message.content)}".strip(), MAX_QUESTION)
        if self._desk.unasked.is_new(asker):
            await asyncio.to_thread(self._desk.unasked.restore, asker)
        heard = self._desk.overhear(words, asker)
        if heard:
            await self._reply(message, hint(heard[0], asker.locale, heard[1]))

    async def _send(self, message: discord.Message, shown: Shown, words: str) -> discord.Message:
        try:
            return await self._reply(message, layout(shown.card, shown.frame), words)
        except discord.HTTPException as error:
            if error.status not in _UNFIT:
                raise
            logger.error("a layout was refused (HTTP %s, %s); sent as plain text", error.status, error.code)  # noqa: TRY400 (nothing to trace)
            return await message.channel.send(
                plain(shown.card), reference=_reference(message), mention_author=False, suppress_embeds=True
            )

    async def _reply(self, message: discord.Message, view: ui.LayoutView, words: str | None = None) -> discord.Message:
        sent = await message.channel.send(view=view, reference=_reference(message), mention_author=False)
        place = sent.channel.get_partial_message(sent.id)  # type: ignore[union-attr]  # where we just wrote
        self.answers.keep(message.id, place, words)
        return sent


def _question(message: discord.Message) -> str:
    words = words_of(message.content)
    quoted = message.reference.resolved if message.reference else None
    if not words and isinstance(quoted, discord.Message) and not quoted.author.bot:
        return words_of(quoted.content)  # "@bot" in reply to somebody's question
    return words


def _reference(message: discord.Message) -> discord.MessageReference:
    return message.to_reference(fail_if_not_exists=False)
