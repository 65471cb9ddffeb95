"""Cutting text to a limit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.clamp import clamp


@given(st.text(max_size=200), st.integers(0, 80), st.none() | st.integers(0, 300))
def test_both_limits_hold(text: str, characters: int, max_bytes: int | None) -> None:
    """Whatever the text, the result is within both limits, and text that fits comes back as it is."""
    cut = clamp(text, characters, max_bytes=max_bytes)
    size = len(cut.encode(errors="surrogatepass"))
    assert len(cut) <= characters
    assert max_bytes is None or size <= max_bytes
    if len(text) <= characters and (max_bytes is None or len(text.encode(errors="surrogatepass")) <= max_bytes):
        assert cut == text


def test_cuts_at_a_word_with_an_ellipsis() -> None:
    """People see that something is missing, and no half word."""
    assert clamp("what is backchannel diplomacy", 20) == "what is backchannel…"


@pytest.mark.parametrize(
    "whole",
    ["👩‍👩‍👧‍👦", "👍🏽", "🇮🇳", "e\u0301", "क्षि", "ی\u0654"],
    ids=["family", "skin tone", "flag", "accent", "devanagari", "urdu"],
)
def test_never_cuts_through_one_character(whole: str) -> None:
    """What readers see as one character is kept whole or left out."""
    text = whole * 40
    for limit in range(len(whole) * 3, len(whole) * 5):
        kept = clamp(text, limit).removesuffix("…")
        assert kept == whole * (len(kept) // len(whole))


def test_bytes_are_counted_as_utf_8() -> None:
    """Devanagari takes three bytes a character."""
    assert len(clamp("क" * 100, 100, max_bytes=60).encode()) <= 60


def test_no_room_gives_nothing() -> None:
    """Where not even the ellipsis fits there is nothing."""
    assert clamp("abc", 0) == ""
    assert clamp("abc", 3, max_bytes=2) == ""
