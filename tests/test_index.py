"""A collection made searchable: everything it can be asked by is in it, row by row, and stays as it was built."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pytest

from bot.model import Knowledge, Translation
from bot.search import Engine
from bot.search.background import background
from bot.search.index import build
from tests.cycling import club, collection_of, engine_of, faq, index_of, section, stock

if TYPE_CHECKING:
    from bot.model import Collection

INDEX = index_of(club())


def asks(**more: object) -> list[str]:
    """Index one entry, and list the texts by which it can be asked for."""
    return list(index_of(collection_of(faq("fee", "What is the fee?", **more))).phrasings.written)


def test_an_entry_can_be_asked_for_in_every_way_written_down() -> None:
    """By title, alternates, translations and keywords."""
    translated = Translation(title="Was kostet es?", alternates=("Beitrag",))
    assert asks() == ["What is the fee?"]
    assert asks(alternates=("price", "cost")) == ["What is the fee?", "price", "cost"]
    assert asks(keywords=("money", "year")) == ["What is the fee?", "money year"]
    assert asks(translations=MappingProxyType({"de": translated})) == ["What is the fee?", "Was kostet es?", "Beitrag"]


def test_a_translation_may_be_of_the_body_only() -> None:
    """What it does not translate is not asked for."""
    assert asks(translations=MappingProxyType({"de": Translation(body="Vierzig.")})) == ["What is the fee?"]


def test_rows_of_a_target_stand_together() -> None:
    """Each phrasing and sentence belongs to the target whose rows it is among."""
    for texts in (INDEX.phrasings, INDEX.bodies):
        for target in range(len(INDEX.targets)):
            assert set(texts.owner[texts.start[target] : texts.start[target + 1]].tolist()) <= {target}
        assert (texts.start[0], texts.start[-1]) == (0, len(texts))
        assert len(texts.written) == len(texts.terms) == len(texts.vectors) == len(texts)


def test_every_sentence_knows_its_block() -> None:
    """So that a passage can be shown as it is formatted."""
    body = "One is here. Two is too.\n\n- three\n- four\n\n> Five."
    index = index_of(collection_of(section("a", "A", body), section("b", "B", "Only this.")))
    found = list(zip(index.bodies.owner.tolist(), index.body_blocks.tolist(), index.bodies.written, strict=True))
    assert found == [
        (0, 0, "One is here."),
        (0, 0, "Two is too."),
        (0, 1, found[2][2]),
        (0, 1, found[3][2]),
        (0, 2, found[4][2]),
        (1, 0, "Only this."),
    ]
    assert "three" in found[2][2]
    assert "four" in found[3][2]
    assert "Five." in found[4][2]


def test_vectors_have_unit_length_or_none() -> None:
    """Cosines are products of vectors."""
    for vectors in (INDEX.phrasings.vectors, INDEX.bodies.vectors, INDEX.word_vectors[:-1]):
        assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(len(vectors)), abs=1e-3)
    assert not INDEX.word_vectors[-1].any()


def test_a_word_late_in_a_long_sentence_is_found() -> None:
    """Word by word only so many are compared, but all of them are looked up."""
    before = " ".join(f"{first}{second}xyz" for first in "abcdef" for second in "ghijkl")
    index = index_of(collection_of(section("a", "A", f"{before} zanzibar."), section("b", "B", "Something else.")))
    term = index.lexicon.id("zanzibar")
    assert term is not None
    postings = index.postings
    assert postings.target[postings.start[term] : postings.start[term + 1]].tolist() == [0]
    assert postings.strongest[term] == postings.weight[postings.start[term]] > 0


def test_a_term_that_few_use_is_rare() -> None:
    """The words of every entry say little here, whatever they say elsewhere."""
    rarity = {word: INDEX.rarity[INDEX.lexicon.id(word)] for word in ("the", "ride", "lighthouse")}
    assert 0.0 <= rarity["the"] < rarity["ride"] < rarity["lighthouse"] <= 1.0


def test_stock_replies_and_lookalikes_are_targets_behind_the_entries() -> None:
    """What a question may mean instead is matched like an entry."""
    entries = len(club().entries)
    assert INDEX.targets[:entries] == club().entries
    assert INDEX.targets[entries : entries + len(club().stock_replies)] == club().stock_replies
    rejects = [text for entry in club().entries for text in entry.rejects]
    first = INDEX.phrasings.start[entries + len(club().stock_replies)]
    assert list(INDEX.phrasings.written[first:]) == rejects


def test_how_much_the_stock_replies_decline() -> None:
    """Nothing without examples; all where each has another near; less where an entry is nearer, not a `not` phrase."""
    entry = faq("fee", "What does a membership cost?")
    near = stock("s", "out_of_scope", "who won the football match", "football match winner")
    far = stock("s", "out_of_scope", "membership cost of the gym", "which cheese melts")
    assert index_of(collection_of(entry)).declined == 0.0
    assert index_of(collection_of(entry, stock_replies=(near,))).declined == 1.0
    answered = index_of(collection_of(entry, stock_replies=(far,))).declined
    ruled_out = replace(entry, rejects=("What does the membership of a gym cost?",))
    assert answered < index_of(collection_of(ruled_out, stock_replies=(far,))).declined


def test_a_fixed_cast_is_recognised() -> None:
    """Where nearly all of many names are used again and again, and nowhere else."""
    about = [f"why did london {verb} germany" for verb in ("ask", "call", "help", "leave", "meet", "pay", "visit")]
    cast = [faq(f"e{number}", text, text + " now") for number, text in enumerate(about)]
    cities = ["london", "paris", "berlin", "madrid", "rome", "vienna", "oslo", "dublin", "prague", "athens", "tokyo"]
    places = [faq(city, f"how do I get to {city}", f"is there a train to {city}") for city in cities]
    assert index_of(collection_of(*cast)).cast > 0.9
    assert index_of(collection_of(*cast[:3])).cast == 0.0  # too few names to tell
    assert index_of(collection_of(*places)).cast == 0.0


def test_a_bare_section_is_one_that_nobody_has_asked_for() -> None:
    """Neither a faq nor a section with alternates."""
    made = collection_of(faq("a", "A"), section("b", "B", "b"), section("c", "C", "c", alternates=("see",)))
    assert index_of(made).bare.tolist() == [0.0, 1.0, 0.0]


@pytest.mark.parametrize(
    "made",
    [
        collection_of(),
        collection_of(stock_replies=(stock("s", "small_talk", "hi"),)),
        collection_of(faq("a", "???")),
        collection_of(faq("a", "???", body="...\n\n!"), stock_replies=(stock("s", "small_talk"),)),
        collection_of(section("a", "A", "word " * 5_000)),
        collection_of(faq("a", "a " * 150, " ".join(f"w{number}" for number in range(60)))),
        collection_of(faq("a", "\u200b"), synonyms=(("a", "b"), ("", "?"))),
    ],
    ids=["empty", "only stock", "no words", "no words at all", "one long sentence", "many words", "invisible"],
)
def test_any_collection_can_be_indexed_and_asked(made: Collection) -> None:
    """However little it says, or how much at once."""
    engine = engine_of(made)
    for question in ("what is the word", "hi", "w59 a", "???"):
        assert engine.decide(question).outcome in {"answer", "suggest", "none"}


def test_an_index_cannot_be_changed() -> None:
    """It is a snapshot that several threads may use."""
    with pytest.raises(FrozenInstanceError):
        INDEX.collection = club()


def test_it_can_be_built_without_word_vectors() -> None:
    """The words are then all there is."""
    index = build(club(), background(), None)
    assert index.encoder is None
    assert not index.phrasings.vectors.any()
    assert index.phrasings.terms.tolist() == INDEX.phrasings.terms.tolist()


def test_building_reports_how_far_it_is() -> None:
    """From nothing on, never past the end."""
    entries = [faq(f"e{number}", f"question {number}") for number in range(2_500)]
    told: list[tuple[str, int, int]] = []
    made = collection_of(*entries)
    Engine.build(Knowledge(collections=(made,), version="0", by_id={}), progress=lambda *step: told.append(step))
    assert told[0] == ("Indexing", 0, 2_500)
    assert [done for _, done, _ in told] == sorted(done for _, done, _ in told)
    assert {total for _, _, total in told} == {2_500}
    assert len(told) > 2
