"""Courtesies: left out at the ends of a text, kept where they are all that it says."""

from __future__ import annotations

import pytest

from bot.search.background import background
from bot.search.courtesy import is_courtesy, matter
from bot.search.text import words


def cut(text: str) -> list[str]:
    """Give the words that matter."""
    return matter(words(text), tells=background().tells)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("hello there! may dogs come along, please", ["may", "dogs", "come", "along"]),
        ("please hi thanks dogs pls thank you so much", ["dogs"]),
        ("how do I please my dogs", ["how", "do", "i", "please", "my", "dogs"]),
        ("s'il vous plaît, les chiens", ["les", "chiens"]),
        ("कृपया कुत्ते", ["कुत्ते"]),
        ("کتے، براہ کرم", ["کتے"]),
        ("thanks a lot", ["thanks", "a", "lot"]),
        ("hello, is this it?", ["hello", "is", "this", "it"]),
        ("hello hello", ["hello", "hello"]),
        ("dogs, dogs and more dogs", ["dogs", "dogs", "and", "more", "dogs"]),
        ("", []),
    ],
)
def test_what_a_text_is_about(text: str, expected: list[str]) -> None:
    """In order, whatever stands around it."""
    assert cut(text) == expected


def test_it_is_settled_at_once() -> None:
    """What is left has nothing more to leave out."""
    for text in ("hi hi there dogs thanks", "please", "bonjour, bonsoir", "bitte danke hunde bitte"):
        assert matter(cut(text), tells=background().tells) == cut(text)


@pytest.mark.parametrize(
    ("text", "courtesy"),
    [
        ("hello", True),
        ("Thanks a lot!", True),
        ("hi there, thanks", True),
        ("gracias", True),
        ("شکریہ", True),
        ("hello dogs", False),
        ("thanks for the dogs", False),
        ("", False),
    ],
)
def test_nothing_but_courtesy(text: str, courtesy: bool) -> None:
    """A greeting or thanks alone is told from a question that begins with one."""
    assert is_courtesy(words(text)) is courtesy
