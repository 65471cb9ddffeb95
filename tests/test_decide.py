"""Answer, ask back, or say honestly that there is nothing: each with its reason and the rule that decided."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from bot.search import MAX_QUESTION
from tests.cycling import club, club_engine, collection_of, engine_of, faq, stock, with_entries

if TYPE_CHECKING:
    from bot.model import Decision


def ask(question: str, context: str | None = None) -> Decision:
    """Ask about the club."""
    return club_engine().decide(question, context=context)


def best(decision: Decision) -> str | None:
    """Name the entry that answers."""
    return decision.matches[0].entry.id if decision.outcome == "answer" else None


# --- outcomes --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("question", "entry"),
    [
        ("Do I have to wear a helmet?", "faq/helmet"),
        ("are helmets compulsory", "faq/helmet"),
        ("how much is the yearly fee", "faq/fee"),
        ("price for members", "faq/fee"),
        ("my tyre is flat", "faq/puncture"),
        ("can kids come along", "faq/children"),
        ("what happens in bad weather", "faq/rain"),
        ("thuderstorm", "faq/rain"),
        ("is my pedelec allowed", "faq/e-bike"),
        ("Darf ich mit Motor mitfahren?", "faq/e-bike"),
        ("क्या बिजली वाली साइकिल चल सकती है", "faq/e-bike"),
        ("کیا بجلی سے چلنے والی سائیکل کی اجازت ہے", "faq/e-bike"),
        ("who founded the club", "section/founding"),
        ("how do I keep my bicycle over the winter", "section/winter-storage"),
    ],
)
def test_a_question_that_the_knowledge_answers(question: str, entry: str) -> None:
    """In the entry's words or others, in its languages, with slips, by title, alternate or body."""
    found = ask(question)
    assert (found.outcome, found.reason, best(found)) == ("answer", "matched", entry)
    assert re.fullmatch(r"The best entry's confidence \d\.\d\d reaches \d\.\d\d\.", found.rule)


def test_every_stored_question_reaches_its_entry() -> None:
    """Word for word, by title and by each alternate."""
    astray = [
        (text, found.outcome, found.matches[0].entry.id)
        for entry in club().entries
        for text in entry.phrasings
        if best(found := ask(text)) != entry.id
    ]
    assert astray == []


def test_an_unsure_match_is_only_suggested() -> None:
    """With what it might be, best first."""
    made = collection_of(
        faq("front", "How do I oil the front brake?", "front brake oil"),
        faq("rear", "How do I oil the rear brake?", "rear brake oil"),
    )
    found = engine_of(made).decide("which oil for a brake")
    assert (found.outcome, found.reason) == ("suggest", "ambiguous")
    assert {match.entry.id for match in found.matches} == {"faq/front", "faq/rear"}
    assert found.stock_reply is None
    assert "between" in found.rule or "Only the body" in found.rule


@pytest.mark.parametrize(
    "question",
    [
        "xylophone concerto in D",
        "quantum chromodynamics",
        "what is the capital of Peru",
        "who won the election in Brazil",
        "best recipe for lentil soup",
    ],
)
def test_what_the_knowledge_does_not_have_is_said(question: str) -> None:
    """No answer is made of nothing; the nearest entries are still named, for moderators."""
    found = ask(question)
    assert (found.outcome, found.reason) == ("none", "unknown")
    assert found.matches
    assert found.stock_reply is None
    assert found.rule.endswith(".")


@pytest.mark.parametrize(
    ("question", "reply", "reason"),
    [
        ("which motorcycle should I buy", "motorbikes", "out_of_scope"),
        ("the fastest motorbike in the whole world", "motorbikes", "out_of_scope"),
        ("motorcycle licence", "motorbikes", "out_of_scope"),
        ("thanks!", "thanks", "small_talk"),
        ("THANK YOU so so much", "thanks", "small_talk"),
        ("good morning", "greeting", "small_talk"),
        ("Hi", "greeting", "small_talk"),
    ],
)
def test_stock_replies(question: str, reply: str, reason: str) -> None:
    """What moderators decline by name, and politeness, each get the reply written for it."""
    found = ask(question)
    assert (found.outcome, found.reason) == ("none", reason)
    assert found.stock_reply is not None
    assert found.stock_reply.id == reply
    assert reply in found.rule


