"""The bot's own words: every language says everything, with the same gaps to fill."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from string import Formatter
from typing import Any

import pytest

from bot.model import Action
from bot.wording import closest, languages, wording


def placeholders(words: Any) -> dict[str, set[str]]:
    """Find the placeholders of each sentence."""
    sentences = {one.name: getattr(words, one.name) for one in fields(words)}
    return {
        key: {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}
        for key, sentence in sentences.items()
        if isinstance(sentence, str)
    }


def test_speaks_the_six_languages() -> None:
    """The languages of the community are all there."""
    assert set(languages()) == {"en", "hi", "ur", "es", "fr", "de"}


@pytest.mark.parametrize("language", languages())
def test_every_language_has_the_same_placeholders(language: str) -> None:
    """A translation that drops or invents a placeholder would fail while answering."""
    english, other = wording("en"), wording(language)
    assert other.language == language
    assert placeholders(other) == placeholders(english)
    for part in ("chat", "room", "moderator", "news"):
        assert placeholders(getattr(other, part)) == placeholders(getattr(english, part))


@pytest.mark.parametrize("language", languages())
def test_nothing_is_left_empty_or_in_english(language: str) -> None:
    """Each sentence is there, and is a translation."""
    words, english = wording(language), wording("en")
    own = [getattr(words, one.name) for one in fields(words)]
    assert all(own)
    assert set(words.actions) == set(Action)
    assert len(words.months) == 12
    assert len(set(words.months)) == 12
    if language != "en":
        assert words.unknown != english.unknown
        assert words.chat.greeting != english.chat.greeting


@pytest.mark.parametrize("language", languages())
def test_buttons_fit_both_platforms(language: str) -> None:
    """A button's label holds at most 75 characters on the stricter platform."""
    assert max(len(label) for label in wording(language).actions.values()) <= 75


@pytest.mark.parametrize(
    ("tags", "served"),
    [
        (("hi-IN",), "hi"),
        (("DE_at",), "de"),
        ((None, "fr"), "fr"),
        (("ta", "ur"), "ur"),
        (("ta",), "en"),
        ((), "en"),
        (("",), "en"),
    ],
)
def test_falls_back_to_what_it_speaks(tags: tuple[str | None, ...], served: str) -> None:
    """A regional tag gets its language; the first that is spoken wins; else English."""
    assert wording(*tags).language == served


def test_a_plain_tag_is_served_by_a_regional_one() -> None:
    """Where only `pt-BR` is offered, a reader of `pt` gets it, and a reader of `es` does not."""
    assert closest("pt", ("en", "pt-BR")) == "pt-BR"
    assert closest("es", ("en", "pt-BR")) is None


def test_dates_are_written_as_people_write_them() -> None:
    """The order and the month's name follow the language."""
    day = date(2025, 5, 12)
    assert wording("en").on(day) == "12 May 2025"
    assert wording("de").on(day) == "12. Mai 2025"
    assert wording("es").on(day) == "12 de mayo de 2025"
    assert wording("hi").on(day) == "12 मई 2025"
