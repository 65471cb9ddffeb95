"""Replies: what answers comes first, and the words around it are the reader's."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from bot.answer import MAX_SUGGESTIONS, card_of, compose, offer, plain_text, refuse
from bot.markdown import Heading, plain
from bot.model import Action, Card, Decision, Knowledge, Reply
from bot.wording import languages, wording
from tests.samples import decided, match, sample_knowledge

if TYPE_CHECKING:
    from pathlib import Path

TODAY = date(2026, 2, 1)
LATE = date(2026, 6, 2)


@pytest.fixture
def knowledge(tmp_path: Path) -> Knowledge:
    """Load the small collection."""
    return sample_knowledge(tmp_path / "library")


def reply_to(decision: Decision, knowledge: Knowledge, *, today: date = TODAY, locale: str | None = None) -> Reply:
    """Compose a reply."""
    return compose(decision, today=today, locale=locale, knowledge=knowledge)


def answer(knowledge: Knowledge, entry_id: str, passage: tuple[int, int] | None = None, **how: str | None) -> Card:
    """Compose the answer with an entry."""
    found = match(knowledge.by_id[entry_id], passage=passage)
    return reply_to(
        decided("answer", "matched", found, language=how.get("language")), knowledge, locale=how.get("locale")
    ).card


def test_a_faq_answers_with_its_whole_text(knowledge: Knowledge) -> None:
    """The stored question is the title, and nothing of the text is left out."""
    card = answer(knowledge, "faq/opening-hours", (0, 0))
    assert card.title == "When is the library open?"
    assert plain(card.body).startswith("It is open from nine to five")
    assert "On Sundays it is closed." in plain(card.body)
    assert Action.WHOLE not in card.actions
    assert card.as_of == date(2026, 1, 15)
    assert [source.title for source in card.sources] == ["House rules"]


def test_a_long_section_answers_with_its_passage(knowledge: Knowledge) -> None:
    """Only the blocks that answer are shown, with a way to the whole."""
    card = answer(knowledge, "section/history", (3, 4))
    shown = plain(card.body)
    assert "Paragraph 2" in shown
    assert "Paragraph 3" in shown
    assert "Paragraph 1" not in shown
    assert "Paragraph 4" not in shown
    assert Action.WHOLE in card.actions


def test_a_passage_keeps_the_heading_above_it(knowledge: Knowledge) -> None:
    """A paragraph right below a heading is not torn from it."""
    card = answer(knowledge, "section/history", (1, 1))
    assert isinstance(card.body.blocks[0], Heading)
    assert "Paragraph 0" in plain(card.body)


def test_a_section_without_a_passage_opens_at_its_beginning(knowledge: Knowledge) -> None:
    """Where search names no passage, the first blocks are shown."""
    card = answer(knowledge, "section/history")
    assert "Paragraph 0" in plain(card.body)
    assert "Paragraph 7" not in plain(card.body)
    assert Action.WHOLE in card.actions


def test_too_large_a_block_is_cut_to_the_passage(knowledge: Knowledge) -> None:
    """A passage within a wall of text is shown alone."""
    entry = replace(knowledge.by_id["section/history"], body="word " * 1500)
    card = reply_to(decided("answer", "matched", match(entry, passage=(0, 0))), knowledge).card
    assert plain(card.body) == "the passage"
    assert Action.WHOLE in card.actions


def test_a_brief_section_is_shown_whole(knowledge: Knowledge) -> None:
    """There is no button to a whole that is already there."""
    entry = replace(knowledge.by_id["section/history"], body="One.\n\nTwo.")
    card = reply_to(decided("answer", "matched", match(entry, passage=(0, 0))), knowledge).card
    assert "Two." in plain(card.body)
    assert Action.WHOLE not in card.actions


def test_the_whole_entry_by_its_id(knowledge: Knowledge) -> None:
    """A picked entry is shown in full."""
    card = card_of("section/history", today=TODAY, locale=None, knowledge=knowledge)
    assert "Paragraph 0" in plain(card.body)
    assert "Paragraph 7" in plain(card.body)


def test_an_entry_that_is_gone_gets_a_polite_line(knowledge: Knowledge) -> None:
    """Buttons in old messages may name what was taken out since."""
    card = card_of("faq/never-was", today=TODAY, locale="de", knowledge=knowledge)
    assert plain(card.body) == wording("de").gone
    assert not card.actions


def test_positions_stand_together_in_their_order(knowledge: Knowledge) -> None:
    """Each side is shown, in the order of the files, and in the plain text too."""
    card = answer(knowledge, "faq/noise")
    assert [position.holder for position in card.positions] == ["Readers", "Visitors"]
    assert plain_text(card) == "People disagree.\n\nReaders: It is just right.\n\nVisitors: It is far too quiet."


def test_related_entries_are_offered(knowledge: Knowledge) -> None:
    """An answer offers what its entry names as related, by title."""
    card = answer(knowledge, "faq/opening-hours")
    assert card.suggestions_title == "Related"
    assert [(one.entry_id, one.label) for one in card.suggestions] == [
        ("faq/borrow", "How many books may I borrow?"),
        ("section/history", "How the library came about"),
    ]
    assert answer(knowledge, "faq/borrow").suggestions_title is None


def test_past_its_review_date_an_answer_says_so(knowledge: Knowledge) -> None:
    """The notice names the day of the last check; on the review date itself there is none yet."""
    found = decided("answer", "matched", match(knowledge.by_id["faq/opening-hours"]))
    assert reply_to(found, knowledge, today=date(2026, 6, 1)).card.notice is None
    notice = reply_to(found, knowledge, today=LATE).card.notice
    assert notice == "This answer was last checked on 15 January 2026 and may be out of date."


def test_without_a_date_the_notice_names_the_review_date(knowledge: Knowledge) -> None:
    """When it was last true is not made up."""
    entry = replace(knowledge.by_id["faq/opening-hours"], as_of=None)
    notice = reply_to(decided("answer", "matched", match(entry)), knowledge, today=LATE).card.notice
    assert notice == "This answer was due to be checked again on 1 June 2026 and may be out of date."


def test_did_you_mean_offers_three_titles_and_none_of_these(knowledge: Knowledge) -> None:
    """More than three choices are never offered."""
    matches = [match(entry, 0.4) for entry in knowledge.by_id.values()]
    assert len(matches) > MAX_SUGGESTIONS
    card = reply_to(decided("suggest", "ambiguous", *matches), knowledge).card
    assert card.suggestions_title == "Did you mean"
    assert [one.entry_id for one in card.suggestions] == [one.entry.id for one in matches[:3]]
    assert card.actions == (Action.NONE_OF_THESE,)


def test_the_unknown_is_admitted_with_a_way_on(knowledge: Knowledge) -> None:
    """The honest line, what is covered, the close topics and the moderators; no percentage."""
    near, far = match(knowledge.by_id["faq/borrow"], 0.2), match(knowledge.by_id["faq/noise"], 0.01)
    card = reply_to(decided("none", "unknown", near, far), knowledge).card
    assert plain(card.body).startswith("I don't have a verified answer to that question.")
    assert "I can answer questions about the harbour library." in plain(card.body)
    assert [one.entry_id for one in card.suggestions] == ["faq/borrow"]
    assert card.suggestions_title == "Closest topics"
    assert card.actions == (Action.ASK_MODERATORS,)
    assert "%" not in plain_text(card)


def test_topics_that_are_not_close_are_not_named(knowledge: Knowledge) -> None:
    """An unrelated question gets no list of unrelated topics."""
    card = reply_to(decided("none", "unknown", match(knowledge.by_id["faq/noise"], 0.01)), knowledge).card
    assert card.suggestions == ()
    assert card.suggestions_title is None


@pytest.mark.parametrize(
    ("reason", "words"),
    [("out_of_scope", "I only know the library, not the weather."), ("small_talk", "You're welcome.")],
)
def test_stock_replies_speak_for_themselves(knowledge: Knowledge, reason: str, words: str) -> None:
    """Moderators' own words, and nothing to press."""
    stock = next(one for one in knowledge.collections[0].stock_replies if one.reason == reason)
    decision = replace(decided("none", stock.reason), stock_reply=stock)
    card = reply_to(decision, knowledge).card
    assert plain(card.body) == words
    assert card.actions == ()
    assert bool(card.title) is (reason == "out_of_scope")