def test_small_talk_before_a_question_does_not_swallow_it() -> None:
    """Who greets and asks wants an answer."""
    assert best(ask("hello, do I have to wear a helmet?")) == "faq/helmet"
    assert best(ask("Thank you! How much is the yearly fee?")) == "faq/fee"


def test_a_lookalike_is_not_answered() -> None:
    """Until the moderators said so it would have been."""
    question, near = "how do I join two pieces of a chain", "how do I join the club today"
    without = with_entries(club(), (replace(entry, rejects=()) for entry in club().entries))
    assert best(engine_of(without).decide(question)) == "faq/join"
    assert best(ask(question)) is None
    assert best(ask(near)) == "faq/join"


def test_a_lookalike_word_for_word_is_not_even_suggested() -> None:
    """Moderators have said that this entry is not the answer, however near its own phrasings are."""
    asked = "do I have to wear a helmet in the pub"
    told = with_entries(
        club(),
        (replace(one, rejects=(*one.rejects, asked)) if one.id == "faq/helmet" else one for one in club().entries),
    )
    assert ask(asked).outcome == "answer"
    for typed in (asked, asked.upper() + "?", f"please, {asked}"):
        found = engine_of(told).decide(typed)
        assert (found.outcome, found.matches[0].confidence) == ("none", 0.0)


@pytest.mark.parametrize("word", ["bike", "bicycle", "oil", "rubber", "the bike"])
def test_a_word_of_a_body_is_no_question_about_it(word: str) -> None:
    """A section without phrasings of its own has many words; one of them alone asks for nothing in particular."""
    found = ask(word)
    assert found.outcome != "answer"


@pytest.mark.parametrize(
    "question", ["", "   ", "???", "!!!\n...", "👍", "\u2764\ufe0f", "<@1234>", "\u200b", "\ud800", "42"]
)
def test_a_question_without_a_word_is_empty(question: str) -> None:
    """Nothing is matched, and nothing is made up."""
    found = ask(question)
    assert (found.outcome, found.reason, found.matches) == ("none", "empty", ())


def test_a_document_is_no_question() -> None:
    """Longer than a chat message may be; a question just as long is read."""
    found = ask("helmet " * 1_000)
    assert (found.outcome, found.reason, found.matches) == ("none", "too_long", ())
    assert len(found.question) == MAX_QUESTION == 2_000
    assert str(MAX_QUESTION) in found.rule
    assert ask("h" * MAX_QUESTION).reason != "too_long"
    assert ask("h" * (MAX_QUESTION + 1)).reason == "too_long"


@pytest.mark.parametrize("question", ["why", "why is that", "what about it", "who is it", "and why not"])
def test_a_fragment_by_itself_is_unclear(question: str) -> None:
    """None of its words says what it is about."""
    found = ask(question)
    assert (found.outcome, found.reason) == ("none", "unclear")
    assert "None of its words" in found.rule


def test_a_long_message_is_searched_for_its_question() -> None:
    """What is said around it does not drown it."""
    story = "My cousin gave me her old one last week. It squeaks a little. The paint is lovely though. "
    assert best(ask(f"{story}Do I have to wear a helmet? See you soon.")) == "faq/helmet"


# --- follow-ups ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("context", "question", "entry"),
    [
        ("Do I have to wear a helmet?", "why", "faq/helmet"),
        ("what does a membership cost", "why is that", "faq/fee"),
        ("who founded the club", "and who was it", "section/founding"),
    ],
)
def test_a_fragment_is_understood_by_the_question_before(context: str, question: str, entry: str) -> None:
    """And says so, so that the reader can see what it was taken for."""
    found = ask(question, context)
    assert found.matches[0].entry.id == entry
    assert found.outcome in {"answer", "suggest"}
    assert (found.question, found.context) == (question, context)


@pytest.mark.parametrize("context", [None, "Do I have to wear a helmet?", "xylophone", "", "???"])
def test_a_whole_question_needs_no_context(context: str | None) -> None:
    """What is clear by itself is answered by itself."""
    found = ask("how much is the yearly fee", context)
    assert best(found) == "faq/fee"
    assert found.context is None


@pytest.mark.parametrize("context", ["xylophone concerto", "", "???", "why"])
def test_a_context_that_says_nothing_helps_nobody(context: str) -> None:
    """The fragment stays unclear."""
    assert ask("why", context).reason == "unclear"


def test_thanks_after_an_answer_is_thanks() -> None:
    """Not a question about what was answered."""
    found = ask("thanks!", "Do I have to wear a helmet?")
    assert (found.reason, found.context) == ("small_talk", None)


