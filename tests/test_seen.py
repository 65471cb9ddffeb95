"""The set of what was handled a moment ago."""

from __future__ import annotations

import pytest

from bot.seen import Seen


def test_a_key_is_new_once() -> None:
    """The second delivery of the same event is told from the first."""
    seen = Seen()
    assert seen.first_time("a")
    assert not seen.first_time("a")
    assert seen.first_time("b")
    assert "a" in seen
    assert "c" not in seen


def test_keys_leave_after_their_lifetime() -> None:
    """A key is forgotten when its time is over, counted from its first sight."""
    now = [0.0]
    seen = Seen(lifetime=10, clock=lambda: now[0])
    seen.first_time("a")
    now[0] = 9.9
    assert not seen.first_time("a")
    now[0] = 10.0
    assert "a" not in seen
    assert seen.first_time("a")
    assert len(seen) == 1


def test_the_oldest_leaves_when_full() -> None:
    """The set never holds more than its capacity."""
    seen = Seen(capacity=2)
    for key in "abc":
        seen.first_time(key)
    assert len(seen) == 2
    assert "a" not in seen
    assert "c" in seen


def test_no_capacity_is_refused() -> None:
    """A set that can hold nothing is a mistake of the caller."""
    with pytest.raises(ValueError, match="at least 1"):
        Seen(capacity=0)
