"""The politeness budget of answers that nobody asked for: when the bot may speak up, and when it keeps quiet."""

from __future__ import annotations

import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR = 3600.0  # seconds
MAX_PLACES = 10_000  # remembered at once; the one that was quiet longest leaves first


@dataclass(frozen=True, slots=True, kw_only=True)
class Politeness:
    """How much unasked speech a place bears."""

    entry_cooldown: float = 6 * HOUR  # seconds before the same entry may come again in the same place
    hourly_cap: int = 6  # unasked answers in a place within any hour
    removals_to_mute: int = 3  # removed unasked answers within `mute` seconds that silence a place
    mute: float = 24 * HOUR  # seconds of silence


class Verdict(StrEnum):
    """Whether an unasked answer may be given, and if not, why."""

    ALLOWED = "allowed"
    COOLING_DOWN = "cooling_down"  # this entry was given here a short while ago
    OVER_CAP = "over_cap"  # this place had its share for the hour
    MUTED = "muted"  # people here removed too many


@dataclass(slots=True, kw_only=True)
class _Place:
    """What happened in one place, in seconds of the budget's clock, oldest first."""

    given: deque[tuple[float, str]] = field(default_factory=deque)  # (when, entry id)
    removed: deque[float] = field(default_factory=deque)
    muted_until: float = float("-inf")


class Budget:
    """Decides whether an unasked answer is polite, place by place.

    A place is any string that stands for a channel. `clock` gives seconds; pass `time.time` where mutes
    outlive the process by `muted_until` and `mute_until`, else any monotonic clock.
    """

    def __init__(self, limits: Politeness | None = None, *, clock: Callable[[], float] = time.time) -> None:
        self._limits = limits or Politeness()
        self._clock = clock
        self._places: OrderedDict[str, _Place] = OrderedDict()

    def spend(self, place: str, entry_id: str, *, hourly_cap: int | None = None) -> Verdict:
        """Ask to give `entry_id` in `place`, which may have a cap of its own; when allowed, it counts as given."""
        now, state = self._clock(), self._at(place)
        if now < state.muted_until:
            return Verdict.MUTED
        self._expire(state, now)
        cap = self._limits.hourly_cap if hourly_cap is None else hourly_cap
        if any(given_id == entry_id and now - when < self._limits.entry_cooldown for when, given_id in state.given):
            return Verdict.COOLING_DOWN
        if sum(now - when < HOUR for when, _ in state.given) >= cap:
            return Verdict.OVER_CAP
        state.given.append((now, entry_id))
        return Verdict.ALLOWED

    def removal(self, place: str) -> bool:
        """Count an unasked answer that somebody removed; say whether this one muted the place."""
        now, state = self._clock(), self._at(place)
        self._expire(state, now)
        state.removed.append(now)
        if len(state.removed) < self._limits.removals_to_mute or now < state.muted_until:
            return False
        state.removed.clear()
        state.muted_until = now + self._limits.mute
        return True

    def muted_until(self, place: str) -> float | None:
        """When the place may be spoken to again, in the clock's seconds; None if it is not muted."""
        state = self._places.get(place)
        return state.muted_until if state and self._clock() < state.muted_until else None

    def mute_until(self, place: str, until: float) -> None:
        """Mute a place until a moment of the clock: a past one lifts the mute, a stored one restores it."""
        self._at(place).muted_until = until

    def _at(self, place: str) -> _Place:
        state = self._places.setdefault(place, _Place())
        self._places.move_to_end(place)
        if len(self._places) > MAX_PLACES:
            self._places.popitem(last=False)
        return state

    def _expire(self, state: _Place, now: float) -> None:
        memory = max(self._limits.entry_cooldown, HOUR)
        while state.given and now - state.given[0][0] >= memory:
            state.given.popleft()
        while state.removed and now - state.removed[0] >= self._limits.mute:
            state.removed.popleft()
