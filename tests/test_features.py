"""Features and ranking: the fast ones agree with slow and plain ones on any small collection."""

from __future__ import annotations

from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from bot.model import Collection, Entry, StockReply, Translation
from bot.search import texts as texts_module
from bot.search.calibration import shipped_calibration
from bot.search.features import COLUMNS, NAMES, QUESTION, candidates, features, question_features
from bot.search.question import read
from bot.search.rank import rank
from tests.cycling import club, collection_of, faq, index_of, section, stock
from tests.plain_ranking import PlainRanking, ratio

if TYPE_CHECKING:
    from bot.search.index import Index

# Common and rare words, names, figures, forms of one word, misspelt and unknown ones, other scripts, and no words.
WORDS = (
    *(
        "the",
        "how",
        "do",
        "i",
        "ride",
        "riding",
        "rides",
        "bike",
        "bicycle",
        "helmet",
        "rain",
        "weather",
        "fee",
        "cost",
    ),
    *("price", "club", "member", "membership", "london", "germany", "2026", "november", "derailleur", "helmte"),
    *("membrship", "qwxzvkjh", "साइकिल", "سائیکل", "Plattfuß", "thunder", "storm", "thunderstorm", "US", "us", "???"),
)
texts = st.lists(st.sampled_from(WORDS), min_size=1, max_size=6).map(" ".join)
bodies = st.lists(texts, max_size=4).flatmap(
    lambda said: st.sampled_from([". ".join(said), "\n\n".join(said), "- " + "\n- ".join(said)])
)


@st.composite
def entries(draw: st.DrawFn, number: int) -> Entry:
    """Make an entry of any kind."""
    make = draw(st.sampled_from([faq, section]))
    alternates = tuple(draw(st.lists(texts, max_size=3)))
    translated = Translation(title=draw(texts), alternates=tuple(draw(st.lists(texts, max_size=1))))
    return replace(
        make(f"e{number}", draw(texts), body=draw(bodies)),
        alternates=alternates,
        rejects=tuple(draw(st.lists(texts, max_size=2))),
        keywords=tuple(draw(st.lists(st.sampled_from(WORDS), max_size=2))),
        translations=MappingProxyType({"de": translated} if draw(st.booleans()) else {}),
    )


@st.composite
def collections(draw: st.DrawFn) -> Collection:
    """Make a collection of a few entries and stock replies."""
    made = [draw(entries(number)) for number in range(draw(st.integers(1, 4)))]
    replies: list[StockReply] = [
        stock(f"s{number}", draw(st.sampled_from(["out_of_scope", "small_talk"])), *draw(st.lists(texts, max_size=3)))
        for number in range(draw(st.integers(0, 2)))
    ]
    synonyms = (("united states", "US"), ("bicycle", "bike")) if draw(st.booleans()) else ()
    return collection_of(*made, stock_replies=tuple(replies), synonyms=synonyms)


def both(collection: Collection, text: str) -> tuple[Index, PlainRanking]:
    """Index a collection in both ways and ask; only where there is a word to ask."""
    index = index_of(collection)
    plain = PlainRanking(collection, index)
    plain.ask(text)
    assume(plain.words)
    return index, plain


@settings(max_examples=60)
@given(collections(), texts)
def test_features_agree_with_plain_ones(collection: Collection, text: str) -> None:
    """Every feature of every target."""
    index, plain = both(collection, text)
    question = read(index, text)
    table = features(index, question, candidates(index, question))
    assert table.targets.tolist() == list(range(len(plain.targets)))  # so few are all looked at
    for number, expected in enumerate(plain.table()):
        found = dict(zip(COLUMNS, table.values[number].tolist(), strict=True))
        assert found == pytest.approx(expected, abs=2e-3), plain.targets[number]
        assert table.likeness[number] == pytest.approx((expected["cos"] + expected["soft"]) / 2, abs=2e-3)
    about = dict(zip(QUESTION, question_features(index, question).tolist(), strict=True))
    assert about == pytest.approx(plain.about(), abs=1e-4)


@settings(max_examples=60)
@given(collections(), texts)
def test_ranking_agrees_with_a_plain_one(collection: Collection, text: str) -> None:
    """Order, confidences, the stock reply's chance and what speaks against the best entry."""
    index, plain = both(collection, text)
    calibration = shipped_calibration()
    expected = plain.verdict(calibration)
    assume(not expected.close)
    found = rank(index, calibration, text)
    assert found is not None
    confidences = {found.entry(place).id: float(one) for place, one in enumerate(found.confidences)}
    assert list(confidences.values()) == sorted(confidences.values(), reverse=True)
    assert confidences == pytest.approx(expected.confidences, abs=5e-3)
    assert found.stock_confidence == pytest.approx(expected.stock_confidence, abs=5e-3)
    assert found.lookalike == expected.lookalike


