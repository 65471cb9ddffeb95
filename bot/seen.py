"""Remembers what was handled a moment ago, so that an event delivered twice is handled once."""

from __future__ import annotations

import time
from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


class Seen:
    """A set that forgets: its keys leave after `lifetime` seconds, the oldest first when it is full.

    The lifetime has to cover the longest redelivery of a platform: minutes for a resumed connection or a retried event.
    """

    def __init__(
        self, *, capacity: int = 10_000, lifetime: float = 3600.0, clock: Callable[[], float] = time.monotonic
    ) -> None:
        if capacity < 1:
            raise ValueError("capacity is at least 1")
        self._capacity = capacity
        self._lifetime = lifetime
        self._clock = clock
        self._until: OrderedDict[Hashable, float] = OrderedDict()

    def first_time(self, key: Hashable) -> bool:
        """Say whether `key` is new, and remember it: True once, then False until it is forgotten."""
        self._forget_old()
        if key in self._until:
            return False
        if len(self._until) >= self._capacity:
            self._until.popitem(last=False)
        self._until[key] = self._clock() + self._lifetime
        return True

    def __contains__(self, key: Hashable) -> bool:
        until = self._until.get(key)
        return until is not None and self._clock() < until

    def __len__(self) -> int:
        self._forget_old()
        return len(self._until)

    def _forget_old(self) -> None:
        now = self._clock()
        while self._until and next(iter(self._until.values())) <= now:
            self._until.popitem(last=False)
