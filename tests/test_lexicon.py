"""Words a collection knows, and what misspelt, joined or split ones most likely meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rapidfuzz.distance import OSA

from bot.search.lexicon import Lexicon, Speller
from bot.search.question import read
from tests.cycling import club, index_of

INDEX = index_of(club())
LEXICON = INDEX.lexicon
LONG = sorted(word for word in LEXICON.surfaces if len(word) >= 7 and word.isascii() and word.isalpha())
EDITS = ("swapped", "doubled", "left out", "mistyped")


def meant(word: str) -> list[str]:
    """Ask what a word meant, the likeliest first."""
    return [known for known, _ in LEXICON.meant(word)]


def misspelt(word: str, edit: str, place: int) -> str:
    """Make one slip in a word, past its first two letters."""
    place = 2 + place % (len(word) - 3)
    before, letter, after = word[:place], word[place], word[place + 1 :]
    if edit == "swapped":
        return before + after[0] + letter + after[1:]
    if edit == "doubled":
        return before + letter * 2 + after
    return before + after if edit == "left out" else before + "x" + after


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ("helmte", "helmet"),  # the last two swapped
        ("hlemet", "helmet"),
        ("ehlmet", "helmet"),  # the first two swapped
        ("membrship", "membership"),
        ("memebership", "membership"),
        ("worksop", "workshop"),
        ("insuranse", "insurance"),
        ("thuderstorm", "thunderstorm"),
        ("thundrestorrm", "thunderstorm"),  # two slips in a long word
    ],
)
def test_a_misspelt_word_of_the_collection_is_found(typed: str, word: str) -> None:
    """Letters swapped, doubled, left out or mistyped."""
    assert meant(typed)[0] == word


def test_what_was_meant_is_said_once() -> None:
    """Also where both the collection and the dictionary have the word."""
    for typed in ("memebrhip", "insruanec", "worksohp", "helmmte", "batery", "bicylce", "intrested"):
        assert len(set(meant(typed))) == len(meant(typed))


def test_every_known_word_within_reach_is_looked_at() -> None:
    """Ruling words out by their letters, and by length, loses none that so few edits make."""
    known = {one for word in LONG for one in (word, word[:-1], word + "s")}
    speller = Speller(dict.fromkeys(known, 4.5))
    for word in LONG:
        for edit in EDITS:
            typed = misspelt(word, edit, 3)
            reach = 1 if len(typed) < 6 else 2 if len(typed) < 9 else 3
            near = {one for one in known if one[0] in typed[:2] and OSA.distance(typed, one) <= reach}
            assert {one for one, _ in speller.nearest(typed)} <= near
            assert len(speller.nearest(typed)) == min(3, len(near))


@given(st.sampled_from(LONG), st.sampled_from(EDITS), st.integers(0, 50))
def test_one_slip_in_a_long_word_loses_no_word(word: str, edit: str, place: int) -> None:
    """The word is among what may have been meant, unless the slip makes another known word or none at all."""
    typed = misspelt(word, edit, place)
    if LEXICON.id(typed) is None and LEXICON.meant(typed):
        terms = {LEXICON.id(one) for one in meant(typed)}
        assert LEXICON.id(word) in terms


@pytest.mark.parametrize("word", ["helmet", "helmets", "weather", "whether", "form", "from", "where", "tired", "quite"])
def test_known_words_are_left_alone(word: str) -> None:
    """A word of the collection, in any form, or a common English one is taken as meant."""
    assert meant(word) == []


@pytest.mark.parametrize("word", ["xqz", "feo", "a", "qwxzvkjh", "2026", "e2e", "", "हेलमेट"])
def test_nothing_is_guessed_from_too_little(word: str) -> None:
    """Short words, figures and words that are like no known one mean nothing else."""
    assert meant(word) == []


def test_a_close_word_of_the_collection_goes_before_the_dictionary() -> None:
    """What the collection is about is likelier meant than what merely exists."""
    assert meant("workshap")[0] == "workshop"
    assert meant("restarant")[0] == "restaurant"  # which only the dictionary has
    assert LEXICON.id("restaurant") is None


def test_strengths_fall_and_a_worse_slip_is_weaker() -> None:
    """Between a half and one, likeliest first."""
    strengths = [strength for _, strength in LEXICON.meant("thunderstrom")]
    assert strengths == sorted(strengths, reverse=True)
    assert all(0.5 < strength < 1.0 for strength in strengths)
    assert dict(LEXICON.meant("thuderstorm"))["thunderstorm"] > dict(LEXICON.meant("thuderstrom"))["thunderstorm"]


def test_forms_of_a_word_are_one_term() -> None:
    """The commonest form stands for all, and every form has its id."""
    assert LEXICON.id("ride") == LEXICON.id("rides") == LEXICON.id("riding")
    assert LEXICON.surfaces[LEXICON.id("riding") or 0] in {"ride", "rides"}
    assert LEXICON.id("zeppelin") is None
    assert sorted(LEXICON.ids.values()) == list(range(len(LEXICON)))


def test_an_empty_lexicon_knows_nothing_but_the_dictionary() -> None:
    """A collection may have no words yet."""
    empty = Lexicon.of({}, INDEX.background)
    assert len(empty) == 0
    assert empty.id("helmet") is None
    assert empty.meant("restarant")[0][0] == "restaurant"


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("thunder storm", ("thunderstorm",)),
        ("the work shop", ("the", "workshop")),
        ("the work of a shop", ("the", "work", "of", "a", "shop")),
        ("is the thuderstorm over", ("is", "the", "thunderstorm", "over")),
        ("a zeppelin", ("a", "zeppelin")),
    ],
)
def test_a_question_is_read_in_the_collections_words(asked: str, expected: tuple[str, ...]) -> None:
    """A word that was cut in two is joined where the collection has it whole; a misspelt one is corrected."""
    assert read(INDEX, asked).words == expected


def test_what_nobody_knows_is_marked() -> None:
    """A word may be foreign to the collection, and unknown to the dictionary as well."""
    question = read(INDEX, "helmet zeppelin qwxzvkjh")
    assert question.foreign.tolist() == [False, True, True]
    assert question.unknown.tolist() == [False, False, True]
