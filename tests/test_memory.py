"""What a follow-up refers to: one question a person and place, for a while."""

from __future__ import annotations

from bot.memory import Memory
from bot.model import Asker

ANA = Asker(platform="terminal", tenant="t", place="p", person="ana")


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Say how many have passed."""
        return self.now


def test_the_last_question_is_recalled() -> None:
    """A newer question takes the place of the one before."""
    memory = Memory()
    memory.remember(ANA, "first")
    memory.remember(ANA, "second")
    assert memory.recall(ANA) == "second"


def test_people_and_places_are_kept_apart() -> None:
    """The same person id in another place, server or platform is someone else's conversation."""
    memory = Memory()
    memory.remember(ANA, "mine")
    for other in (
        Asker(platform="terminal", tenant="t", place="p", person="bo"),
        Asker(platform="terminal", tenant="t", place="q", person="ana"),
        Asker(platform="terminal", tenant="u", place="p", person="ana"),
        Asker(platform="elsewhere", tenant="t", place="p", person="ana"),
    ):
        assert memory.recall(other) is None


def test_it_is_forgotten_after_its_time() -> None:
    """A question from long ago is not what "and why?" refers to."""
    clock = Clock()
    memory = Memory(lifetime=600, clock=clock)
    memory.remember(ANA, "when is it open")
    clock.now = 599.0
    assert memory.recall(ANA) == "when is it open"
    clock.now = 600.0
    assert memory.recall(ANA) is None


def test_it_never_grows_past_its_capacity() -> None:
    """The one who asked longest ago is forgotten first; asking again counts."""
    memory = Memory(capacity=2)
    bo, cy = (Asker(platform="terminal", person=name) for name in ("bo", "cy"))
    memory.remember(ANA, "a")
    memory.remember(bo, "b")
    memory.remember(ANA, "a again")
    memory.remember(cy, "c")
    assert len(memory) == 2
    assert (memory.recall(ANA), memory.recall(bo), memory.recall(cy)) == ("a again", None, "c")


def test_nobody_in_particular_is_not_remembered() -> None:
    """Questions without a person, as from a file, never become each other's context."""
    memory = Memory()
    nobody = Asker(platform="terminal")
    memory.remember(nobody, "when is it open")
    assert memory.recall(nobody) is None
    assert len(memory) == 0
