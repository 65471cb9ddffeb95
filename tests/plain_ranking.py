"""Ranking once more, slow and plain: loops over dictionaries, to hold the fast one against.

It shares with the fast one what it takes as given: how a text is cut into words, what a word of a question meant, how
much a word says, and what it means.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from math import exp, log, log1p, sqrt
from typing import TYPE_CHECKING

import numpy as np

from bot.markdown import paragraphs
from bot.search.courtesy import matter
from bot.search.features import COLUMNS, LEADS, NAMES, QUESTION
from bot.search.question import read
from bot.search.synonyms import Synonyms
from bot.search.text import clean, sentences, stem

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.model import Collection, Entry
    from bot.search.calibration import Calibration
    from bot.search.index import Index

    Row = tuple[str, ...]  # the words of a phrasing or a sentence

NO_EVIDENCE = dict.fromkeys(NAMES, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """What a question can be matched with."""

    name: str
    kind: str  # entry, stock or lookalike
    phrasings: tuple[Row, ...]
    body: tuple[Row, ...]
    bare: bool = False

    def rows(self) -> tuple[Row, ...]:
        """All its texts."""
        return self.phrasings + self.body


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What a collection makes of a question."""

    confidences: dict[str, float]  # by entry
    stock_confidence: float
    lookalike: bool
    close: bool  # two entries, or two ways to decide, are so near that rounding may choose between them


