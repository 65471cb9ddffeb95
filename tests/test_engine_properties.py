"""What must not make a difference to an answer, and what must never happen, on two collections.

Questions are sure ones unless said otherwise: what is close to a threshold may fall on either side of it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import logging
import time
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.search import MAX_QUESTION, Engine
from bot.search.index import build
from tests.cycling import (
    CLUB,
    club,
    club_engine,
    collection_of,
    engine_of,
    faq,
    index_of,
    section,
    shipped_engine,
    with_entries,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from random import Random

    from bot.model import Decision

ASKED = {
    "the club": (
        *("Do I have to wear a helmet?", "How much is the yearly fee?", "What time do you meet on Sunday?"),
        *("my bicycle has a flat tyre, who helps?", "are rides cancelled in bad weather", "the history of the club"),
        *("can my daughter come with me", "is there a place to repair my bicycle", "do you have liability insurance?"),
    ),
    "the shipped one": (
        *("What is backchannel diplomacy, and how does it work?", "What are the main obstacles to achieving peace?"),
        *("What role has the US played in mediating the conflict?", "tips for understanding the crisis"),
        *("What could economic cooperation do for peace?", "which confidence-building measures are there"),
        *("what do regional organizations such as SAARC do?", "give me a history of the dispute"),
    ),
}
ENGINES: dict[str, Callable[[], Engine]] = {"the club": club_engine, "the shipped one": shipped_engine}
SURE = [(name, question) for name, questions in ASKED.items() for question in questions]
both = pytest.mark.parametrize(("name", "question"), SURE)


def outcome(engine: Engine, question: str) -> tuple[str, str, str | None]:
    """Ask, and tell the outcome, its reason and the first entry."""
    found = engine.decide(question)
    return found.outcome, found.reason, found.matches[0].entry.id if found.matches else None


def entry(name: str, question: str) -> str | None:
    """Name the entry that a collection answers with."""
    kind, _, first = outcome(ENGINES[name](), question)
    return first if kind == "answer" else None


# --- how it is typed -------------------------------------------------------------------------


@both
def test_the_questions_are_sure_ones(name: str, question: str) -> None:
    """Or nothing below would say anything."""
    assert ENGINES[name]().decide(question).outcome == "answer"


@both
@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.strip("?") + " ???",
        lambda text: "... " + text.strip("?") + "!!!",
        lambda text: "  " + text.replace(" ", "   \t") + "\n",
        lambda text: text.replace(" ", "\u00a0"),
        lambda text: "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in text),
        "\u200b".join,
        lambda text: f"\u202d{text}\u202c",
        lambda text: f"\u201c{text}\u201d",
        lambda text: f"<@1234> {text} :bicycle:",
        lambda text: f"**{text}**",
        lambda text: f"{text} \u2764\ufe0f \U0001f6b2",
    ],
    ids=[
        *("question marks", "dots", "blanks", "hard blanks", "full width", "zero width"),
        *("direction", "quotes", "mention", "bold", "emoji"),
    ],
)
def test_form_makes_no_difference(name: str, question: str, change: Callable[[str], str]) -> None:
    """The same decision with the same confidence."""
    engine = ENGINES[name]()
    plain, changed = engine.decide(question), engine.decide(change(question))
    assert outcome(engine, change(question)) == outcome(engine, question)
    assert changed.matches[0].confidence == pytest.approx(plain.matches[0].confidence, abs=1e-5)


@both
@pytest.mark.parametrize("change", [str.upper, str.lower, str.title], ids=["shouted", "whispered", "titled"])
def test_case_leads_to_no_other_answer(name: str, question: str, change: Callable[[str], str]) -> None:
    """Nor to none."""
    assert entry(name, change(question)) == entry(name, question)


@both
@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("please, ", ""),
        ("", " please"),
        ("Hi! ", ""),
        ("hello, ", ""),
        ("", " Thanks!"),
        ("", ", thank you"),
        ("Sorry, ", ""),
        ("Hey bot, ", " pls"),
        ("Good morning. ", " Thanks in advance."),
        ("I would like to know: ", ""),
    ],
)
def test_politeness_leads_to_no_other_answer(name: str, question: str, before: str, after: str) -> None:
    """Whatever a kind person says besides is never answered with something else, nor with a greeting."""
    first = entry(name, question)
    found = ENGINES[name]().decide(before + question[0].lower() + question[1:] + after)
    assert found.matches[0].entry.id == first
    assert found.outcome in {"answer", "suggest"}


@both
@pytest.mark.parametrize(
    ("before", "after"),
    [
        *(("Please, ", ""), ("", " pls"), ("Hello there! ", " Thank you so much."), ("Excuse me, ", " please, thanks")),
        *(("नमस्ते, ", " धन्यवाद"), ("", " براہ کرم"), ("namaste, ", " shukriya"), ("Hola, ", ", por favor")),
        *(("Bonjour, ", " s'il vous plaît"), ("Guten Tag, ", " bitte. Vielen Dank!")),
    ],
)
def test_courtesy_changes_nothing(name: str, question: str, before: str, after: str) -> None:
    """Greetings, please and thanks at either end, in every language of the bot: the same answer, as sure as before."""
    engine = ENGINES[name]()
    plain, kind = engine.decide(question), engine.decide(before + question + after)
    assert outcome(engine, before + question + after) == outcome(engine, question)
    assert kind.matches[0].confidence == pytest.approx(plain.matches[0].confidence, abs=1e-4)


@both
@pytest.mark.parametrize("change", [lambda text: f"{text} {text}", lambda text: f"{text} " * 5])
def test_said_twice_is_not_asked_twice(name: str, question: str, change: Callable[[str], str]) -> None:
    """Whoever repeats a question, or a word, gets the answer of one who does not."""
    engine = ENGINES[name]()
    assert engine.decide(change(question)).matches[0].confidence == pytest.approx(
        engine.decide(question).matches[0].confidence, abs=1e-4
    )


@pytest.mark.parametrize("word", ["us", "india", "peace", "talk", "hello"])
def test_a_word_repeated_is_that_word(word: str) -> None:
    """Forty times the same word says no more than once."""
    engine = shipped_engine()
    assert outcome(engine, f"{word} " * 40) == outcome(engine, word)


@settings(max_examples=300)
@given(st.sampled_from(SURE), st.randoms(use_true_random=False))
def test_one_slip_in_a_long_word_leads_to_no_other_answer(asked: tuple[str, str], chance: Random) -> None:
    """Two letters swapped, one left out or one doubled, past the first."""
    name, question = asked
    words = question.split()
    place = chance.choice([number for number, word in enumerate(words) if len(word.strip("?,")) >= 6])
    words[place] = slip(words[place], chance)
    found = ENGINES[name]().decide(" ".join(words))
    assert found.outcome != "answer" or found.matches[0].entry.id == entry(name, question)


def slip(word: str, chance: Random) -> str:
    """Misspell a word."""
    place = chance.randrange(1, len(word.rstrip("?,")) - 2)
    before, one, two, after = word[:place], word[place], word[place + 1], word[place + 2 :]
    return chance.choice([f"{before}{two}{one}{after}", f"{before}{two}{after}", f"{before}{one}{one}{two}{after}"])


# --- what else the collection holds ----------------------------------------------------------

UNRELATED = faq("marmalade", "How is marmalade boiled?", "recipe for orange jam", body="Slowly, with much sugar.")


@pytest.mark.parametrize("question", ASKED["the club"])
def test_an_unrelated_entry_changes_no_answer(question: str) -> None:
    """Knowledge may grow."""
    grown = engine_of(with_entries(club(), (UNRELATED, *club().entries)))
    assert outcome(grown, question) == outcome(club_engine(), question)


@pytest.mark.parametrize("question", ASKED["the club"])
def test_an_entry_that_goes_takes_no_other_answer_along(question: str) -> None:
    """Knowledge may shrink: a question of another entry's is answered as before."""
    first = entry("the club", question)
    for gone in club().entries:
        if gone.id != first:
            left = engine_of(with_entries(club(), (one for one in club().entries if one is not gone)))
            assert outcome(left, question)[2] == first


