"""What a question and each candidate have in common, as numbers that mean the same in every collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np
from rapidfuzz import fuzz, process

from bot.search.align import Alignment
from bot.search.texts import SCANNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.question import Question
    from bot.search.texts import Texts

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

_CANDIDATES: Final = 10  # of each kind of evidence
_ROWS: Final = 48  # phrasings, or sentences, of all candidates that are compared word by word
_OPENING: Final = 16  # terms of a row that tell whether it is promising
_FEW: Final = 3  # phrasings that make up an entry's nearest few
_WORST_WORD: Final = 4.0  # BM25 of the rarest word there could be, for words that the collection does not have

NAMES: Final = (
    # cosine with the nearest phrasing, the nearest few, the centre of all
    "cos", "cos3", "cosc",
    # words of question and phrasing that meet in meaning, both ways and of the phrasing; rapidfuzz, plain and sorted
    "soft", "softp", "fuzz", "sort",
    # the nearest sentence of the body: its cosine, and the words it covers
    "bcos", "bsoft",
    # words covered by the whole entry; BM25; the rarest name it lacks; words that the whole collection lacks
    "allsoft", "bm25", "namehole", "alien", "nphr",
    # where an entry has a body only, that is all the evidence there is
    "bare", "bare_bcos", "bare_bsoft", "bare_blex", "bare_allsoft", "bare_alllex", "bare_bm25",
)  # fmt: skip
LEADS: Final = ("cos", "bcos", "bsoft", "allsoft", "fuzz", "bm25")
COLUMNS: Final = (*NAMES, *(f"{name}_lead" for name in LEADS))
_LEADING: Final = [NAMES.index(name) for name in LEADS]
QUESTION: Final = ("words", "info", "unknown", "known", "entries")


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidates:
    """The targets worth a closer look, and what looking them up found out about them."""

    targets: Integers  # [n] numbers of the index's targets, in order
    bm25: Floats  # [all targets]
    phrasing_cosines: Floats | None = None  # [all phrasings]; None where there are too many to compare them all
    body_cosines: Floats | None = None  # [all body sentences]


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Candidates and their features."""

    targets: Integers  # [n] numbers of the index's targets, in order
    values: Floats  # [n, COLUMNS]
    phrasing: Integers  # [n] row of the phrasing that came closest, -1 where the target has none
    likeness: Floats  # [n] how like that phrasing is to the question, in meaning and in words, 0..1
    alignment: Alignment


def candidates(index: Index, question: Question) -> Candidates:
    """Look up the targets that share words with the question or are near it in meaning."""
    bm25 = np.zeros(len(index.targets), dtype=np.float32)
    postings = index.postings
    for found in question.terms:
        for term, strength in found:
            rows = slice(postings.start[term], postings.start[term + 1])
            bm25[postings.target[rows]] += strength * postings.weight[rows]
    if len(index.phrasings) > SCANNED or len(index.bodies) > SCANNED:
        return Candidates(targets=np.sort(_best(bm25, 2 * _CANDIDATES)), bm25=bm25)
    phrasing_cosines = index.phrasings.vectors @ question.vector
    body_cosines = index.bodies.vectors @ question.vector
    if len(index.targets) <= _CANDIDATES:
        targets = np.arange(len(index.targets))
    else:
        near = (
            _best(bm25, _CANDIDATES),
            index.phrasings.owner[_best(phrasing_cosines, 2 * _CANDIDATES)],
            index.bodies.owner[_best(body_cosines, 2 * _CANDIDATES)],
        )
        picked = np.zeros(len(index.targets), dtype=bool)
        for numbers in near:
            picked[numbers] = True
        targets = np.flatnonzero(picked)
    return Candidates(targets=targets, bm25=bm25, phrasing_cosines=phrasing_cosines, body_cosines=body_cosines)


