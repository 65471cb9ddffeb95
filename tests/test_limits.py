"""The limits: a burst is answered, a flood is told once and then ignored, and nobody pays for anybody else."""

from __future__ import annotations

import pytest

from bot.limits import CAPACITY, Admission, Limits, Rate

ANSWER, TELL, IGNORE = Admission.ANSWER, Admission.TELL, Admission.IGNORE
THREE = Rate(count=3, seconds=30.0)


class Clock:
    """Seconds that pass when told to."""

    now = 0.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def test_a_flood_is_told_once() -> None:
    """As many as allowed are answered, then one line, then silence; one more as soon as its time has come."""
    clock = Clock()
    limits = Limits(clock=clock)
    assert [limits.admit({"ana": THREE}) for _ in range(6)] == [ANSWER, ANSWER, ANSWER, TELL, IGNORE, IGNORE]
    clock.now = 10.0
    assert [limits.admit({"ana": THREE}) for _ in range(2)] == [ANSWER, IGNORE]


def test_who_has_calmed_down_is_told_anew() -> None:
    """The line comes again only after the whole allowance has come back."""
    clock = Clock()
    limits = Limits(clock=clock)
    for _ in range(5):
        limits.admit({"ana": THREE})
    clock.now = 29.0
    assert [limits.admit({"ana": THREE}) for _ in range(3)] == [ANSWER, ANSWER, IGNORE]
    clock.now = 90.0
    assert [limits.admit({"ana": THREE}) for _ in range(4)] == [ANSWER, ANSWER, ANSWER, TELL]


def test_one_persons_flood_costs_nobody_else() -> None:
    """What is not answered takes nothing from the channel, so another person is still answered."""
    limits, channel = Limits(clock=Clock()), Rate(count=5, seconds=60.0)
    for _ in range(100):
        limits.admit({"ana": THREE, "channel": channel})
    assert [limits.admit({"ben": THREE, "channel": channel}) for _ in range(3)] == [ANSWER, ANSWER, TELL]
    assert limits.admit({"ben": THREE, "elsewhere": channel}) is ANSWER


def test_no_limit() -> None:
    """None admits everything."""
    limits = Limits(clock=Clock())
    assert {limits.admit({"ana": None}) for _ in range(1000)} == {ANSWER}


def test_a_lower_limit_holds_at_once() -> None:
    """A change of the settings counts for those who have asked already."""
    limits = Limits(clock=Clock())
    limits.admit({"ana": Rate(count=100, seconds=1.0)})
    assert [limits.admit({"ana": THREE}) for _ in range(4)] == [ANSWER, ANSWER, ANSWER, TELL]


@pytest.mark.parametrize("quiet", [0, 1])
def test_memory_is_bounded(quiet: int) -> None:
    """The one who was quiet longest is forgotten, and nobody else."""
    limits = Limits(clock=Clock())
    for _ in range(4):
        limits.admit({0: THREE})
    limits.admit({1: THREE})
    if quiet == 1:
        limits.admit({0: THREE})
    for person in range(2, CAPACITY + 1):
        limits.admit({person: THREE})
    assert limits.admit({0: THREE}) is (ANSWER if quiet == 0 else IGNORE)
