"""Carries what the core wants people to be told by itself: a loop that any platform runs with a carrier of its own."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.outbox import Channel, Errand, Fate, Outbox

logger = logging.getLogger(__name__)

LOOK = 10.0  # seconds between two looks: another process may have settled something without a word
PACE = 1.2  # seconds between two deliveries: both platforms allow about fifty a minute in one place


class Carrier(Protocol):
    """One platform's hands."""

    async def channels(self) -> Sequence[Channel] | None:
        """List the channels where moderators are told things; None while that cannot be told."""

    async def carry(self, errand: Errand) -> Fate:
        """Deliver one thing; errors that may pass make it "later", those that will not "gone"."""


async def run(outbox: Outbox, carrier: Carrier, *, look: float = LOOK, pace: float = PACE) -> None:
    """Deliver what is due, until cancelled."""
    rest = _Rest()
    outbox.listen(rest.end_from_any_thread)
    while True:
        rest.begin()
        try:
            busy = await deliver(outbox, carrier, pace=pace)
        except Exception as error:  # the platform's edge: the next round may go well
            logger.exception("a round of deliveries failed: %s", type(error).__name__)
            busy = False
        if not busy:
            await rest.take(look)


async def deliver(outbox: Outbox, carrier: Carrier, *, pace: float = PACE) -> bool:
    """Deliver what is due now; say whether anything went well, so that more may follow."""
    channels = await carrier.channels()
    if channels is None:
        return False
    errands = await asyncio.to_thread(outbox.take, channels)
    went_well = False
    for number, errand in enumerate(errands):
        if number:
            await asyncio.sleep(pace)
        fate = await carrier.carry(errand)
        logger.info("%s: %s", type(errand).__name__.lower(), fate)
        await asyncio.to_thread(outbox.report, errand, fate)
        went_well |= fate == "done"
    return went_well


class _Rest:
    """The time between two rounds, which news cuts short."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._due = False
        self._sleep: asyncio.Task[None] | None = None

    def begin(self) -> None:
        """From now on, what comes is not yet known."""
        self._due = False

    async def take(self, seconds: float) -> None:
        """Rest, unless something has come since `begin`."""
        if self._due:
            return
        self._sleep = asyncio.create_task(asyncio.sleep(seconds))
        try:
            await asyncio.wait([self._sleep])
        finally:
            self._sleep.cancel()

    def end_from_any_thread(self) -> None:
        """End it: something may be due."""
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._end)

    def _end(self) -> None:
        self._due = True
        if self._sleep:
            self._sleep.cancel()