def features(index: Index, question: Question, found: Candidates) -> Table:
    """Compare a question of at least one word with each candidate."""
    targets, weights = found.targets, question.weights
    asked = np.zeros(len(index.lexicon) + 1, dtype=np.float32)  # each term's weight in the question
    for weight, ids in zip(weights, question.terms, strict=True):
        for term, strength in ids:
            asked[term] = max(asked[term], weight * strength)
    phrasings = _Rows.of(index.phrasings, found.phrasing_cosines, question, targets, asked)
    bodies = _Rows.of(index.bodies, found.body_cosines, question, targets, asked)
    alignment = Alignment.of(index, question, phrasings.terms, bodies.terms)
    values = {"cos": phrasings.best, "cos3": phrasings.few(), "cosc": index.centres[targets] @ question.vector}
    both, covered = _meet(index, question, phrasings, alignment, values)
    body_covered = alignment.soft[:, alignment.column[bodies.terms]].max(axis=2, initial=0.0).T
    values["bcos"] = bodies.best
    values["bsoft"] = bodies.pool(body_covered @ weights)
    covered = np.maximum(covered, bodies.pool(body_covered))
    values["allsoft"] = covered @ weights
    values["bm25"] = found.bm25[targets] / _best_bm25(index, question)
    values["namehole"] = ((1 - covered) * (question.information * question.names)).max(axis=1)
    values["alien"] = (1 - covered) @ (weights * question.foreign)
    values["nphr"] = np.log1p(phrasings.counts)
    values["bare"] = index.bare[targets]
    _bare(question, bodies, alignment, values)
    entries = targets < len(index.collection.entries)
    table = np.empty((len(targets), len(COLUMNS)), dtype=np.float32)
    for column, name in enumerate(NAMES):
        table[:, column] = values[name]
    table[:, len(NAMES) :] = _leads(table[:, _LEADING], entries)
    return Table(
        targets=targets,
        values=table,
        phrasing=phrasings.argbest(both + phrasings.cosines),
        likeness=((values["cos"] + values["soft"]) / 2).astype(np.float32),
        alignment=alignment,
    )


def question_features(index: Index, question: Question) -> Floats:
    """What the question by itself says about how sure one can be; columns are QUESTION."""
    information = question.information
    total = max(1e-6, float(information.sum()))
    used = index.postings.entries
    known = [max((strength for term, strength in ids if used[term]), default=0.0) for ids in question.terms]
    return np.array(
        [
            np.log1p(len(information)),
            np.log1p(total),
            float((information * question.unknown).sum()) / total,
            float(information @ np.array(known, dtype=np.float32)) / total,
            np.log1p(len(index.collection.entries)) / 8,
        ],
        dtype=np.float32,
    )


def _meet(
    index: Index, question: Question, rows: _Rows, alignment: Alignment, values: dict[str, Floats]
) -> tuple[Floats, Floats]:
    """Fill in what the phrasings' words say; each row's soft meeting, and each target's coverage of each word."""
    columns = alignment.column[rows.terms]
    covered = alignment.soft[:, columns].max(axis=2, initial=0.0).T  # [rows, words]
    own = index.term_weights[rows.terms]
    of_question = covered @ question.weights
    of_phrasing = (alignment.soft.max(axis=0)[columns] * own).sum(axis=1) / np.maximum(own.sum(axis=1), 1e-6)
    both: Floats = np.sqrt(of_question * of_phrasing)
    plain, ordered = index.phrasings.plain, index.phrasings.ordered
    values["soft"] = rows.pool(both)
    # A short phrasing is easily covered, so that it must cover back.
    values["softp"] = rows.pool(of_phrasing * np.minimum(1, 2 * of_question))
    values["fuzz"] = rows.pool(_ratios(question.plain, [plain[row] for row in rows.rows]))
    values["sort"] = rows.pool(_ratios(question.ordered, [ordered[row] for row in rows.rows]))
    return both, rows.pool(covered)


