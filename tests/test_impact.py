"""Before an edit goes live, moderators see whose answer it would change."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from bot.errors import KnowledgeError
from bot.evaluate import Case
from bot.impact import impact, proposed
from bot.knowledge import edit
from bot.version import open_version
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.impact import Impact
    from bot.knowledge.patch import Change


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """The sample collection."""
    return write_files(tmp_path / "library")


def weighed(root: Path, change: Change, questions: tuple[str, ...] = (), cases: tuple[Case, ...] = ()) -> Impact:
    """The impact of a change that is not made."""
    return impact(open_version(root), proposed(root, change), questions=questions, cases=cases, seconds=None)


def test_an_answer_that_would_change_is_shown_with_how_often_it_was_asked(root: Path) -> None:
    """The question that the new phrasing is for gets the entry; others keep what they had."""
    change = edit.add_alternate(root, "faq/borrow", "what is the frobnication quota")
    found = weighed(root, change, ("what is the frobnication quota", "what is the frobnication quota", "opening hours"))
    assert found.entries.changed == ("faq/borrow",)
    (flip,) = found.questions
    assert (flip.text, flip.times) == ("what is the frobnication quota", 2)
    assert flip.before.entry_id != "faq/borrow"
    assert str(flip.after) == "answer faq/borrow"
    assert (found.asked, found.skipped) == (2, 0)


def test_nothing_is_written_by_looking(root: Path) -> None:
    """A proposal lives in a copy."""
    before = {path: path.read_bytes() for path in root.iterdir()}
    weighed(root, edit.retire(root, "faq/borrow"), ("how many books",))
    assert {path: path.read_bytes() for path in root.iterdir()} == before


def test_a_labelled_case_tells_better_from_worse(root: Path) -> None:
    """Losing a right answer is worse, and comes first; gaining one is better."""
    write_files(root, {"more.yaml": "faq:\n  - {id: dogs, question: May I bring my dog?, answer: 'Yes.'}\n"})
    change = edit.retire(root, "faq/dogs")
    lost = Case(query="may I bring my dog", relevant=frozenset({"faq/dogs"}))
    found = weighed(root, change, cases=(Case(query="opening hours", relevant=frozenset({"faq/opening-hours"})), lost))
    assert [(flip.text, flip.effect) for flip in found.cases] == [("may I bring my dog", "worse")]
    assert found.harmful
    gained = weighed(
        root,
        edit.add_alternate(root, "faq/dogs", "quadruped policy"),
        cases=(Case(query="quadruped policy", relevant=frozenset({"faq/dogs"})),),
    )
    assert [flip.effect for flip in gained.cases] == ["better"]
    assert not gained.harmful


def test_a_phrasing_that_would_be_stolen_is_named(root: Path) -> None:
    """A new entry that takes another's own question is harmful."""
    fields = {"question": "What is the frobnication quota?", "alternates": ["borrowing limit"], "answer": "x"}
    found = weighed(root, edit.add_entry(root, "faq/thief", fields))
    # Both claim it, so one of them cannot get it.
    assert "borrowing limit" in {flip.text for flip in found.stolen}
    assert found.harmful


def test_a_change_that_breaks_the_knowledge_is_refused_at_its_place(root: Path) -> None:
    """The problems name the real file, not the copy."""
    change = edit.edit_fields(root, "faq/borrow", {"question": "x" * 200})
    with pytest.raises(KnowledgeError) as refused:
        proposed(root, change)
    assert {problem.origin.path for problem in refused.value.problems} == {root / "faq.yaml"}


def test_what_the_time_does_not_allow_is_said(root: Path) -> None:
    """With no time left nothing is asked of the real questions, and all of them are reported as skipped."""
    change = edit.add_alternate(root, "faq/borrow", "x y")
    found = impact(open_version(root), proposed(root, change), questions=("a b", "c d"), seconds=0)
    assert found.asked == 0
    assert found.skipped == 2 + sum(len(entry.phrasings) for entry in open_version(root).knowledge.by_id.values()) + 1


def test_what_has_to_do_with_the_edit_is_asked_first(root: Path) -> None:
    """Questions that share words with what was edited come before the rest, so time is spent where it matters."""
    steps: list[tuple[str, int, int]] = []
    change = edit.add_alternate(root, "faq/borrow", "what is the frobnication quota")
    questions = tuple(f"unrelated number {number}" for number in range(30))
    new = proposed(root, change)
    impact(
        open_version(root),
        new,
        questions=(*questions, "frobnication quota?"),
        seconds=None,
        progress=lambda *step: steps.append(step),
    )
    asked = list(new.said)
    nearest, *others = (asked.index(new.reading(text)) for text in ("frobnication quota?", *questions))
    assert nearest < min(others)
    assert steps[-1][1] == steps[-1][2]


def test_phrasings_far_from_the_edit_are_asked_last(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A change seldom leads them away, so the real questions come first; in the end all have been asked."""
    monkeypatch.setattr("bot.impact._NEAREST", 2)
    new = proposed(root, edit.add_alternate(root, "faq/borrow", "how many books may a child borrow"))
    found = impact(open_version(root), new, questions=("is there a cafe",), seconds=None)
    asked = list(new.said)
    place = asked.index(new.reading("is there a cafe"))
    assert new.reading("how many books may a child borrow") in asked[:place]
    assert place == 2
    assert new.reading("opening hours") in asked[place:]
    assert found.skipped == 0
