"""Checks that need matching: phrasings that go astray, each named with where it went."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.knowledge.load import load
from bot.lint import lint, phrasing_count
from bot.search import Engine
from tests.samples import FILES, decided, match, write_files

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from bot.model import Decision, Match, Problem


def linted(folder: Path, **changed: str) -> list[Problem]:
    """Lint the small collection with some files changed."""
    files = FILES | {f"{name}.yaml": text for name, text in changed.items()}
    knowledge = load(write_files(folder, files))
    return lint(knowledge, Engine.build(knowledge).decide)


def codes(problems: list[Problem]) -> dict[str, list[str]]:
    """Group messages by code."""
    found: dict[str, list[str]] = {}
    for problem in problems:
        found.setdefault(problem.code, []).append(problem.message)
    return found


def test_sound_knowledge_has_nothing_to_report(tmp_path: Path) -> None:
    """The small collection asks its own questions and reaches itself."""
    assert linted(tmp_path / "library") == []


def test_nearly_the_same_phrasing_in_two_entries(tmp_path: Path) -> None:
    """One warning for the pair, with both phrasings and both names."""
    faq = FILES["faq.yaml"].replace("borrowing limit", "what times do you close")
    found = codes(linted(tmp_path / "library", faq=faq))
    (message,) = found["near-duplicate"]
    assert "what time do you close" in message
    assert "what times do you close" in message
    assert "faq/borrow" in message
    assert "faq/opening-hours" in message


def test_the_very_same_phrasing_is_left_to_the_check_of_the_files(tmp_path: Path) -> None:
    """What needs no matching is reported once, by the check that knows its line."""
    faq = FILES["faq.yaml"].replace("borrowing limit", "What time do you close?")
    assert linted(tmp_path / "library", faq=faq) == []


def test_an_alternate_that_another_entry_wins(tmp_path: Path) -> None:
    """Both names and both scores are given."""
    faq = FILES["faq.yaml"].replace("silence in the reading room", "how many volumes may i borrow")
    (problem,) = linted(tmp_path / "library", faq=faq, synonyms="synonyms:\n  - [books, volumes]\n")
    assert problem.code in {"stolen", "unreachable"}  # two phrasings mean the same: one of the two entries wins both
    assert re.search(r" goes to faq/\w+ \(0\.\d\d\) instead of here \(0\.\d\d\); ", problem.message)
    assert {"faq/noise", "faq/borrow"} == set(re.findall(r"faq/\w+", problem.message))


def test_a_not_phrase_that_is_answered(tmp_path: Path) -> None:
    """The entry answers what it must not; that another one answers it is no matter."""
    knowledge = load(write_files(tmp_path / "library"))
    phrase = "when is the harbour open for ships"
    own, other = (match(knowledge.by_id[entry_id], 0.8) for entry_id in ("faq/opening-hours", "faq/noise"))
    real = Engine.build(knowledge)

    def answering(given: Match) -> Callable[[str], Decision]:
        return lambda asked: decided("answer", "matched", given) if asked == phrase else real.decide(asked)

    (problem,) = lint(knowledge, answering(own))
    assert problem.code == "not-ignored"
    assert f"{phrase!r} is still answered by this entry (0.80)" in problem.message
    assert lint(knowledge, answering(other)) == []


def test_an_entry_that_its_own_question_does_not_reach(tmp_path: Path) -> None:
    """Whether nothing, another entry or a stock reply is given instead, the remedy fits."""
    knowledge = load(write_files(tmp_path / "library"))
    stock = knowledge.collections[0].stock_replies[0]
    noise = match(knowledge.by_id["faq/noise"], 0.4)
    astray = {
        "When is the library open?": decided("none", "unknown"),
        "How many books may I borrow?": decided("suggest", "ambiguous", noise),
        "How the library came about": replace(decided("none", "out_of_scope"), stock_reply=stock),
    }
    real = Engine.build(knowledge)
    found = codes(lint(knowledge, lambda question: astray.get(question) or real.decide(question)))
    assert [message.split(":")[0] for message in found["unreachable"]] == [
        "faq/opening-hours",
        "faq/borrow",
        "section/history",
    ]
    assert "its own title is not answered (0.00). The best match is sure. Say" in found["unreachable"][0]
    assert "goes to faq/noise (0.40) instead of here (0.00)" in found["unreachable"][1]
    assert "gets the stock reply weather (others.yaml:2:5)" in found["unreachable"][2]
    assert set(found) == {"unreachable"}


def test_a_vague_alternate_is_no_problem(tmp_path: Path) -> None:
    """An alternate whose entry comes first, though only as a suggestion, harms nobody."""
    knowledge = load(write_files(tmp_path / "library"))
    vague = decided("suggest", "ambiguous", match(knowledge.by_id["faq/borrow"], 0.4))
    real = Engine.build(knowledge)
    assert lint(knowledge, lambda question: vague if question == "borrowing limit" else real.decide(question)) == []


def test_progress_counts_every_question(tmp_path: Path) -> None:
    """The last step told is the last question."""
    knowledge = load(write_files(tmp_path / "library"))
    told: list[tuple[int, int]] = []
    lint(knowledge, Engine.build(knowledge).decide, progress=lambda _stage, done, total: told.append((done, total)))
    assert told[-1] == (phrasing_count(knowledge), phrasing_count(knowledge))


def test_every_warning_stands_at_its_entry(tmp_path: Path) -> None:
    """A moderator is led to the entry's line."""
    faq = FILES["faq.yaml"].replace("silence in the reading room", "how many volumes may i borrow")
    (problem,) = linted(tmp_path / "library", faq=faq, synonyms="synonyms:\n  - [books, volumes]\n")
    assert problem.level == "warning"
    line = next(number for number, text in enumerate(faq.split("\n"), start=1) if "id: noise" in text)
    assert (problem.origin.path.name, problem.origin.line) == ("faq.yaml", line)