def test_another_subject_after_an_answer_is_not_dragged_back() -> None:
    """What the knowledge does not have stays unknown."""
    found = ask("what is the capital of Peru", "Do I have to wear a helmet?")
    assert best(found) is None
    assert found.context is None


# --- matches ---------------------------------------------------------------------------------


def test_at_most_five_matches_best_first() -> None:
    """With chances that together are none but one."""
    for question in ("bicycle", "do I have to wear a helmet", "xylophone"):
        found = ask(question).matches
        chances = [match.confidence for match in found]
        assert len(found) == 5
        assert chances == sorted(chances, reverse=True)
        assert all(0.0 <= chance <= 1.0 for chance in chances)
        assert len({match.entry.id for match in found}) == 5


def test_the_evidence_tells_why() -> None:
    """The phrasing that came closest, and each word with what answered to it."""
    first, second, *_ = ask("is a helmt compulsory for xylophonists").matches
    assert first.evidence.phrasing == "are helmets compulsory"
    words = {word.word: word for word in first.evidence.words}
    assert words["helmet"].partner in {"helmet", "helmets"}
    assert words["xylophonists"].partner is None
    assert words["xylophonists"].strength == 0.0
    assert sum(word.weight for word in first.evidence.words) == pytest.approx(1.0, abs=1e-4)
    assert first.evidence.features["cos"] > 0.3
    assert second.evidence.words == ()


@pytest.mark.parametrize(
    ("question", "language"),
    [("Darf ich mit Motor mitfahren?", "de"), ("क्या साइकिल चल सकती है", "hi"), ("do I need a helmet", None)],
)
def test_the_language_of_a_question_is_told(question: str, language: str | None) -> None:
    """So that the reply can be in it."""
    assert ask(question).language == language


def test_the_question_is_given_as_understood() -> None:
    """Without mentions, markup and padding."""
    assert ask("  <@123>  do I need a <b>helmet</b>\u200b ?  ").question == "do I need a helmet ?"


# --- several collections ---------------------------------------------------------------------

KITCHEN = replace(
    collection_of(
        faq("fee", "What does a cookery class cost?", "price of a cookery class"),
        faq("knives", "Which knives do I bring?", "do I need my own knives"),
        stock_replies=(stock("diets", "out_of_scope", "how do I lose weight", "best diet"),),
    ),
    name="kitchen",
)
BOTH = engine_of(
    *(
        with_entries(one, (replace(entry, id=f"{one.name}:{entry.id}") for entry in one.entries))
        for one in (club(), KITCHEN)
    )
)


def test_several_collections_are_asked_as_one() -> None:
    """Confidences are comparable, so that the better answer wins, whichever collection it is from."""
    assert best(BOTH.decide("do I need my own knives")) == "kitchen:faq/knives"
    assert best(BOTH.decide("do I have to wear a helmet")) == "bicycle-club:faq/helmet"
    assert best(BOTH.decide("what does a cookery class cost")) == "kitchen:faq/fee"
    assert best(BOTH.decide("what does a membership cost")) == "bicycle-club:faq/fee"
    assert {match.entry.id.split(":")[0] for match in BOTH.decide("what does it cost").matches} == {
        "bicycle-club",
        "kitchen",
    }


def test_stock_replies_of_every_collection_count() -> None:
    """A question that one of them declines by name is declined."""
    for question, reply in (("how do I lose weight", "diets"), ("which motorcycle should I buy", "motorbikes")):
        found = BOTH.decide(question)
        assert found.stock_reply is not None
        assert found.stock_reply.id == reply


def test_a_place_may_ask_some_collections_only() -> None:
    """The others are as if they were not there."""
    found = BOTH.within({"bicycle-club"}).decide("do I need my own knives")
    assert best(found) is None
    assert {match.entry.id.split(":")[0] for match in found.matches} == {"bicycle-club"}
    assert best(BOTH.within({"kitchen"}).decide("do I need my own knives")) == "kitchen:faq/knives"


@pytest.mark.parametrize("collections", [set(), {"nowhere"}])
def test_without_a_collection_nothing_is_known(collections: set[str]) -> None:
    """And that is said."""
    found = BOTH.within(collections).decide("do I need my own knives")
    assert (found.outcome, found.reason, found.matches) == ("none", "unknown", ())
    assert "no knowledge" in found.rule
