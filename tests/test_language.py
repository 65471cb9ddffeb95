"""Which language a question is in, where that can be told."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.search.language import language_of
from bot.search.text import clean, words
from tests.cycling import club, shipped_engine


def language(text: str) -> str | None:
    """Tell a text's language."""
    return language_of(words(clean(text)))


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        ("क्या हेलमेट ज़रूरी है", "hi"),
        ("मेरी bike कहाँ है", "hi"),
        ("کیا ہیلمٹ ضروری ہے", "ur"),
        ("سائیکل", "ur"),
        ("mujhe helmet pehnna hai kya", "hi"),
        ("cycle kab chalti hai bhai", "hi"),
        ("wo ist die Werkstatt und wann hat sie offen", "de"),
        ("Wie teuer ist das?", "de"),
        ("¿dónde está el taller y cuándo abre?", "es"),
        ("no se puede", "es"),
        ("où est l'atelier et quand est-il ouvert", "fr"),
        ("merci beaucoup", "fr"),
    ],
)
def test_a_language_is_told_from_its_script_or_its_commonest_words(text: str, tag: str) -> None:
    """Hindi and Urdu in their own letters and in Latin ones, and three languages of Europe."""
    assert language(text) == tag


@pytest.mark.parametrize(
    "text",
    [
        *("where is the workshop", "helmet", "ok", "okay", "no", "hey", "cool", "super", "the internet", "video", "us"),
        *("the end", "is it on", "so what", "in the hotel", "a radio", "the US", "you okay", "I see", "see you", "war"),
        *("", "123", "helmet क्या", "我的头盔", "мой шлем"),
    ],
)
def test_what_may_be_english_is_not_taken_for_another_language(text: str) -> None:
    """Words that two languages share tell neither; a script that none of them uses tells none."""
    assert language(text) is None


def test_no_phrasing_of_english_knowledge_is_taken_for_another_language() -> None:
    """Or its askers would be answered in the wrong one."""
    shipped = {match.entry.id: match.entry for match in shipped_engine().decide("peace").matches}
    texts = [text for entry in (*club().entries, *shipped.values()) for text in entry.phrasings]
    assert [text for text in texts if language(text) is not None] == []


@given(st.lists(st.text(min_size=1, max_size=8), max_size=8))
def test_any_words_have_one_language_or_none(said: list[str]) -> None:
    """Nothing makes it fail."""
    assert language_of(said) in {"hi", "ur", "es", "fr", "de", None}
