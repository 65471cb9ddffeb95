"""Unanswered questions are grouped by what they ask, and ranked by people and recency."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("sqlalchemy")

from bot.learn import HALF_LIFE, closest, group
from bot.search import Engine
from bot.store import AskedQuestion
from tests.samples import sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

NOW = 1_750_000_000


def asked(text: str, mark: str | None = None, *, days_ago: float = 0, wanted: bool = False) -> AskedQuestion:
    """A question that was kept."""
    return AskedQuestion(
        key=f"{text}/{mark}",
        asked_at=int(NOW - days_ago * 86_400),
        platform="terminal",
        tenant="t",
        text=text,
        outcome="none",
        reason="unknown",
        entry_id=None,
        confidence=0.1,
        mark=mark,
        wanted=wanted,
    )


def test_questions_that_ask_the_same_are_one_group() -> None:
    """Other words, same meaning: together; another subject: apart."""
    found = group(
        [
            asked("is there wifi in the library", "a"),
            asked("does the library have wifi?", "b"),
            asked("what is the wifi password for the library", "c"),
            asked("can I bring my dog", "d"),
            asked("are dogs allowed, can I bring my dog?", "e"),
        ],
        now=NOW,
        min_people=1,
    )
    assert [{wording.text for wording in one.wordings} for one in found] == [
        {"is there wifi in the library", "does the library have wifi?", "what is the wifi password for the library"},
        {"can I bring my dog", "are dogs allowed, can I bring my dog?"},
    ]


def test_what_was_split_stays_apart() -> None:
    """Chosen questions are a group of their own however few asked them; a later split takes from an earlier one."""
    alike = [asked(f"is there wifi in the library {end}", end) for end in ("now", "today", "please")]
    (together,) = group(alike, now=NOW)
    assert len(together.wordings) == 3
    first, second = (f"{one.text}/{one.mark}" for one in alike[:2])
    found = group(alike, now=NOW, min_people=1, apart=[{first, second}, {second}, {"settled since"}])
    assert sorted(one.keys for one in found) == [(first,), (alike[2].key,), (second,)]
    assert sorted(one.keys for one in group(alike, now=NOW, apart=[{second}])) == [(second,)]


def test_case_blanks_and_marks_make_no_other_wording() -> None:
    """The same words are one wording, counted, with every key."""
    (one,) = group([asked("Any WIFI?", "a"), asked("any  wifi", "b"), asked("any wifi", "c")], now=NOW)
    (wording,) = one.wordings
    assert wording.times == 3
    assert len(one.keys) == 3


def test_people_count_not_times() -> None:
    """One person asking ten times is one person; fewer than the least number are not shown."""
    often = [asked("any wifi", "a") for _ in range(10)]
    assert group(often, now=NOW, min_people=2) == ()
    (one,) = group([*often, asked("any wifi", "b")], now=NOW, min_people=2)
    assert one.people == 2


def test_who_asked_for_the_moderators_is_shown_first_and_alone() -> None:
    """The button is consent: it needs no others who ask alike, and comes before what more people asked."""
    crowd = [asked("any wifi", mark) for mark in "abcde"]
    first, second = group([*crowd, asked("where do I return books", "z", wanted=True)], now=NOW, min_people=3)
    assert (first.text, first.wanted) == ("where do I return books", True)
    assert second.people == 5


def test_what_was_asked_lately_weighs_more() -> None:
    """After a half-life two people weigh as much as one today."""
    old = [asked("any wifi", mark, days_ago=2 * HALF_LIFE / 86_400) for mark in "abc"]
    new = [asked("can I bring my dog", mark) for mark in "de"]
    assert [one.text for one in group([*old, *new], now=NOW, min_people=1)] == ["can I bring my dog", "any wifi"]


def test_texts_without_words_are_groups_of_their_own() -> None:
    """Nothing to compare is nothing alike, and no crash."""
    assert len(group([asked("???", "a"), asked("\u200b", "b"), asked("any wifi", "c")], now=NOW, min_people=1)) == 3


def test_the_closest_entries_come_with_their_confidence(tmp_path: Path) -> None:
    """A moderator sees what came nearest, best first."""
    engine = Engine.build(sample_knowledge(tmp_path / "library"))
    best, *_ = matches = closest(engine, "how many books am I allowed")
    assert best.entry.id == "faq/borrow"
    assert [match.confidence for match in matches] == sorted((match.confidence for match in matches), reverse=True)
