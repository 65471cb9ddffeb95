"""Shows people in a chat how far something that works in a thread has come."""

from __future__ import annotations

import asyncio
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from concurrent.futures import Future

_PACE = 1.0  # seconds between two looks: platforms limit how often a message may change


class ShownProgress:
    """A `bot.progress.Progress` that calls `show(done, total)` on the event loop it was made on, once a second."""

    def __init__(self, show: Callable[[int, int], Awaitable[None]]) -> None:
        self._show, self._loop = show, asyncio.get_running_loop()
        self._last = time.monotonic()
        self._showing: Future[None] | None = None

    def __call__(self, what: str, done: int, total: int) -> None:
        """Be told by the thread at work."""
        del what
        if time.monotonic() - self._last < _PACE or (self._showing and not self._showing.done()):
            return
        self._last = time.monotonic()
        self._showing = asyncio.run_coroutine_threadsafe(self._once(done, total), self._loop)

    async def settle(self) -> None:
        """Wait for the last look to be shown, so that it cannot overtake what comes after the work."""
        if self._showing is not None:
            await asyncio.wait([asyncio.wrap_future(self._showing)])

    async def _once(self, done: int, total: int) -> None:
        await self._show(done, total)
