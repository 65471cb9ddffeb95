"""What changed in an entry in a few words, and when the week is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from bot.bulletin import of_change
from bot.correction import RETIRED, reading
from bot.knowledge.brief import brief
from bot.knowledge.diff import Differences
from bot.model import Entry, Knowledge, Origin, Position, Source, Translation
from bot.reload import Reloaded
from bot.schedule import Weekly
from bot.wording import wording

ENTRY = Entry(
    id="faq/borrow",
    kind="faq",
    title="How many books may I borrow?",
    body="Ten books at a time, for a month.",
    alternates=("borrowing limit", "how many books"),
    review_by=date(2026, 6, 1),
    origin=Origin(path=Path("faq.yaml"), line=1, column=1),
)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"body": "Twelve books at a time, for a month."}, "answer: “Ten” → “Twelve”"),
        ({"body": "Ten books at a time, for a whole month."}, "answer: “” → “whole”"),
        ({"title": "How many books?"}, "question: “books may I borrow?” → “books?”"),
        ({"alternates": ("borrowing limit", "a", "b")}, "alternates +2 −1"),
        ({"rejects": ("a",)}, "not +1"),
        ({"review_by": date(2027, 6, 1)}, "review_by: 2026-06-01 → 2027-06-01"),
        ({"review_by": None, "pinned": True}, "review_by: 2026-06-01 → –; pinned: False → True"),
        ({"sources": (Source(title="x"),), "translations": {"de": Translation(title="y")}}, "sources; translations"),
        ({"kind": "section", "body": "Other."}, "text: “Ten books at a time, for a month.” → “Other.”"),
    ],
)
def test_a_change_in_a_few_words(changes: dict[str, object], said: str) -> None:
    """By the YAML's own names: what was there, what is there, and no more."""
    assert brief(ENTRY, replace(ENTRY, **changes)) == said


@pytest.mark.parametrize(
    ("counts", "language", "title"),
    [
        ((0, 1, 0), "en", "The knowledge changed: 1 changed"),
        ((2, 1, 3), "en", "The knowledge changed: 2 new, 1 changed, 3 gone"),
        ((0, 0, 0), "en", "The knowledge changed"),
        ((0, 1, 2), "hi", "ज्ञान बदला – बदले: 1, हटाए गए: 2"),
        ((3, 0, 0), "ur", "علم بدل گیا – نئے: 3"),
        ((0, 2, 0), "es", "El conocimiento ha cambiado – cambiadas: 2"),
        ((1, 0, 0), "fr", "Les connaissances ont changé – nouvelles : 1"),
        ((0, 0, 4), "de", "Das Wissen hat sich geändert: 4 entfernt"),
        ((0, 0, 0), "de", "Das Wissen hat sich geändert"),
    ],
)
def test_a_title_counts_what_there_is(counts: tuple[int, int, int], language: str, title: str) -> None:
    """New, changed and gone entries are counted only where there are any."""
    new, kept, old = ([f"faq/{kind}{n}" for n in range(count)] for kind, count in zip("nkg", counts, strict=True))
    found = Differences(added=tuple(new), removed=tuple(old), changed=tuple(kept), other=True)
    before, after = ({one: replace(ENTRY, id=one, title=f"{one}?") for one in ids} for ids in (kept + old, kept + new))
    news = Reloaded(
        entries=found,
        before=Knowledge(collections=(), version="a", by_id=before),
        after=Knowledge(collections=(), version="b", by_id=after),
        since=datetime(2026, 7, 1, tzinfo=UTC),
    )
    assert of_change(news, (), wording(language)).title == title


def test_long_texts_are_cut() -> None:
    """A new text is not told in full."""
    assert len(brief(ENTRY, replace(ENTRY, body="word " * 600))) < 150


@pytest.mark.parametrize(
    ("changes", "reads_otherwise"),
    [
        ({"body": "Ten books at a time, for a month"}, True),
        ({"body": "Ten  books\nat a time,  for a **month**."}, False),
        ({"body": "Ten books at a time\u00a0, for a month."}, False),
        ({"title": "How many books may I borrow\u200b?"}, False),
        ({"alternates": ()}, False),
        ({"as_of": date(2026, 1, 1), "review_by": None}, False),
        ({"positions": (Position(holder="A", text="x"), Position(holder="B", text="y"))}, True),
        ({"translations": {"de": Translation(body="Zehn.")}}, True),
    ],
)
def test_what_a_reader_would_notice(changes: dict[str, object], reads_otherwise: bool) -> None:
    """Words count; spacing, typography, phrasings and dates do not."""
    assert (reading(replace(ENTRY, **changes)) != reading(ENTRY)) is reads_otherwise


def test_typographic_signs_are_alike() -> None:
    """Quotes, dashes and dots of one kind or another print the same."""
    plain, printed = 'It is "open" - or not...', "It is “open” – or not…"
    assert reading(replace(ENTRY, body=plain)) == reading(replace(ENTRY, body=printed))
    assert reading(None) == RETIRED


def at(text: str) -> datetime:
    """A moment in UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("when", "now", "last"),
    [
        ("monday 9", "2026-11-23T09:00", "2026-11-23T09:00"),
        ("monday 9", "2026-11-23T08:59", "2026-11-16T09:00"),
        ("monday 9", "2026-11-29T23:00", "2026-11-23T09:00"),
        ("Friday 17 Asia/Kolkata", "2026-11-27T11:30", "2026-11-27T11:30"),
        ("friday 17 Asia/Kolkata", "2026-11-27T11:29", "2026-11-20T11:30"),
        ("sunday 23 America/New_York", "2026-11-02T04:30", "2026-11-02T04:00"),
    ],
)
def test_the_latest_moment_of_a_week(when: str, now: str, last: str) -> None:
    """By the clock of the place that is set, also where that has changed for winter."""
    assert Weekly.parse(when).last(at(now)) == at(last)


@pytest.mark.parametrize("wrong", ["", "monday", "someday 9", "monday 24", "monday nine", "monday 9 Mars/Base"])
def test_a_time_that_is_none(wrong: str) -> None:
    """What cannot be read is refused, for the settings to say so."""
    with pytest.raises(ValueError, match=r".*"):
        Weekly.parse(wrong)