@settings(max_examples=10)
@given(st.permutations(range(len(club().entries))))
def test_the_order_of_the_entries_makes_no_difference(order: list[int]) -> None:
    """The same decisions, whatever stands first; a hair's breadth of confidence for what nothing answers."""
    engine = engine_of(with_entries(club(), (club().entries[number] for number in order)))
    for question in (*ASKED["the club"], "xylophone", "hello", "which motorbike is the fastest"):
        here, there = engine.decide(question), club_engine().decide(question)
        assert (here.outcome, here.reason) == (there.outcome, there.reason)
        assert here.matches[0].entry.id == there.matches[0].entry.id
        assert here.matches[0].confidence == pytest.approx(there.matches[0].confidence, abs=0.01)


def test_the_split_into_files_makes_no_difference(tmp_path: Path) -> None:
    """One file or many, in whatever order their names sort."""
    text = (CLUB / "club.yaml").read_text(encoding="utf-8")
    head, rest = text.split("faq:\n", 1)
    faqs, rest = rest.split("sections:\n", 1)
    items = [f"  - id:{item}" for item in faqs.split("  - id:")[1:]]
    for number, item in enumerate(items):
        (tmp_path / f"{(number * 7) % 10}-{number}.yaml").write_text(f"faq:\n{item}", encoding="utf-8")
    (tmp_path / "0.yml").write_text(f"sections:\n{rest}", encoding="utf-8")
    (tmp_path / "z.yaml").write_text(head, encoding="utf-8")
    engine = Engine.build(load(tmp_path))
    for question in (*ASKED["the club"], "thanks"):
        assert outcome(engine, question) == outcome(club_engine(), question)


