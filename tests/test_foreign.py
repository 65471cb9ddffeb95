"""Questions in other languages than the knowledge's: what it is about is found, and the rest politely declined."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.cycling import collection_of, engine_of, faq, shipped_engine

FILE = Path(__file__).with_name("data") / "foreign.jsonl"
CASES = [json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines()]
LANGUAGES = ("hi", "ur", "es", "fr", "de")


def test_what_is_about_something_else_is_declined() -> None:
    """Recipes, trains and printers: none of thirty questions is answered, and few are asked back."""
    outcomes = Counter(shipped_engine().decide(one["query"]).outcome for one in CASES if not one["relevant"])
    assert outcomes.total() == 30
    assert outcomes["answer"] == 0
    assert outcomes["suggest"] <= 4  # where the language cannot be told


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_knowledge_has_is_found(language: str) -> None:
    """Answered or asked back, with a right entry among the first three."""
    for one in CASES:
        if one["kind"] == language and one["relevant"]:
            found = shipped_engine().decide(one["query"])
            assert found.outcome != "none", one["query"]
            assert {match.entry.id for match in found.matches[:3]} & set(one["relevant"]), one["query"]


def test_small_words_of_another_language_are_no_common_ground() -> None:
    """A translation has them all; they neither make a question one about the knowledge nor hide that it is none."""
    engine = engine_of(collection_of(faq("deposit", "What is the deposit?", "Wie hoch ist die Kaution für das Jahr?")))
    assert engine.decide("Wie backe ich einen Kuchen für das Fest?").outcome == "none"
    assert engine.decide("Wie zahle ich die Kaution?").outcome != "none"


def test_the_knowledges_own_language_is_not_judged_so() -> None:
    """Where German is the collection's language, its common words are as good as any."""
    questions = faq("open", "Wann habt ihr auf?", "Seid ihr heute da?", "Bis wann habt ihr heute auf?")
    assert engine_of(collection_of(questions, language="de")).decide("Seid ihr denn auf?").outcome != "none"