def _ratios(asked: str, texts: list[str]) -> Floats:
    """The likeness of a text with others by insertions and deletions, 0..1."""
    ratios: Floats = process.cdist([asked], texts, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
    return ratios


def _bare(question: Question, bodies: _Rows, alignment: Alignment, values: dict[str, Floats]) -> None:
    """Fill in the body's evidence once more for the entries that have nothing else."""
    bare = values["bare"]
    values["blex"] = values["alllex"] = np.zeros_like(bare)
    if bare.any():
        lexical = alignment.lexical[:, alignment.column[bodies.terms]].max(axis=2, initial=0.0).T
        values["blex"] = bodies.pool(lexical @ question.weights)
        values["alllex"] = bodies.pool(lexical) @ question.weights
    for name in ("bcos", "bsoft", "blex", "allsoft", "alllex", "bm25"):
        values[f"bare_{name}"] = bare * values[name]


def _best_bm25(index: Index, question: Question) -> float:
    """The score of a target that used every word of the question as much as any target does."""
    strongest = index.postings.strongest
    best = 1e-6
    for information, ids in zip(question.information, question.terms, strict=True):
        best += max((float(strongest[term]) for term, _ in ids), default=_WORST_WORD * float(information))
    return best


def _leads(values: Floats, entries: NDArray[np.bool_]) -> Floats:
    """Each column's lead over the best of the other entries, negative behind it."""
    among = np.where(entries[:, None], values, np.float32(0.0))
    first, column = among.argmax(axis=0), np.arange(values.shape[1])
    leads: Floats = values - among[first, column]
    among[first, column] = 0.0
    ahead = values[first, column] - among.max(axis=0)
    leads[first, column] = np.where(entries[first], ahead, leads[first, column])
    return leads


def _best(scores: Floats, limit: int) -> Integers:
    return (-scores).argpartition(limit)[:limit] if len(scores) > limit else np.arange(len(scores))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rows:
    """The phrasings, or the body sentences, of the candidates: cosines of all, the most promising in detail."""

    counts: Integers  # [targets] rows of each in all
    best: Floats  # [targets] best cosine
    all_cosines: Floats  # [all rows of the targets]
    rows: Integers  # row numbers of the promising ones, grouped by target in order
    start: Integers  # [targets + 1] where each target's promising rows begin
    terms: NDArray[np.int32]  # [rows, width] padded with the lexicon's size
    cosines: Floats  # [rows]

    @classmethod
    def of(cls, texts: Texts, known: Floats | None, question: Question, targets: Integers, asked: Floats) -> Self:
        first = texts.start[targets]
        counts = texts.start[targets + 1] - first
        begin = np.zeros(len(targets) + 1, dtype=np.int64)
        counts.cumsum(out=begin[1:])
        owner = np.arange(len(targets)).repeat(counts)
        rows = (first - begin[:-1]).repeat(counts) + np.arange(begin[-1])
        cosines = texts.cosines(rows, question.vector) if known is None else known[rows]
        promising = _best(cosines + asked[texts.terms[rows, :_OPENING]].sum(axis=1), _ROWS)
        promising.sort()
        terms = texts.terms[rows[promising]]
        used = (terms != len(asked) - 1).any(axis=0)
        return cls(
            counts=counts,
            best=_pool(cosines, begin),
            all_cosines=cosines,
            rows=rows[promising],
            start=owner[promising].searchsorted(np.arange(len(targets) + 1)),
            terms=terms[:, : max(1, int(used.sum()))],
            cosines=cosines[promising],
        )

    def pool(self, values: Floats) -> Floats:
        """The best of each target's rows, 0 where it has none."""
        return _pool(values, self.start)

    def few(self) -> Floats:
        """The mean of each target's best few cosines, 0 where it has none."""
        owner = np.repeat(np.arange(len(self.counts)), self.counts)
        width = max(_FEW, int(self.counts.max(initial=1)))
        grid = np.full((len(self.counts), width), -1.0, dtype=np.float32)
        grid[owner, np.arange(len(owner)) - (np.cumsum(self.counts) - self.counts)[owner]] = self.all_cosines
        few = np.partition(grid, width - _FEW, axis=1)[:, -_FEW:]
        total = np.where(few > -1.0, few, 0.0).sum(axis=1)
        mean: Floats = total / np.clip(self.counts, 1, _FEW).astype(np.float32)
        return mean

    def argbest(self, values: Floats) -> Integers:
        """The row number of each target's best row, -1 where it has none."""
        counts = np.diff(self.start)
        if not len(values):
            return np.full(len(counts), -1)
        order = np.lexsort((values, np.repeat(np.arange(len(counts)), counts)))
        return np.where(counts > 0, self.rows[order[np.maximum(self.start[1:] - 1, 0)]], -1)


def _pool(values: Floats, start: Integers) -> Floats:
    pooled = np.zeros((len(start) - 1, *values.shape[1:]), dtype=np.float32)
    held = start[:-1] < start[1:]
    if held.any():
        pooled[held] = np.maximum.reduceat(values, start[:-1][held], axis=0)
    return pooled