@settings(max_examples=30)
@given(st.integers(0, len(club().entries) - 1), st.integers(0, 3))
def test_an_alternate_word_for_word_is_answered(number: int, copies: int) -> None:
    """Once a moderator has written a question down, it is answered; that it stands there twice changes nothing."""
    question = "may I bring my trombone along"
    taught = dataclasses.replace(club().entries[number], alternates=("bring a trombone",) + (question,) * (copies + 1))
    others = [one for one in club().entries if one.id != taught.id]
    assert outcome(engine_of(with_entries(club(), [*others, taught])), question) == ("answer", "matched", taught.id)


# --- whatever is typed -----------------------------------------------------------------------

SIGNS = st.sampled_from(
    [
        *("<@", ">", "<b>", "</", "https://", "www.", "@everyone", "a@b.c", ":x:", "`", "*", "\\", "%s", "{}", "\0"),
        *("\u200d", "\u202e", "\ufe0f", "\ud800", "\u0301" * 9, "n't", "'", "''", "A", "B ", "क्", "ی", "ﷺ", "ß"),
        *("\n", ".", "?", "。", "।", "\U0001f6b2", "ﬃ", "İ", "helmet", "hemlet", "why", "and", "US", "9" * 40),
        *("z" * 90, "bi", "cycle"),
    ]
)
hostile = st.one_of(
    st.text(max_size=200),
    st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "replace")),
    st.binary(max_size=200).map(lambda raw: raw.decode("utf-8", "surrogateescape")),
    st.binary(max_size=200).map(lambda raw: raw.decode("latin-1")),
    st.lists(SIGNS, max_size=40).map("".join),
    st.lists(SIGNS, max_size=40).map(" ".join),
    st.tuples(st.lists(SIGNS, min_size=1, max_size=4), st.integers(1, 600)).map(
        lambda made: ("".join(made[0]) * made[1])[: MAX_QUESTION + 1]
    ),
)
# A question takes a few thousandths of a second; the rest allows for slow machines and what is looked up first.
SLOWEST = 0.05
ADVERSE = [
    *("a." * 999 + "@", "a-" * 990 + " @x", "<a" * 999, "a b " * 499, "x\n" * 999, "why. " * 399, "\u0301" * 2_000),
    *("ﷺ" * 1_999, "z" * 2_000, "'" * 2_000, "n't" * 600, "क्" * 999, "helmet. " * 250, "www." * 499),
    " ".join(f"helm{number}x" for number in range(200)),
    " ".join(f"{chr(97 + number % 26)}ember{chr(97 + number // 26)}hip" for number in range(180)),
]


def valid(found: Decision) -> bool:
    """Whether a decision keeps what its fields promise."""
    chances = [match.confidence for match in found.matches]
    return (
        found.outcome in {"answer", "suggest", "none"}
        and bool(found.rule)
        and len(chances) <= 5
        and chances == sorted(chances, reverse=True)
        and all(0.0 <= chance <= 1.0 for chance in chances)
        and (found.outcome == "answer") == (found.reason == "matched")
        and (found.outcome == "suggest") == (found.reason == "ambiguous")
        and (found.stock_reply is not None) == (found.reason in {"out_of_scope", "small_talk"})
        and all(one.passage is None or 0 < len(one.passage.text) <= 600 for one in found.matches)
    )


@settings(max_examples=300)
@given(hostile, st.none() | hostile)
def test_no_text_makes_it_fail(question: str, context: str | None) -> None:
    """Every text gets a decision that keeps its promises, with any text before it."""
    for engine in (club_engine(), shipped_engine()):
        assert valid(engine.decide(question, context=context))
        engine.complete(question)


