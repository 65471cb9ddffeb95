"""Type-ahead: what is offered while a question is typed, and in what order."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.model import Translation
from tests.cycling import club, club_engine, collection_of, engine_of, faq, section

MADE = collection_of(
    section("body", "Lost and found", "A saddle bag was found."),
    faq("title", "Where is the saddle made?"),
    faq("phrasing", "Is it hard to sit on?", "my saddle hurts"),
    faq("exact", "Saddle"),
    faq("other", "When do we eat?", body="At noon."),
)
ENGINE = engine_of(MADE)


def offered(typed: str, limit: int = 25) -> list[str]:
    """List the entries that are offered, by their names."""
    return [entry.id.split("/")[1] for entry in ENGINE.complete(typed, limit=limit)]


def test_exact_before_phrasing_before_title_before_body() -> None:
    """And what has nothing of what was typed is not offered."""
    assert offered("saddle") == ["exact", "phrasing", "title", "body"]


@pytest.mark.parametrize("typed", ["SADDLE", " saddle? ", "ｓａｄｄｌｅ", "sad\u200bdle"])
def test_how_it_is_typed_makes_no_difference(typed: str) -> None:
    """Case, width, blanks and punctuation are folded as in questions."""
    assert offered(typed) == offered("saddle")


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("my sad", "phrasing"),
        ("where is the sa", "title"),
        ("my saddle hurts", "phrasing"),
        ("where is teh saddle", "title"),
        ("found", "body"),
    ],
)
def test_the_beginning_of_a_word_or_a_phrase_is_enough(typed: str, first: str) -> None:
    """Or a title with a slip in it."""
    assert offered(typed)[0] == first


@pytest.mark.parametrize("typed", ["addle", "xylophone", "zz"])
def test_the_inside_of_a_word_is_no_beginning(typed: str) -> None:
    """What nothing begins with offers nothing."""
    assert [name for name in offered(typed) if name in {"phrasing", "body", "other"}] == []


@pytest.mark.parametrize("typed", ["", "  ", "?", "\u200b", "👍"])
def test_before_anything_is_typed_the_pinned_come_first(typed: str) -> None:
    """Then the others, in the files' order."""
    found = [entry.id for entry in club_engine().complete(typed)]
    assert found[:2] == ["faq/join", "faq/sunday-ride"]
    rest = [entry.id for entry in club().entries if not entry.pinned]
    assert found[2:] == rest


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
@pytest.mark.parametrize("typed", ["", "saddle"])
def test_no_more_than_asked_for(typed: str, limit: int) -> None:
    """The best of them."""
    assert offered(typed, limit) == offered(typed)[:limit]
    assert len(offered(typed, limit)) <= limit


def test_twenty_five_where_no_limit_is_named() -> None:
    """As many as the platforms take."""
    many = engine_of(collection_of(*(faq(f"e{number}", f"Saddle number {number}") for number in range(40))))
    assert len(many.complete("saddle")) == 25
    assert len(many.complete("")) == 25


def test_a_translation_is_offered_like_the_original() -> None:
    """Somebody types in the language they will ask in."""
    german = Translation(title="Wo ist der Sattel?", alternates=("Sattel gesucht",))
    engine = engine_of(collection_of(replace(faq("a", "Nothing"), translations=MappingProxyType({"de": german}))))
    assert [entry.id for entry in engine.complete("wo ist")] == ["faq/a"]
    assert [entry.id for entry in engine.complete("sattel ges")] == ["faq/a"]


def test_several_collections_are_offered_together() -> None:
    """The better one first, whichever collection it is from."""
    both = engine_of(MADE, replace(collection_of(faq("saddles", "Saddle", pinned=True)), name="other"))
    assert both.complete("")[0].id == "faq/saddles"
    assert {entry.id for entry in both.complete("saddle")[:2]} == {"faq/exact", "faq/saddles"}


@given(st.text(max_size=60))
def test_whatever_is_typed_is_answered(typed: str) -> None:
    """With entries of the collection, each once."""
    found = ENGINE.complete(typed)
    assert len({entry.id for entry in found}) == len(found) <= 25
    assert all(entry in MADE.entries for entry in found)
