"""What each person asked last, so that a follow-up can be understood; forgotten after a while."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.model import Asker

LIFETIME = 600.0  # seconds: what was asked longer ago is rarely what "and why?" refers to
CAPACITY = 10_000  # people; the one who asked longest ago is forgotten first


class Memory:
    """The last understood question of each person in each place, kept in memory only.

    Where the asker is nobody in particular (an empty `person`) nothing is kept. For one thread, as the adapters run.
    """

    def __init__(
        self, *, lifetime: float = LIFETIME, capacity: int = CAPACITY, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._lifetime = lifetime
        self._capacity = capacity
        self._clock = clock
        self._questions: OrderedDict[tuple[str, ...], tuple[float, str]] = OrderedDict()  # oldest first

    def remember(self, asker: Asker, question: str) -> None:
        """Keep the question that this person asked here, in place of the one before."""
        if not asker.person:
            return
        key = _key(asker)
        self._questions[key] = (self._clock() + self._lifetime, question)
        self._questions.move_to_end(key)
        if len(self._questions) > self._capacity:
            self._questions.popitem(last=False)

    def recall(self, asker: Asker) -> str | None:
        """The question that this person asked here last, None if there is none or it is too long ago."""
        until, question = self._questions.get(_key(asker), (float("-inf"), ""))
        return question if self._clock() < until else None

    def forget(self, asker: Asker) -> None:
        """Forget everything that this person asked, wherever it was."""
        mine = [key for key in self._questions if (key[0], key[-1]) == (asker.platform, asker.person)]
        for key in mine:
            del self._questions[key]

    def __len__(self) -> int:
        return len(self._questions)


def _key(asker: Asker) -> tuple[str, ...]:
    return asker.platform, asker.tenant, asker.place, asker.thread, asker.person