def test_a_stock_reply_comes_in_the_readers_language(knowledge: Knowledge) -> None:
    """A translated reply is used where there is one."""
    (home,) = knowledge.collections
    stock = replace(home.stock_replies[0], translations={"fr": "Seulement la bibliothèque."})
    knowledge = replace(knowledge, collections=(replace(home, stock_replies=(stock,)),))
    decision = replace(decided("none", stock.reason, language="fr"), stock_reply=stock)
    assert plain(reply_to(decision, knowledge).card.body) == "Seulement la bibliothèque."
    english = replace(decision, language="en")
    assert plain(reply_to(english, knowledge, locale="fr").card.body) == stock.reply


@pytest.mark.parametrize("language", languages())
def test_what_cannot_be_asked_gets_one_polite_line(knowledge: Knowledge, language: str) -> None:
    """Fragments, emptiness and walls of text are turned away in the reader's language."""
    words = wording(language)
    lines = {
        plain(reply_to(decided("none", "unclear"), knowledge, locale=language).card.body): words.unclear,
        plain(reply_to(decided("none", "empty"), knowledge, locale=language).card.body): words.empty,
        plain(reply_to(decided("none", "too_long"), knowledge, locale=language).card.body): words.too_long,
    }
    assert all(said == meant for said, meant in lines.items())
    assert len(lines) == 3


