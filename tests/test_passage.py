"""The passage: the sentences in a row that answer best, short enough to take in at a glance."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.markdown import paragraphs
from bot.model import Passage
from bot.search.passage import MAX_PASSAGE
from bot.search.text import sentences
from tests.cycling import club_engine, collection_of, engine_of, faq, section

SAID = (
    *("The grove was planted in spring.", "Nobody complained about the hail!", "Was the lantern ever lit?"),
    *("Eleven postmen carried it home, one by one, over the hills and through the fog of that November night.",),
    *(
        "Yes.",
        "साइकिल यहीं है।",
        "سائیکل یہاں ہے۔",
        "1.5 miles",
        "**Bold** and *thin*.",
        "See [the map](https://x.example).",
    ),
    "It went on and on " * 12 + "for ever.",
)
blocks = st.lists(st.sampled_from(SAID), min_size=1, max_size=6).map(" ".join)
bodies = st.lists(
    st.one_of(blocks, blocks.map(lambda said: f"- {said}\n- Yes."), blocks.map(lambda said: f"> {said}")),
    min_size=1,
    max_size=8,
).map("\n\n".join)


def passage_of(body: str, question: str = "grove lantern") -> Passage | None:
    """Ask a collection of one section for a passage."""
    (match,) = engine_of(collection_of(section("a", "The grove", body))).decide(question).matches
    return match.passage


@settings(max_examples=200)
@given(bodies, st.sampled_from(["the grove", "was the lantern lit", "postmen in november", "xylophone", "hail"]))
def test_a_passage_is_sentences_in_a_row(body: str, question: str) -> None:
    """Whole sentences of the body, in order and without a gap, from the first to the last block that it names."""
    found = passage_of(body, question)
    assert found is not None
    assert 0 < len(found.text) <= MAX_PASSAGE == 600
    said = [(number, one) for number, block in enumerate(paragraphs(body)) for one in sentences(block)]
    runs = [said[start:end] for start in range(len(said)) for end in range(start + 1, len(said) + 1)]
    squeezed = "".join(found.text.split())
    matching = [run for run in runs if "".join("".join(one.split()) for _, one in run) == squeezed]
    assert (found.first_block, found.last_block) in {(run[0][0], run[-1][0]) for run in matching}


@settings(max_examples=100)
@given(bodies)
def test_a_short_body_is_given_whole(body: str) -> None:
    """Where all of it fits, nothing is left out."""
    found = passage_of(body)
    said = paragraphs(body)
    assert found is not None
    if sum(len(block) + 1 for block in said) <= MAX_PASSAGE:
        assert "".join(found.text.split()) == "".join("".join(said).split())
        assert (found.first_block, found.last_block) == (0, len(said) - 1)


def test_blocks_stand_below_each_other() -> None:
    """Sentences of a block on one line."""
    found = passage_of("The grove is old. It is high.\n\nThe lantern hangs there.")
    assert found == Passage(text="The grove is old. It is high.\nThe lantern hangs there.", first_block=0, last_block=1)


@pytest.mark.parametrize("text", ["a" * 2_000, "word " * 1_000, "साइकिल " * 300])
def test_one_huge_sentence_is_cut(text: str) -> None:
    """At 600 characters: there is nothing smaller to choose."""
    found = passage_of(f"A short one.\n\nThe grove {text} end")
    assert found is not None
    assert len(found.text) <= MAX_PASSAGE


def test_a_lone_huge_sentence_begins_at_its_beginning() -> None:
    """What is cut off is its end."""
    found = passage_of("The grove " + "word " * 1_000)
    assert found is not None
    assert found.text.startswith("The grove word word")
    assert (len(found.text), found.first_block, found.last_block) == (MAX_PASSAGE, 0, 0)


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what did the club do during the war", "fire brigade"),
        ("when did women join the club", "Women joined in 1952"),
        ("who drew the green jersey", "drawn by a schoolgirl"),
        ("how many trees has the club planted", "a tree for every thousand miles"),
        ("where did the first outing end", "lighthouse"),
    ],
)
def test_the_passage_answers(question: str, said: str) -> None:
    """Of a long section, the part that was asked for."""
    matches = club_engine().decide(question).matches
    assert matches[0].entry.id == "section/founding"
    assert matches[0].passage is not None
    assert said in " ".join(matches[0].passage.text.split())
    assert len(matches[0].passage.text) < sum(len(block) for block in paragraphs(matches[0].entry.body))


def test_only_the_best_match_has_a_passage() -> None:
    """The others are named only."""
    first, *others = club_engine().decide("who founded the club").matches
    assert first.passage is not None
    assert [match.passage for match in others] == [None] * len(others)


@pytest.mark.parametrize("body", ["", "\n\n", "<!-- -->"])
def test_an_entry_without_a_body_has_no_passage(body: str) -> None:
    """There is nothing to quote."""
    (match,) = engine_of(collection_of(faq("a", "The grove", body=body))).decide("the grove").matches
    assert match.passage is None or match.passage.text
