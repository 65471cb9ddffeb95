"""The politeness budget: when the bot may speak unasked."""

from __future__ import annotations

from bot.autoanswer import HOUR, MAX_PLACES, Budget, Politeness, Verdict


class Clock:
    """A clock that moves when told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        """Tell the time."""
        return self.now


def budget(**limits: float) -> tuple[Budget, Clock]:
    """A budget and the clock that it lives by."""
    clock = Clock()
    return Budget(Politeness(**limits), clock=clock), clock  # type: ignore[arg-type]


def test_same_entry_waits_for_its_cooldown() -> None:
    """An entry comes again in a place only after its cool-down, to the second."""
    one, clock = budget(entry_cooldown=100.0)
    assert one.spend("a", "faq/x") is Verdict.ALLOWED
    clock.now += 99.9
    assert one.spend("a", "faq/x") is Verdict.COOLING_DOWN
    clock.now += 0.1
    assert one.spend("a", "faq/x") is Verdict.ALLOWED


def test_cooldown_is_of_one_entry_in_one_place() -> None:
    """Other entries here, and the same entry elsewhere, are free."""
    one, _ = budget(entry_cooldown=100.0)
    one.spend("a", "faq/x")
    assert one.spend("a", "faq/y") is Verdict.ALLOWED
    assert one.spend("b", "faq/x") is Verdict.ALLOWED


def test_hourly_cap_counts_any_hour() -> None:
    """The cap is on every sliding hour, not on hours of the clock."""
    one, clock = budget(hourly_cap=2, entry_cooldown=0.0)
    one.spend("a", "faq/1")
    clock.now += HOUR - 10
    one.spend("a", "faq/2")
    assert one.spend("a", "faq/3") is Verdict.OVER_CAP
    clock.now += 10
    assert one.spend("a", "faq/3") is Verdict.ALLOWED
    assert one.spend("a", "faq/4") is Verdict.OVER_CAP


def test_refused_answers_cost_nothing() -> None:
    """Only what was allowed counts against the cap."""
    one, clock = budget(hourly_cap=1, entry_cooldown=0.0)
    one.spend("a", "faq/1")
    for _ in range(5):
        assert one.spend("a", "faq/2") is Verdict.OVER_CAP
    clock.now += HOUR
    assert one.spend("a", "faq/2") is Verdict.ALLOWED


def test_a_cap_of_zero_is_silence() -> None:
    """Nobody is answered unasked where the cap is zero."""
    one, _ = budget(hourly_cap=0)
    assert one.spend("a", "faq/1") is Verdict.OVER_CAP


def test_removals_mute_the_place_for_a_while() -> None:
    """The removal that reaches the number mutes, once; the mute ends by itself and starts a new count."""
    one, clock = budget(removals_to_mute=3, mute=1000.0)
    assert [one.removal("a") for _ in range(4)] == [False, False, True, False]
    assert one.spend("a", "faq/x") is Verdict.MUTED
    assert one.spend("b", "faq/x") is Verdict.ALLOWED
    assert one.muted_until("a") == clock.now + 1000
    clock.now += 1000
    assert one.muted_until("a") is None
    assert one.spend("a", "faq/x") is Verdict.ALLOWED


def test_old_removals_are_forgiven() -> None:
    """Removals further apart than the mute lasts do not add up."""
    one, clock = budget(removals_to_mute=2, mute=100.0)
    assert not one.removal("a")
    clock.now += 100
    assert not one.removal("a")


def test_a_mute_can_be_restored_and_lifted() -> None:
    """A stored mute works after a restart; a moment in the past lifts it."""
    one, clock = budget()
    one.mute_until("a", clock.now + 5)
    assert one.spend("a", "faq/x") is Verdict.MUTED
    one.mute_until("a", clock.now)
    assert one.spend("a", "faq/x") is Verdict.ALLOWED


def test_places_are_bounded() -> None:
    """A bot in very many channels forgets the quietest instead of growing."""
    one, _ = budget()
    for number in range(MAX_PLACES + 5):
        one.spend(str(number), "faq/x")
    assert len(one._places) == MAX_PLACES
