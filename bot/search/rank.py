"""One collection's ranked answer to a question: entries with scores, and what speaks against them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.model import Entry, StockReply
from bot.search.calibration import SUMMARY, Calibration
from bot.search.features import COLUMNS, QUESTION, Table, candidates, features, question_features
from bot.search.index import Lookalikes
from bot.search.language import is_common
from bot.search.question import Question, read

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.index import Index


# A stock reply has no body to be found by, which costs it about this much of a score.
_STOCK_LEAD: Final = 1.0
# How fast a `not` phrase that is nearer than the entry takes its confidence away: half at equal likeness.
_LOOKALIKE_SLOPE: Final = 15.0

# A likeness below this is chance. Words that only stand in a body ("hello", "spring") are no question about it; nor is
# a single word about an entry that has a body only, for it has many.
_ASKED_FOR: Final = 0.3
_ASKED_OF_BODY: Final = 2  # telling words
# A phrasing word for word, in whatever order: the moderators have said what it means.
VERBATIM: Final = 0.99
_SURE: Final = 0.97
_SHARE: Final = SUMMARY.index("share")
_SORT: Final = COLUMNS.index("sort")
_KNOWN: Final = QUESTION.index("known")
_KNOWN_WORDS: Final = 0.15  # share of a question's information in words that the collection has
_MOST_AGAINST: Final = 4.0  # odds: examples written by hand are never the last word on a question
_NAMES_OUTSIDE: Final = 0.3  # share of the questions outside a collection's scope that name somebody or somewhere


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The entries of one collection that a question may mean, best first, and the stock reply it may mean instead."""

    index: Index
    question: Question
    table: Table
    order: NDArray[np.int64]  # rows of the table that are entries, best first
    confidences: NDArray[np.float64]  # of those rows, falling
    stock_reply: StockReply | None  # the closest
    stock_confidence: float
    asked_for: (
        bool  # one of the best entry's phrasings comes near the question; of one without, more than a word is asked
    )
    known: bool  # it has words that the collection has
    lookalike: bool  # a `not` phrase of the best entry is closer than the entry itself

    def entry(self, place: int) -> Entry:
        """The entry at a place, 0 the best."""
        return self.index.collection.entries[int(self.table.targets[self.order[place]])]

    def is_at_home(self, language: str | None) -> bool:
        """Whether the question comes near a phrasing, or has words that the collection has; `language` is its own.

        In another language than the collection's, the small words that every translation has would do for that, and
        the word vectors know too little of it: there, the collection has to have a word that tells what is asked.
        """
        if not (self.asked_for or self.known):
            return False
        own = self.index.collection.language.partition("-")[0].lower()
        if language in {None, own} or self.index.transformer is not None:
            return True
        entries, tells = self.index.postings.entries, self.index.background.tells
        return any(
            tells(word)
            and not is_common(word, language)
            and any(strength == 1.0 and entries.item(term) for term, strength in ids)  # spelt as there
            for word, ids in zip(self.question.words, self.question.terms, strict=True)
        )


def rank(index: Index, calibration: Calibration, text: str) -> Ranking | None:
    """Rank a collection's entries for a cleaned text; None where there is no word to go by or no entry."""
    question = read(index, text)
    if not question.words or not index.collection.entries:
        return None
    table = features(index, question, candidates(index, question))
    if not table.entries:
        return None
    scores = calibration.scores(table.values)
    of_entries = scores[: table.entries]
    order = (-of_entries).argsort(kind="stable")
    best = int(order[0])
    about = question_features(index, question)
    targets = [index.targets[number] for number in table.targets.tolist()]
    stock = max(
        (row for row in range(table.entries, len(targets)) if isinstance(targets[row], StockReply)),
        key=scores.__getitem__,
        default=None,
    )
    lead = -np.inf if stock is None else float(scores[stock] - scores[best]) + _STOCK_LEAD
    nearness = _lookalike(table, targets, best)
    against = _odds(lead) + _odds(_LOOKALIKE_SLOPE * nearness)
    if (question.names & question.foreign).any():
        # By Bayes' rule: a name that the collection never mentions comes up in so many of its own questions, and in
        # so many of the others.
        against += (1.0 + against) * (max(1.0, _NAMES_OUTSIDE / (1.02 - index.cast)) - 1.0)
    is_bare = bool(index.bare[table.targets[best]])
    summary = calibration.summary(of_entries, scores[best])
    confidence = calibration.confidence(np.concatenate([summary, table.values[best], about]), declined=index.declined)
    if not is_bare:
        confidence = min(confidence, float(summary[_SHARE]))  # of entries that are as likely, one is meant
    confidence /= 1.0 + min(_MOST_AGAINST, against)
    if table.values[best, _SORT] >= VERBATIM:
        confidence = max(confidence, _SURE) if against < 1.0 else confidence
    elif _is_rejected(table, targets, best):
        confidence = 0.0
    stock_reply, stock_confidence = None, 0.0
    if stock is not None:
        stock_reply = targets[stock]
        evidence = np.concatenate(
            [calibration.summary(scores[[stock, best]], scores[stock]), table.values[stock], about]
        )
        stock_confidence = calibration.confidence(evidence) / (1.0 + _odds(-lead))
    if is_bare:
        asked_for = sum(map(index.background.tells, question.words)) >= _ASKED_OF_BODY
    else:
        asked_for = bool(table.likeness[best] >= _ASKED_FOR)
    return Ranking(
        index=index,
        question=question,
        table=table,
        order=order,
        confidences=confidence * np.exp(of_entries[order] - scores[best]),
        stock_reply=stock_reply if isinstance(stock_reply, StockReply) else None,
        stock_confidence=stock_confidence,
        asked_for=asked_for,
        known=bool(about[_KNOWN] >= _KNOWN_WORDS),
        lookalike=nearness > 0.0,
    )


def _odds(log_odds: float) -> float:
    return float(np.exp(min(50.0, log_odds)))


def _lookalike(table: Table, targets: Sequence[object], best: int) -> float:
    """How much nearer the best entry's nearest `not` phrase is than the entry itself; minus infinity without any."""
    return max(
        (float(table.likeness[row] - table.likeness[best]) for row in _rejects(table, targets, best)), default=-np.inf
    )


def _is_rejected(table: Table, targets: Sequence[object], best: int) -> bool:
    """Whether one of the best entry's `not` phrases is the question, word for word: moderators have ruled it out."""
    return any(table.values[row, _SORT] >= VERBATIM for row in _rejects(table, targets, best))


def _rejects(table: Table, targets: Sequence[object], best: int) -> list[int]:
    """The rows of the best entry's `not` phrases."""
    others = enumerate(targets[table.entries :], table.entries)
    own = table.targets.item(best)
    return [row for row, one in others if isinstance(one, Lookalikes) and one.entry == own]
