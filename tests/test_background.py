"""The shipped word list: what is common says little, and names are known as such."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.background import background
from bot.search.text import fold

BACKGROUND = background()


def test_rarer_words_say_more() -> None:
    """From an article by way of an everyday word to a term of art."""
    said = [BACKGROUND.information(word) for word in ("the", "when", "water", "bicycle", "derailleur")]
    assert said == sorted(said)
    assert len(set(said)) == len(said)
    assert said[0] < 0.05
    assert said[3] > 0.5


@given(st.text(max_size=20))
def test_every_word_says_something_and_none_more_than_all(word: str) -> None:
    """Information lies between nothing and one, for words that no list has."""
    assert 0.0 < BACKGROUND.information(word) <= 1.0


@pytest.mark.parametrize("name", ["london", "germany", "november", "gandhi"])
def test_names_are_known(name: str) -> None:
    """Of places, peoples, persons and months."""
    assert BACKGROUND.is_name(name)


@pytest.mark.parametrize("word", ["bicycle", "london bus", "the", "rain", ""])
def test_other_words_are_no_names(word: str) -> None:
    """Nor is a word that no list has."""
    assert not BACKGROUND.is_name(word)


def test_words_are_folded_as_questions_are() -> None:
    """What is looked up is folded, and so must be what is found."""
    for table in (BACKGROUND.english, *BACKGROUND.others.values()):
        assert all(fold(word) == word for word in table)
    assert all(fold(word) == word for word in BACKGROUND.names)


def test_other_languages_stand_beside_english() -> None:
    """Each has its commonest words."""
    common = {"de": "und", "fr": "est", "es": "que", "hi": "है", "ur": "ہے"}
    assert set(BACKGROUND.others) == set(common)
    assert all(fold(word) in BACKGROUND.others[tag] for tag, word in common.items())
