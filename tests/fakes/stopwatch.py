"""Seconds that there were to work in: a machine that stands still for a while holds everybody up, not only the bot."""

from __future__ import annotations

import asyncio
import time
from typing import Self

_TICK = 0.05  # seconds between two looks
_MOST = 0.1  # seconds between two looks that count, unless this process was at work in them


class Stopwatch:
    """Measures on a running event loop, inside `with` or between `start` and `stop`.

    A promise about time is judged by it: where this process did not get its turn, its clock stood still as well.
    """

    def __init__(self) -> None:
        self._counted = 0.0
        self._looked = self._worked = 0.0
        self._ticking: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to measure."""
        self._looked, self._worked = time.monotonic(), time.process_time()
        self._ticking = asyncio.create_task(self._tick())

    def stop(self) -> None:
        """End; `seconds` stays."""
        self._look()
        if self._ticking:
            self._ticking.cancel()
        self._ticking = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def seconds(self) -> float:
        """What has passed until now, or until it was stopped."""
        if self._ticking:
            self._look()
        return self._counted

    def _look(self) -> None:
        now, work = time.monotonic(), time.process_time()
        self._counted += min(now - self._looked, max(_MOST, work - self._worked))
        self._looked, self._worked = now, work

    async def _tick(self) -> None:
        while True:
            await asyncio.sleep(_TICK)
            self._look()
