"""The explanation for moderators: what matched, what counted, what to change."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
import yaml

from bot.why import explain
from tests.samples import decided, match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Knowledge


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """Load the small collection."""
    return sample_knowledge(tmp_path / "library")


def test_an_answer_is_explained(knowledge: Knowledge) -> None:
    """Phrasing, words with and without a partner, runners-up with scores, and the rule."""
    best, second = match(knowledge.by_id["faq/opening-hours"], 0.91), match(knowledge.by_id["faq/noise"], 0.07)
    told = explain(decided("answer", "matched", best, second))
    assert "Outcome:        answer (matched)" in told
    assert "Rule:           The best match is sure." in told
    assert "Best match  0.91  faq/opening-hours: When is the library open?" in told
    assert "open: 70% of the question, found as 'opening', strength 0.90" in told
    assert "zeppelin: 30% of the question" in told.split("no partner", 1)[1]
    assert "0.07  faq/noise: Is the reading room too quiet?" in told.split("Runners-up", 1)[1]


def test_a_wrong_answer_can_be_forbidden(knowledge: Knowledge) -> None:
    """The remedy names the entry's place and is YAML that can be pasted, whatever was asked."""
    hostile = 'say "hi": [a] #b\t\\'
    decision = replace(decided("answer", "matched", match(knowledge.by_id["faq/borrow"])), question=hostile)
    told = explain(decision)
    assert f"({knowledge.by_id['faq/borrow'].origin})" in told
    pasted = next(line for line in told.splitlines() if line.strip().startswith("not:"))
    assert yaml.safe_load(pasted) == {"not": [hostile]}


def test_an_unanswered_question_can_be_taught(knowledge: Knowledge) -> None:
    """It may become an alternate, a synonym for the word without a partner, or out of scope."""
    told = explain(decided("none", "unknown", match(knowledge.by_id["faq/borrow"], 0.2)))
    assert 'alternates: ["when is it open"]' in told
    assert 'synonyms: [["zeppelin", ' in told
    assert "out_of_scope" in told


def test_a_stock_reply_is_named(knowledge: Knowledge) -> None:
    """Which one, where it stands, and how to stop it."""
    stock = knowledge.collections[0].stock_replies[0]
    told = explain(replace(decided("none", "out_of_scope"), stock_reply=stock))
    assert f"Stock reply:    weather, at {stock.origin}" in told
    assert "take what resembles it out of the examples of weather" in told


def test_a_follow_up_names_what_completed_it(knowledge: Knowledge) -> None:
    """A moderator sees which earlier question was used."""
    found = decided("answer", "matched", match(knowledge.by_id["faq/borrow"]))
    assert "Completed by:   how many books" in explain(replace(found, context="how many books"))


def test_nothing_is_to_be_done_about_emptiness() -> None:
    """No advice where no knowledge could help."""
    told = explain(replace(decided("none", "empty"), question=""))
    assert "(nothing to go by)" in told
    assert "To change it" not in told


def test_in_chat_places_are_told_from_the_knowledges_folder(knowledge: Knowledge, tmp_path: Path) -> None:
    """A moderator reads where an entry stands among the files, and nothing of the machine's folders."""
    told = explain(decided("none", "unknown", match(knowledge.by_id["faq/borrow"], 0.2)), seen_from=tmp_path)
    assert "(library/faq.yaml:" in told
    assert str(tmp_path) not in told
