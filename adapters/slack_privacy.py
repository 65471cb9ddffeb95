"""What is kept about a person, in Slack: told, shown and deleted for whoever asks, and for nobody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters import slack_views as views
from adapters.slack_text import literal, text
from bot.disclosure import disclose, erase
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_bot import Bot
    from adapters.slack_here import Here
    from adapters.slack_values import Value

_PIECE = 3_000  # characters of one block
_PIECES = 60  # blocks of a page; a longer list is the operator's to export


class Privacy:
    """The two buttons; each is about the person who presses it, whoever's message it stands in."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def show(self, _value: Value, here: Here) -> None:
        """Show everything that is kept about the person, on a page that nobody else sees."""
        words = wording(here.locale).room
        said, found = await asyncio.to_thread(disclose, self._bot.store, here.asker, words)
        if found is None:
            await self._tell(said, here)
            return
        pieces = [found[start : start + _PIECE] for start in range(0, len(found), _PIECE)][:_PIECES]
        shown = [{"type": "rich_text_preformatted", "elements": [text(piece)]} for piece in pieces]
        blocks = [literal(said), *({"type": "rich_text", "elements": [one]} for one in shown)]
        await self._bot.open_view(here, views.page(blocks, here.locale))

    async def forget(self, _value: Value, here: Here) -> None:
        """Delete everything that is kept about the person."""
        words = wording(here.locale).room
        self._bot.service.forget(here.asker)
        await self._tell(await asyncio.to_thread(erase, self._bot.store, here.asker, words), here)

    async def _tell(self, said: str, here: Here) -> None:
        await self._bot.sender.respond(here, said, [block.note(said)])