class PlainRanking:
    """A collection, and one question at a time put to it."""

    def __init__(self, collection: Collection, index: Index) -> None:
        synonyms = Synonyms(collection.synonyms)

        def cut(texts: Sequence[str]) -> tuple[Row, ...]:
            tells = index.background.tells
            return tuple(tuple(matter(synonyms.canonical(clean(text)), tells=tells)) for text in texts)

        self.index = index
        self.entries = collection.entries
        self.targets = [
            *(
                Target(
                    name=entry.id,
                    kind="entry",
                    phrasings=cut(_asked(entry)),
                    body=cut([one for block in paragraphs(entry.body) for one in sentences(block)]),
                    bare=entry.kind == "section" and not entry.alternates,
                )
                for entry in collection.entries
            ),
            *(
                Target(name=reply.id, kind="stock", phrasings=cut(reply.examples), body=())
                for reply in collection.stock_replies
            ),
            *(
                Target(name=entry.id, kind="lookalike", phrasings=cut(entry.rejects), body=())
                for entry in collection.entries
                if entry.rejects
            ),
        ]
        self.used = {target: self.uses(target) for target in self.targets}
        self.vectors: dict[Row, NDArray[np.float32]] = {}  # looked up once
        self.word_vectors: dict[str, NDArray[np.float32]] = {}
        words = Counter(word for target in self.targets for row in target.rows() for word in row)
        self.surface: dict[str, str] = {}  # by stem: the commonest word of it
        for word in sorted(words, key=lambda one: (-words[one], one)):
            self.surface.setdefault(stem(word), word)
        self.users = Counter(
            term for target in self.targets for term in {stem(word) for row in target.rows() for word in row}
        )

        self.entries_using = Counter(
            term
            for target in self.targets
            if target.kind == "entry"
            for term in {stem(word) for row in target.rows() for word in row}
        )

    # --- the collection -------------------------------------------------------------------------

    def rarity(self, term: str) -> float:
        """How few targets use a term, 0 to 1."""
        count = len(self.targets)
        return min(1.0, max(0.0, log((count + 1) / (self.users[term] + 0.5)) / log((count + 1) / 0.5)))

    def term_weight(self, term: str) -> float:
        """How much a term of the collection says."""
        return self.index.background.information(self.surface[term]) * (0.25 + 0.75 * self.rarity(term))

    def uses(self, target: Target) -> dict[str, float]:
        """How often a target uses each of its terms; in a body it counts for about a third."""
        found: dict[str, float] = {}
        for rows, worth in ((target.phrasings, 1.0), (target.body, 0.35)):
            for row in rows:
                for term in {stem(word) for word in row}:
                    found[term] = found.get(term, 0.0) + worth
        return found

    def bm25(self, target: Target, term: str) -> float:
        """What one term adds to a target's BM25 score."""
        count = self.used[target].get(term, 0.0)
        average = sum(sum(used.values()) for used in self.used.values()) / len(self.used)
        relative = sum(self.used[target].values()) / max(1e-9, average)
        users = self.users[term]
        idf = log(1 + (len(self.targets) - users + 0.5) / (users + 0.5))
        return idf * count * 2.2 / (count + 1.2 * (0.5 + 0.5 * relative)) if count else 0.0

    def declined(self) -> float:
        """The share of the stock replies' examples that are nearest to another one or to a `not` phrase."""
        rows = [(target.kind, row) for target in self.targets for row in target.phrasings]
        caught = []
        for number, (kind, row) in enumerate(rows):
            if kind == "stock":
                others = [
                    (self.cosine(row, other), kind_of_other != "entry")
                    for place, (kind_of_other, other) in enumerate(rows)
                    if place != number
                ]
                caught.append(bool(others) and max(others, key=lambda one: one[0])[1])
        return sum(caught) / len(caught) if caught else 0.0

    def cast(self) -> float:
        """The share of names in the entries' phrasings that three entries use, if that is nearly all of many."""
        is_name = self.index.background.is_name
        names = [
            term
            for target in self.targets
            if target.kind == "entry"
            for row in target.phrasings
            for term in dict.fromkeys(map(stem, row))
            if is_name(self.surface[term])
        ]
        share = sum(self.entries_using[name] >= 3 for name in names) / len(names) if len(names) >= 20 else 0.0
        return share if share >= 0.9 else 0.0

    def vector(self, words: Row) -> NDArray[np.float32]:
        """What a text means."""
        encoder = self.index.encoder
        assert encoder is not None
        if words not in self.vectors:
            self.vectors[words] = encoder.unit(encoder.table(words).sum(axis=0))
        return self.vectors[words]

    def word_vector(self, word: str) -> NDArray[np.float32]:
        """What a single word means."""
        encoder = self.index.encoder
        assert encoder is not None
        if word not in self.word_vectors:
            self.word_vectors[word] = encoder.words(encoder.table([word]))[0]
        return self.word_vectors[word]

    def cosine(self, one: Row, other: Row) -> float:
        """How near two texts are in meaning."""
        return float(self.vector(one) @ self.vector(other))

    # --- a question -----------------------------------------------------------------------------

    def ask(self, text: str) -> None:
        """Take a question, as the collection reads it."""
        question = read(self.index, text)
        surfaces = self.index.lexicon.surfaces
        self.words = question.words
        self.said: Row = ("", *self.words)  # stands for the question where it is a text, with what was said twice
        self.vectors[self.said] = question.vector
        self.meant = [{stem(surfaces[term]): strength for term, strength in found} for found in question.terms]
        self.information = [self.index.background.information(word) for word in self.words]
        raw = [
            says * (0.25 + 0.75 * max((self.rarity(term) for term in found), default=1.0))
            for says, found in zip(self.information, self.meant, strict=True)
        ]
        self.weights = [one / max(sum(raw), 1e-6) for one in raw]
        self.foreign = [not any(self.entries_using[term] for term in found) for found in self.meant]
        self.names = [word.isdigit() or self.index.background.is_name(word) for word in self.words]
        self.unknown = question.unknown.tolist()

    def soft(self, number: int, term: str) -> float:
        """How well a word of the question is met by a term, in meaning or to the letter."""
        one, other = self.word_vector(self.words[number]), self.word_vector(self.surface[term])
        meaning = (float(one @ other) - 0.2) / 0.6
        return max(min(0.85, max(0.0, meaning)), self.lexical(number, term))

    def lexical(self, number: int, term: str) -> float:
        """How well a word of the question is met by a term, to the letter."""
        return self.meant[number].get(term, 0.0)

    def covered(self, row: Row, *, to_the_letter: bool = False) -> list[float]:
        """How well each word of the question is met by a text."""
        met = self.lexical if to_the_letter else self.soft
        terms = {stem(word) for word in row}
        return [max((met(number, term) for term in terms), default=0.0) for number in range(len(self.words))]

    def weighed(self, covered: Sequence[float]) -> float:
        """How much of the question that is."""
        return sum(weight * one for weight, one in zip(self.weights, covered, strict=True))

    def covering(self, row: Row) -> float:
        """How much of a phrasing is met by the question."""
        terms = {stem(word) for word in row}
        total = sum(map(self.term_weight, terms))
        met = sum(
            self.term_weight(term) * max(self.soft(number, term) for number in range(len(self.words))) for term in terms
        )
        return met / max(total, 1e-6)

    def evidence(self, target: Target) -> dict[str, float]:
        """What question and target have in common, without the leads."""
        found = dict(NO_EVIDENCE)
        if target.phrasings:
            centre = np.sum([self.vector(row) for row in target.phrasings], axis=0)
            found["cos"] = max(self.cosine(self.said, row) for row in target.phrasings)
            found["cosc"] = float(self.vector(self.said) @ centre) / max(float(np.linalg.norm(centre)), 1e-6)
        for row in target.phrasings:
            there, back = self.weighed(self.covered(row)), self.covering(row)
            found["soft"] = max(found["soft"], sqrt(there * back))
            found["fuzz"] = max(found["fuzz"], ratio(" ".join(self.words), " ".join(dict.fromkeys(row))))
            found["sort"] = max(found["sort"], ratio(" ".join(sorted(self.words)), " ".join(sorted(set(row)))))
        if target.body:
            found["bcos"] = max(self.cosine(self.said, row) for row in target.body)
            found["bsoft"] = max(self.weighed(self.covered(row)) for row in target.body)
        covered = [
            max((column[number] for column in map(self.covered, target.rows())), default=0.0)
            for number in range(len(self.words))
        ]
        found["allsoft"] = self.weighed(covered)
        found["bm25"] = self.found(target) / self.best_possible()
        found["alien"] = self.weighed([(1 - one) * foreign for one, foreign in zip(covered, self.foreign, strict=True)])
        found["nphr"] = log1p(len(target.phrasings))
        if target.bare:
            found["bare"] = 1.0
            letters = [self.covered(row, to_the_letter=True) for row in target.body]
            everywhere = [max(column, default=0.0) for column in zip(*letters, strict=True)] or [0.0] * len(self.words)
            found["bare_blex"] = max(map(self.weighed, letters), default=0.0)
            found["bare_alllex"] = self.weighed(everywhere)
            for name in ("bcos", "bsoft", "allsoft", "bm25"):
                found[f"bare_{name}"] = found[name]
        return found

    def found(self, target: Target) -> float:
        """The question's BM25 score against a target."""
        return sum(strength * self.bm25(target, term) for terms in self.meant for term, strength in terms.items())

    def best_possible(self) -> float:
        """The BM25 score of a target that used each word as much as any does."""
        return 1e-6 + sum(
            max((max(self.bm25(target, term) for target in self.targets) for term in terms), default=4.0 * says)
            for terms, says in zip(self.meant, self.information, strict=True)
        )

    def table(self) -> list[dict[str, float]]:
        """The features of each target, COLUMNS in all."""
        rows = [self.evidence(target) for target in self.targets]
        for row, value in zip(rows, self.regression(), strict=True):
            row["krr"] = value
        for name in LEADS:
            values = [row[name] for row in rows]
            for number, row in enumerate(rows):
                others = [
                    value
                    for place, value in enumerate(values)
                    if place != number and self.targets[place].kind == "entry"
                ]
                row[f"{name}_lead"] = values[number] - max([0.0, *others])
        assert all(set(row) == set(COLUMNS) for row in rows)
        return rows

    def regression(self) -> list[float]:
        """Each target's value at the question, by Gauss and Jordan: what its phrasings answer for each other."""
        rows = [(number, row) for number, target in enumerate(self.targets) for row in target.phrasings]

        def kernel(one: Row, other: Row) -> float:
            return exp(3.0 * (self.cosine(one, other) - 1.0))

        system = [
            [kernel(one, other) + (0.05 if place == across else 0.0) for across, (_, other) in enumerate(rows)]
            + [kernel(self.said, one)]
            for place, (_, one) in enumerate(rows)
        ]
        for place, pivot in enumerate(system):
            pivot[:] = [value / pivot[place] for value in pivot]
            for other in system:
                if other is not pivot:
                    share = other[place]
                    other[:] = [value - share * own for value, own in zip(other, pivot, strict=True)]
        return [
            sum(solved[-1] for (owner, _), solved in zip(rows, system, strict=True) if owner == number)
            for number in range(len(self.targets))
        ]

    def about(self) -> dict[str, float]:
        """What the question says by itself: QUESTION."""
        total = max(1e-6, sum(self.information))
        known = [
            max((strength for term, strength in found.items() if self.entries_using[term]), default=0.0)
            for found in self.meant
        ]
        values = (
            log1p(len(self.words)),
            log1p(total),
            sum(one * says for one, says in zip(self.unknown, self.information, strict=True)) / total,
            sum(one * says for one, says in zip(known, self.information, strict=True)) / total,
            log1p(len(self.entries)) / 8,
        )
        return dict(zip(QUESTION, values, strict=True))

    # --- the verdict ----------------------------------------------------------------------------

    def verdict(self, calibration: Calibration) -> Verdict:
        """Rank the entries, and judge how sure that is."""
        rows = self.table()
        factors = dict(zip(COLUMNS, calibration.rank.tolist(), strict=True))
        scores = [sum(factors[name] * row[name] for name in COLUMNS) for row in rows]
        places = [number for number, target in enumerate(self.targets) if target.kind == "entry"]
        best = max(places, key=scores.__getitem__)
        stocks = [number for number, target in enumerate(self.targets) if target.kind == "stock"]
        against, lead, stock_confidence = 0.0, -100.0, 0.0
        if stocks:
            stock = max(stocks, key=scores.__getitem__)
            lead = scores[stock] - scores[best] + 1.0
            against += exp(min(50.0, lead))
            sure = self.chance(calibration, rows[stock], [scores[stock], scores[best]])
            stock_confidence = sure / (1 + exp(min(50.0, -lead)))
        nearness = self.nearness(rows, best)
        against += exp(min(50.0, 15.0 * nearness))
        if any(name and foreign for name, foreign in zip(self.names, self.foreign, strict=True)):
            against += (1 + against) * (max(1.0, 0.3 / (1.02 - self.cast())) - 1)
        others = sorted((scores[place] for place in places if place != best), reverse=True)
        sure = self.chance(calibration, rows[best], [scores[best], *others], self.declined())
        if not rows[best]["bare"]:
            sure = min(sure, 1 / sum(exp(min(50.0, score - scores[best])) for score in [scores[best], *others]))
        sure /= 1 + min(4.0, against)
        rejects = [
            row
            for row, target in zip(rows, self.targets, strict=True)
            if target.kind == "lookalike" and target.name == self.targets[best].name
        ]
        if rows[best]["sort"] >= 0.99:
            sure = max(sure, 0.97) if against < 1.0 else sure
        elif any(row["sort"] >= 0.99 for row in rejects):
            sure = 0.0
        return Verdict(
            confidences={self.targets[place].name: sure * exp(scores[place] - scores[best]) for place in places},
            stock_confidence=stock_confidence,
            lookalike=nearness > 0.0,
            close=bool(others and scores[best] - others[0] < 1e-3) or abs(nearness) < 1e-4 or abs(against - 1.0) < 1e-3,
        )

    def nearness(self, rows: list[dict[str, float]], best: int) -> float:
        """How much nearer a `not` phrase of the best entry is than the entry."""
        like = [(row["cos"] + row["soft"]) / 2 for row in rows]
        return max(
            (
                like[number] - like[best]
                for number, target in enumerate(self.targets)
                if target.kind == "lookalike" and target.name == self.targets[best].name
            ),
            default=-100.0,
        )

    def chance(
        self, calibration: Calibration, row: dict[str, float], scores: list[float], declined: float = 0.0
    ) -> float:
        """A logistic regression on the first of the scores, its lead, its share, the features and the question."""
        own, lead = scores[0], max(0.0, scores[0] - scores[1]) if len(scores) > 1 else 5.0
        share = 1 / sum(exp(min(50.0, score - own)) for score in scores)
        evidence = [own, lead, share, *(row[name] for name in COLUMNS), *self.about().values()]
        kind = int(row["bare"])
        odds = sum(factor * one for factor, one in zip(calibration.accept[kind].tolist(), evidence, strict=True))
        odds += float(calibration.intercept[kind]) - log1p(-min(0.8, declined))
        return 1 / (1 + exp(-odds))


def _asked(entry: Entry) -> list[str]:
    texts = [entry.title, *entry.alternates]
    for one in entry.translations.values():
        texts += [text for text in (one.title, *one.alternates) if text]
    return [*texts, " ".join(entry.keywords)] if entry.keywords else texts


def ratio(one: str, other: str) -> float:
    """Twice the longest common subsequence, as a share of both lengths."""
    row = [0] * (len(other) + 1)
    for a in one:
        before = row[:]
        for place, b in enumerate(other, start=1):
            row[place] = before[place - 1] + 1 if a == b else max(before[place], row[place - 1])
    return 2 * row[-1] / (len(one) + len(other)) if one or other else 1.0
