"""Ids that moderators need not think of."""

from __future__ import annotations

import pytest

from bot.knowledge.slug import completed, slug


@pytest.mark.parametrize(
    ("title", "made"),
    [
        ("When is the library open?", "when-is-the-library-open"),
        ("  Ou est la bibliothèque ?", "ou-est-la-bibliotheque"),
        ("a: b/c 'd' #e", "a-b-c-d-e"),
        ("x" * 100, "x" * 40),
        ("کیا یہ کھلا ہے؟", ""),
        ("", ""),
    ],
)
def test_a_title_becomes_part_of_an_id(title: str, made: str) -> None:
    """Letters and digits stay, accents go, everything else parts words."""
    assert slug(title) == made


@pytest.mark.parametrize(
    ("typed", "named"),
    [
        ("faq/opening-hours", "faq/opening-hours"),
        ("section/history", "section/history"),
        ("tea:faq/refund", "tea:faq/refund"),
        ("Opening Hours", "faq/opening-hours"),
        ("faq/Opening Hours!", "faq/opening-hours"),
        ("tea:Refund", "tea:faq/refund"),
        ("", "faq/is-it-open"),
        ("faq/", "faq/is-it-open"),
        ("tea:faq/", "tea:faq/is-it-open"),
    ],
)
def test_an_id_is_completed(typed: str, named: str) -> None:
    """What was typed is kept as far as an id can hold it; what is missing comes from the question."""
    assert completed(typed, "Is it open?", "faq", ()) == named


def test_a_made_id_is_free() -> None:
    """An id that is made never meets one that is there, nor does it grow too long."""
    assert completed("", "Is it open?", "faq", {"faq/is-it-open", "faq/is-it-open-2"}) == "faq/is-it-open-3"
    assert completed("faq/", "x" * 50, "faq", {f"faq/{'x' * 40}"}) == f"faq/{'x' * 38}-2"
    assert completed("", "؟", "faq", {"faq/new"}) == "faq/new-2"