@settings(max_examples=60)
@given(collections(), texts)
def test_the_nearest_phrasing_is_named(collection: Collection, text: str) -> None:
    """The one that is nearest in words and meaning together, for moderators to see."""
    index, plain = both(collection, text)
    question = read(index, text)
    table = features(index, question, candidates(index, question))
    for number, target in enumerate(plain.targets):
        near = [
            plain.cosine(plain.said, row) + (plain.weighed(plain.covered(row)) * plain.covering(row)) ** 0.5
            for row in target.phrasings
        ]
        chosen = int(table.phrasing[number])
        if near:
            first = sum(len(one.phrasings) for one in plain.targets[:number])
            assert near[chosen - first] == pytest.approx(max(near), abs=2e-3)
        else:
            assert chosen == -1


def test_outlines_find_what_whole_vectors_find(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is near is looked up in short where there are many texts; the figures come from the whole."""
    whole = index_of(club())
    monkeypatch.setattr(texts_module, "_OUTLINED", 0)
    short = index_of(club())
    assert len(short.phrasings.outlines) == len(short.phrasings) > 0 == len(whole.phrasings.outlines)
    for text in ("when is the next ride", "do i need a helmet", "how much money is it a year", "thunder and lightning"):
        question = read(whole, text)
        found, again = (candidates(index, question) for index in (whole, short))
        assert found.phrasing_cosines is not None
        assert again.phrasing_cosines is None
        assert whole.phrasings.owner[found.phrasing_cosines.argmax()] in again.targets
        table, other = features(whole, question, found), features(short, question, again)
        cosines = dict(zip(table.targets.tolist(), table.values[:, NAMES.index("cos")].tolist(), strict=True))
        for target, cosine in zip(other.targets.tolist(), other.values[:, NAMES.index("cos")].tolist(), strict=True):
            assert cosine == pytest.approx(cosines.get(target, cosine), abs=1e-5)


@pytest.mark.parametrize(
    ("one", "other", "expected"), [("", "", 1.0), ("a", "", 0.0), ("abc", "abc", 1.0), ("abcd", "acd", 6 / 7)]
)
def test_the_plain_ratio_is_what_it_says(one: str, other: str, expected: float) -> None:
    """The yardstick itself is checked by hand."""
    assert ratio(one, other) == pytest.approx(expected)


# --- many targets ----------------------------------------------------------------------------

THINGS = ("helmet", "saddle", "pump", "lamp", "chain", "brake", "bell", "basket", "pedal", "lock")
DOINGS = ("buy", "repair", "clean", "return", "borrow", "insure", "paint")
MANY = tuple(
    faq(f"{doing}-{thing}", f"how do I {doing} a {thing}", f"where can one {doing} the {thing}", body=f"About {thing}.")
    for doing in DOINGS
    for thing in THINGS
)


def test_of_many_entries_the_right_one_comes_first() -> None:
    """Where not all are looked at closely, none that matters is left out."""
    collection = collection_of(*MANY)
    index = index_of(collection)
    wrong = []
    for entry in MANY:
        doing, thing = entry.id.removeprefix("faq/").split("-")
        for text in (f"{doing} {thing}", f"may members {doing} their {thing}s", f"{thing}: how to {doing} it"):
            found = rank(index, shipped_calibration(), text)
            if found is None or found.entry(0) != entry:
                wrong.append((text, found and found.entry(0).id))
    assert wrong == []


def test_a_candidate_is_compared_in_the_same_way_among_few_and_among_many() -> None:
    """What a question shares with one entry does not depend on how many others there are to look at."""
    collection = collection_of(*MANY)
    index, text = index_of(collection), "may members paint their baskets"
    plain = PlainRanking(collection_of(*MANY), index)
    plain.ask(text)
    question = read(index, text)
    table = features(index, question, candidates(index, question))
    assert len(table.targets) < len(MANY)
    own = [name for name in COLUMNS if name != "krr" and not name.endswith("_lead")]
    number = next(number for number, entry in enumerate(MANY) if entry.id == "faq/paint-basket")
    (row,) = np.flatnonzero(table.targets == number)
    expected = plain.evidence(plain.targets[number])
    found = dict(zip(COLUMNS, table.values[row].tolist(), strict=True))
    assert {name: found[name] for name in own} == pytest.approx({name: expected[name] for name in own}, abs=2e-3)
    # Only this is about the candidates together; those that are not looked at would hardly have changed it.
    assert found["krr"] == pytest.approx(plain.regression()[number], abs=0.05)


def test_the_clubs_questions_agree_with_the_plain_ranking() -> None:
    """A real collection, with long bodies; what hardly matters is looked at by the plain one only."""
    index = index_of(club())
    plain = PlainRanking(club(), index)
    for text in (
        "do my kids need a helmet",
        "how do I join a chain",
        "are there flat tyres in winter",
        "how dear is it",
    ):
        plain.ask(text)
        expected = plain.verdict(shipped_calibration()).confidences
        found = rank(index, shipped_calibration(), text)
        assert found is not None
        assert found.entry(0).id == max(expected, key=expected.__getitem__)
        assert float(found.confidences[0]) == pytest.approx(expected[found.entry(0).id], abs=0.02)
