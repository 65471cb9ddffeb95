"""The moderators' figures as a picture, where it can be drawn."""

from __future__ import annotations

import struct
from datetime import date, timedelta

import pytest

from bot import picture
from bot.statistics import Day, EntryFigures, Statistics

FIRST = date(2026, 10, 24)


def statistics(days: int = 30, entries: int = 10) -> Statistics:
    """Figures of so many days."""
    return Statistics(
        days=tuple(
            Day(day=FIRST + timedelta(n), answered=n, asked_back=2, unanswered=1, declined=0) for n in range(days)
        ),
        entries=tuple(
            EntryFigures(entry_id=f"faq/{'e' * 60}{n}", title="x", answers=n, helpful=1, unhelpful=0)
            for n in range(entries)
        ),
        unreached=(),
    )


@pytest.mark.parametrize(("days", "entries"), [(30, 10), (1, 0), (365, 100)])
def test_a_picture_of_any_figures(days: int, entries: int) -> None:
    """A PNG of a size that a chat shows whole, whatever there is to show."""
    pytest.importorskip("matplotlib")
    drawn = picture.draw(statistics(days, entries))
    assert drawn is not None
    assert drawn.startswith(b"\x89PNG\r\n")
    width, height = struct.unpack(">II", drawn[16:24])
    assert (width, height) == (1080, 768)
    assert len(drawn) < 500_000


def test_no_picture_of_nothing() -> None:
    """Before anybody has asked there is nothing to draw: empty axes tell less than words."""
    assert picture.draw(statistics(days=0)) is None


def test_no_picture_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can draw, there is none, and nothing fails."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert not picture.available()
    assert picture.draw(statistics()) is None
