"""What is kept about a person, in Slack: told, shown and deleted for whoever asks, and for nobody else."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters import slack_views as views
from adapters.slack_text import literal, text
from bot.disclosure import disclosure
from bot.errors import StoreError
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_bot import Bot
    from adapters.slack_here import Here
    from adapters.slack_values import Value

_PATIENCE = 2.0  # seconds to wait for a deletion to be on disk before saying that it is on its way
_PIECE = 3_000  # characters of one block
_PIECES = 60  # blocks of a page; a longer list is the operator's to export


class Privacy:
    """The two buttons; each is about the person who presses it, whoever's message it stands in."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot

    async def show(self, _value: Value, here: Here) -> None:
        """Show everything that is kept about the person, on a page that nobody else sees."""
        words = wording(here.locale).room
        try:
            found = disclosure(await asyncio.to_thread(self._bot.store.own_data, here.asker))
        except StoreError as error:
            nothing = self._bot.store.status().kind == "none"
            await self._tell(words.nothing_mine if nothing else str(error), here)
            return
        if found is None:
            await self._tell(words.nothing_mine, here)
            return
        pieces = [found[start : start + _PIECE] for start in range(0, len(found), _PIECE)][:_PIECES]
        shown = [{"type": "rich_text_preformatted", "elements": [text(piece)]} for piece in pieces]
        blocks = [literal(words.mine), *({"type": "rich_text", "elements": [one]} for one in shown)]
        await self._bot.open_view(here, views.page(blocks, here.locale))

    async def forget(self, _value: Value, here: Here) -> None:
        """Delete everything that is kept about the person."""
        words = wording(here.locale).room
        self._bot.service.forget(here.asker)
        if self._bot.store.status().kind == "none":
            await self._tell(words.nothing_mine, here)
            return
        erased = asyncio.wrap_future(self._bot.store.erase(here.asker))
        done, _ = await asyncio.wait({erased}, timeout=_PATIENCE)
        await self._tell(words.deleted if done and erased.result() else words.will_delete, here)

    async def _tell(self, said: str, here: Here) -> None:
        await self._bot.sender.respond(here, said, [block.note(said)])