def test_a_translation_is_used_for_its_readers(knowledge: Knowledge) -> None:
    """By the platform's locale, or by the language of the question, which goes first."""
    by_locale = answer(knowledge, "faq/opening-hours", locale="de-AT")
    assert (by_locale.title, plain(by_locale.body)) == ("Wann hat die Bibliothek offen?", "Von neun bis fünf.")
    assert by_locale.suggestions_title == "Dazu passend"
    assert by_locale.notice is None
    assert answer(knowledge, "faq/opening-hours", locale="en", language="de").language == "de"
    assert answer(knowledge, "faq/opening-hours", locale="de", language="en").title == "When is the library open?"


def test_without_a_translation_only_the_words_around_change(knowledge: Knowledge) -> None:
    """The answer stays as written, with a notice that says so."""
    card = answer(knowledge, "faq/borrow", locale="hi")
    assert plain(card.body) == "Ten books at a time, for a month."
    assert card.notice == wording("hi").not_translated
    assert card.language == "hi"


def test_a_language_nobody_speaks_gets_the_knowledges_own(knowledge: Knowledge) -> None:
    """A locale without wording falls back, without a notice in a third language."""
    card = answer(knowledge, "faq/borrow", locale="ta")
    assert card.language == "en"
    assert card.notice is None


def test_refused_entries_are_not_offered_again(knowledge: Knowledge) -> None:
    """After "none of these" comes the honest line, without what was refused."""
    matches = [match(knowledge.by_id[entry_id], 0.4) for entry_id in ("faq/borrow", "faq/noise", "faq/opening-hours")]
    refused = refuse(decided("suggest", "ambiguous", *matches), {"faq/borrow", "faq/noise"})
    reply = reply_to(refused, knowledge)
    assert (reply.outcome, reply.reason) == ("none", "unknown")
    assert [one.entry_id for one in reply.card.suggestions] == ["faq/opening-hours"]


def test_offers_use_the_readers_language(knowledge: Knowledge) -> None:
    """A title is translated where it can be."""
    labels = [one.label for one in offer(knowledge.by_id.values(), locale="de", knowledge=knowledge)]
    assert labels[:2] == ["Wann hat die Bibliothek offen?", "How many books may I borrow?"]


def test_composing_is_pure(knowledge: Knowledge) -> None:
    """The same decision on the same day gives an equal reply."""
    decision = decided("answer", "matched", match(knowledge.by_id["section/history"], passage=(2, 3)))
    assert reply_to(decision, knowledge) == reply_to(decision, knowledge)