def seconds(engine: Engine, question: str) -> float:
    """Measure the processor's time, of the quickest of three tries, so that a neighbour's work does not count."""
    times = []
    for _ in range(3):
        start = time.thread_time()
        engine.decide(question)
        times.append(time.thread_time() - start)
    return min(times)


@settings(max_examples=100)
@given(hostile)
def test_no_text_takes_long(question: str) -> None:
    """Nobody keeps the bot busy with a message."""
    assert seconds(shipped_engine(), question) < SLOWEST


@pytest.mark.parametrize("question", ADVERSE, ids=lambda text: ascii(text[:12]))
def test_no_text_made_for_it_takes_long(question: str) -> None:
    """Long runs of what could be a link, a tag, a mark, a sentence or a misspelt word."""
    assert seconds(shipped_engine(), question[:MAX_QUESTION]) < SLOWEST


@settings(max_examples=60)
@given(st.lists(st.tuples(st.text(min_size=1, max_size=60), st.text(max_size=200)), min_size=1, max_size=4), hostile)
def test_no_knowledge_makes_it_fail(written: list[tuple[str, str]], question: str) -> None:
    """Whatever moderators write can be asked for."""
    made = [faq(f"e{number}", title, body=body) for number, (title, body) in enumerate(written)]
    made += [section(f"s{number}", body, title) for number, (title, body) in enumerate(written)]
    engine = engine_of(collection_of(*made))
    for asked in (question, written[0][0]):
        assert valid(engine.decide(asked))


# --- purity ----------------------------------------------------------------------------------


def digest(value: Any) -> str:
    """Sum up all figures and texts of an index, however deep, but for the encoder's cache."""
    found = hashlib.sha256()

    def take(one: Any) -> None:
        if isinstance(one, np.ndarray):
            found.update(one.tobytes())
        elif dataclasses.is_dataclass(one):
            for field in dataclasses.fields(one):
                if field.name not in {"encoder", "background"}:
                    take(getattr(one, field.name))
        elif isinstance(one, (tuple, list, dict)):
            for part in one.items() if isinstance(one, dict) else one:
                take(part)
        elif type(one).__module__.startswith("bot."):
            take(vars(one) if hasattr(one, "__dict__") else repr(one))
        else:
            found.update(repr(one).encode("utf-8", "surrogatepass"))

    take(value)
    return found.hexdigest()


@cache
def another_engine() -> Engine:
    """Index the club once more."""
    return Engine.build(load(CLUB))


@settings(max_examples=150)
@given(hostile, hostile)
def test_the_same_question_has_the_same_answer(question: str, other: str) -> None:
    """Whatever was asked in between, of this engine or of one made anew."""
    engine = club_engine()
    first = engine.decide(question)
    engine.decide(other, context=question)
    assert engine.decide(question) == first
    assert another_engine().decide(question) == first


def test_asking_changes_nothing() -> None:
    """Nothing of an index is different after many questions."""
    from bot.search.background import background
    from bot.search.calibration import shipped_calibration
    from bot.search.encode import shipped_encoder

    index = build(club(), background(), shipped_encoder())
    before = digest(index)
    engine = Engine([index], shipped_calibration())
    for question in (*ASKED["the club"], *ADVERSE, "why", "thanks", "", "hemlet"):
        engine.decide(question, context="and then")
        engine.complete(question)
    assert digest(index) == before


def test_a_digest_notices_a_change() -> None:
    """The yardstick itself is checked."""
    index = index_of(club())
    before = digest(index)
    index.rarity[0] += 1.0
    assert digest(index) != before


# --- logs ------------------------------------------------------------------------------------


def test_nothing_that_was_asked_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    """Not even for debugging, and not by a library."""
    typed = "Zxcvbnm-4711 hunter2"
    with caplog.at_level(logging.DEBUG):
        engine = Engine.build(load(shipped_path()))
        for question in (
            typed,
            f"{typed} <script>alert(1)</script>\r\nERROR forged line",
            f"do I need a helmet, {typed}",
            f"{typed} \ud800 %s {{0}} \x1b[2J",
            f"{typed} " * 200,
        ):
            engine.decide(question, context=typed)
            engine.complete(question)
    told = caplog.text.lower()
    assert not any(part in told for part in ("zxcvbnm", "4711", "hunter2", "forged", "\x1b"))
