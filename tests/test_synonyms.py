"""Synonyms: every wording of a group read as its first; capitals tell acronyms from words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.synonyms import Synonyms
from bot.search.text import clean, words

GROUPS = (
    ("United States", "US", "USA", "America"),
    ("World Health Organization", "WHO"),
    ("information technology", "IT", "computing"),
    ("bicycle", "bike", "push bike", "push bike with a motor"),
    ("puncture", "flat tyre", "Plattfuß", "पंक्चर"),
)
SYNONYMS = Synonyms(GROUPS)


def read(text: str) -> str:
    """Read a text with the groups, and join its words."""
    return " ".join(SYNONYMS.canonical(clean(text)))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("tell us about it", "tell us about it"),
        ("is the US neutral", "is the united states neutral"),
        ("is the us neutral", "is the united states neutral"),
        ("what did the U.S. say", "what did the u s say"),
        ("the US-led talks", "the united states led talks"),
        ("what is the US's plan", "what is the united states plan"),
        ("ask the ministry (US)", "ask the ministry united states"),
        ("tell us what the US did", "tell us what the united states did"),
        ("who runs the WHO", "who runs the world health organization"),
        ("who is it", "who is it"),
        ("is IT in charge of it", "is information technology in charge of it"),
        ("come with us, one of us said", "come with us one of us said"),
        ("US?", "united states"),
        ("america and America", "united states and united states"),
    ],
)
def test_case_decides_for_acronyms_only(text: str, expected: str) -> None:
    """US is a country where it stands in capitals or after an article, and us is us; America needs no capital."""
    assert read(text) == expected


@pytest.mark.parametrize("text", ["CAN YOU TELL US WHO DID IT", "GIVE US IT"])
def test_shouting_is_no_acronym(text: str) -> None:
    """Where everything stands in capitals, capitals say nothing."""
    assert read(text) == text.lower()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("my push bike with a motor", "my bicycle"),
        ("my push bike with a bell", "my bicycle with a bell"),
        ("my bike with a motor", "my bicycle with a motor"),
        ("push the bike", "push the bicycle"),
        ("push", "push"),
        ("a flat TYRE, again", "a puncture again"),
        ("flat, tyre", "puncture"),
        ("ein Plattfuß", "ein puncture"),
        ("ein PLATTFUSS", "ein puncture"),
        ("मेरा पंक्चर", "मेरा puncture"),
    ],
)
def test_phrases_are_found_longest_first(text: str, expected: str) -> None:
    """Of two wordings that begin alike the longer one is read, and half a phrase is none."""
    assert read(text) == expected


def test_a_wording_may_stand_more_than_once() -> None:
    """Every place of it is read."""
    assert read("bike, bike or push bike") == "bicycle bicycle or bicycle"


def test_without_groups_words_are_left_alone() -> None:
    """A collection need not have synonyms; a group without words is none."""
    for synonyms in (Synonyms([]), Synonyms([("???", "!"), ("", "bike"), ("bike", "...")])):
        assert synonyms.canonical("My BIKE, please") == ["my", "bike", "please"]


@given(st.text(max_size=80))
def test_any_text_can_be_read(text: str) -> None:
    """Words that no group knows come out as they are, whatever stands between them."""
    cleaned = clean(text)
    assert Synonyms([("zz", "qqqqqqq")]).canonical(cleaned) == words(cleaned)


@given(st.lists(st.sampled_from(["US", "us", "bike", "push", "IT'S", "can't", "x-US", "ß", "(WHO)", "n't", "é'US"])))
def test_capitals_are_told_word_by_word(tokens: list[str]) -> None:
    """Lower-case us after nothing that makes it a country stays, whatever stands elsewhere."""
    found = SYNONYMS.canonical(clean(" ".join(["say us", *tokens])))
    assert found[:2] == ["say", "us"]
