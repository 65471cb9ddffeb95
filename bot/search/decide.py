"""From ranked entries to a decision: answer, ask back, or say honestly that there is nothing, each by a named rule."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.model import Decision, Evidence, Match, WordEvidence
from bot.search.features import COLUMNS
from bot.search.passage import passage

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Outcome, Reason, StockReply
    from bot.search.calibration import Calibration
    from bot.search.rank import Ranking

_MATCHES: Final = 5
_PARTNER: Final = 0.25  # strength from which a word counts as met
_STOCK_FROM: Final = 0.5


def decide(text: str, rankings: Sequence[Ranking], calibration: Calibration, *, language: str | None) -> Decision:
    """Judge the rankings of all collections, at least one."""
    placed = [
        (float(ranking.confidences[place]), ranking, place)
        for ranking in rankings
        for place in range(min(_MATCHES, len(ranking.order)))
    ]
    placed.sort(key=lambda row: -row[0])
    confidence, best, _ = placed[0]
    stock = max(rankings, key=lambda ranking: ranking.stock_confidence)
    outcome, reason, rule, stock_reply = _verdict(confidence, best, stock, calibration, language)
    return Decision(
        question=text,
        outcome=outcome,
        reason=reason,
        rule=rule,
        matches=tuple(
            match(ranking, place, chance, in_full=not number)
            for number, (chance, ranking, place) in enumerate(placed[:_MATCHES])
        ),
        stock_reply=stock_reply,
        language=language,
    )


def _verdict(
    confidence: float, best: Ranking, stock: Ranking, calibration: Calibration, language: str | None
) -> tuple[Outcome, Reason, str, StockReply | None]:
    """What to do, why, the rule that decided in words, and the stock reply if it is one."""
    answer_from, suggest_from = calibration.answer_from, calibration.suggest_from
    if stock.stock_reply is not None and stock.stock_confidence >= max(_STOCK_FROM, confidence):
        rule = (
            f"It is closer to the examples of {stock.stock_reply.id} ({stock.stock_confidence:.2f}) than to any entry."
        )
        return "none", stock.stock_reply.reason, rule, stock.stock_reply
    if confidence >= answer_from and best.asked_for:
        return "answer", "matched", f"The best entry's confidence {confidence:.2f} reaches {answer_from:.2f}.", None
    if not best.is_at_home(language):
        return "none", "unknown", "Neither its words nor its meaning occur in the knowledge.", None
    if confidence >= suggest_from:
        rule = f"The best entry's confidence {confidence:.2f} is between {suggest_from:.2f} and {answer_from:.2f}."
        if confidence >= answer_from:
            rule = f"Only the body of {best.entry(0).id} has the words; none of its phrasings asks anything like it."
        return "suggest", "ambiguous", rule, None
    if best.lookalike:
        return "none", "unknown", f"It is closer to a `not` phrase of {best.entry(0).id} than to that entry.", None
    return "none", "unknown", f"The best entry's confidence {confidence:.2f} is below {suggest_from:.2f}.", None


def match(ranking: Ranking, place: int, confidence: float, *, in_full: bool) -> Match:
    """An entry at its place with the evidence for it, in full for the best."""
    index, row = ranking.index, int(ranking.order[place])
    number = int(ranking.table.targets[row])
    phrasing = int(ranking.table.phrasing[row])
    return Match(
        entry=ranking.entry(place),
        confidence=confidence,
        evidence=Evidence(
            phrasing=index.phrasings.written[phrasing] if phrasing >= 0 else index.collection.entries[number].title,
            words=_words(ranking, number) if in_full else (),
            features=MappingProxyType(
                dict(zip(COLUMNS, ranking.table.values[row].tolist(), strict=True)) if in_full else {}
            ),
        ),
        passage=passage(index, ranking.question, number) if in_full else None,
    )


def _words(ranking: Ranking, number: int) -> tuple[WordEvidence, ...]:
    """Each word of the question with the entry's word that answers to it best."""
    index, question, aligned = ranking.index, ranking.question, ranking.table.alignment
    own = [texts.terms[texts.start[number] : texts.start[number + 1]] for texts in (index.phrasings, index.bodies)]
    terms = np.concatenate(own).ravel()
    is_term = terms < len(index.lexicon)
    is_term[-1] = True  # one at least, if only padding, which meets nothing
    terms = terms[is_term]
    soft = aligned.soft.take(aligned.place.take(terms), axis=0)
    best = soft.argmax(axis=0)
    found = []
    for word, weight, term, strength in zip(
        question.words,
        question.weights.tolist(),
        terms.take(best).tolist(),
        soft[best, np.arange(len(best))].tolist(),
        strict=True,
    ):
        met = strength >= _PARTNER
        partner = index.lexicon.surfaces[term] if met else None
        found.append(WordEvidence(word=word, weight=weight, partner=partner, strength=strength if met else 0.0))
    return tuple(found)
