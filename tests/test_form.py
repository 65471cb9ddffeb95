"""Fields as the text of a form, and back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import EditError
from bot.knowledge.form import as_text, changed, editable

WORD = st.text("abc :|-#é\n", min_size=1, max_size=12).map(str.strip).filter(bool)
LINE = WORD.map(lambda word: " ".join(word.split()))
FIELDS = st.fixed_dictionaries(
    {"question": LINE, "answer": WORD},
    optional={
        "alternates": st.lists(WORD, max_size=3),
        "positions": st.dictionaries(LINE, WORD, min_size=2, max_size=3),
        "sources": st.lists(
            st.fixed_dictionaries(
                {"title": LINE},
                optional={"url": st.just("https://example.org/x"), "date": st.just("2025-01-02"), "page": LINE},
            ),
            max_size=3,
        ),
        "review_by": st.just("2026-01-01"),
        "translations": st.just({"hi": {"answer": "x"}}),
    },
)


@given(present=FIELDS)
def test_a_form_sent_as_it_was_opened_changes_nothing(present: dict[str, object]) -> None:
    """Whatever a field holds, it comes back as it is or is not offered at all."""
    assert changed(editable(present), present) == {}


def test_what_a_moderator_writes_becomes_what_the_yaml_takes() -> None:
    """Sources by line, positions by side with their paragraphs, lists by line; emptied fields are taken away."""
    present = {"question": "Q", "answer": "A", "keywords": ["x"], "positions": {"A": "one", "B": "two\n\nmore"}}
    typed = {
        "answer": "A ",
        "keywords": "",
        "sources": "Rules | https://example.org/r | 2025-01-02\nOther | 2024-01-01\nBare\n",
        "positions": "A: one\nB: two\n\n  more, and more\nC: three",
        "unheard": "of",
    }
    assert changed(typed, present) == {
        "keywords": [],
        "sources": [
            {"title": "Rules", "url": "https://example.org/r", "date": "2025-01-02"},
            {"title": "Other", "date": "2024-01-01"},
            {"title": "Bare"},
        ],
        "positions": {"A": "one", "B": "two\n\nmore, and more", "C": "three"},
    }
    assert list(changed(typed, present)["positions"]) == ["A", "B", "C"]  # type: ignore[call-overload]
    assert as_text("translations", {"hi": {"answer": "x"}}) is None


@pytest.mark.parametrize(
    ("name", "text"),
    [("sources", "Rules | next year"), ("positions", "no side"), ("sources", "A | 2025-01-01 | 2025-01-02")],
)
def test_what_cannot_be_understood_is_told(name: str, text: str) -> None:
    """The sentence says how to write it."""
    with pytest.raises(EditError, match="is written as"):
        changed({name: text}, {"question": "Q"})
