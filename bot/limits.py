"""How many questions are answered in how much time, so that a flood from one person costs nobody else."""

from __future__ import annotations

import time
from collections import OrderedDict
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Mapping

CAPACITY = 20_000  # people and places remembered; the one that was quiet longest is forgotten first


@dataclass(frozen=True, slots=True, kw_only=True)
class Rate:
    """So many at once, and so many again within the seconds after."""

    count: int
    seconds: float


class Admission(StrEnum):
    """What becomes of a question."""

    ANSWER = "answer"
    TELL = "tell"  # no answer, but one line that says so
    IGNORE = "ignore"  # the line was said already


@dataclass(slots=True, kw_only=True)
class _Bucket:
    """A token bucket: it fills by itself, and every question takes one out."""

    tokens: float
    at: float  # when that was counted, in the clock's seconds
    told: bool = False

    def fill(self, rate: Rate, now: float) -> None:
        self.tokens = min(rate.count, self.tokens + (now - self.at) * rate.count / rate.seconds)
        self.at = now
        if self.tokens >= rate.count:  # whoever has calmed down is told anew
            self.told = False


class Limits:
    """The buckets of people and places; for one thread, as the adapters run. `clock` gives seconds."""

    def __init__(self, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._buckets: OrderedDict[Hashable, _Bucket] = OrderedDict()

    def admit(self, rates: Mapping[Hashable, Rate | None]) -> Admission:
        """Take a question that counts towards all of these rates, by who or what they are of; None is no limit.

        A question that is not answered takes nothing from anybody's rate.
        """
        now = self._clock()
        buckets = [self._filled(key, rate, now) for key, rate in rates.items() if rate is not None]
        empty = next((bucket for bucket in buckets if bucket.tokens < 1), None)
        if empty is None:
            for bucket in buckets:
                bucket.tokens -= 1
            return Admission.ANSWER
        if empty.told:
            return Admission.IGNORE
        empty.told = True
        return Admission.TELL

    def _filled(self, key: Hashable, rate: Rate, now: float) -> _Bucket:
        bucket = self._buckets.setdefault(key, _Bucket(tokens=rate.count, at=now))
        self._buckets.move_to_end(key)
        if len(self._buckets) > CAPACITY:
            self._buckets.popitem(last=False)
        bucket.fill(rate, now)
        return bucket
