"""What a question and each candidate have in common, as numbers that mean the same in every collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import fuzz, process

from bot.search.align import Alignment
from bot.search.rows import Rows, best
from bot.search.texts import SCANNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.question import Question
    from bot.search.texts import Texts

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

_CANDIDATES: Final = 10  # of each kind of evidence
_WORST_WORD: Final = 4.0  # BM25 of the rarest word there could be, for words that the collection does not have
# Kernel ridge regression of entries on phrasings: a sharper kernel listens to the nearest phrasings only, and with less
# noise near-equal ones settle between them which is meant. On the labelled sets any values about here do as well.
_SHARPNESS: Final = 3.0
_NOISE: Final = 0.05

NAMES: Final = (
    # cosine with the nearest phrasing, and with the centre of all; what all phrasings together say by regression
    "cos", "cosc", "krr",
    # words of question and phrasing that meet in meaning, both ways; rapidfuzz, plain and sorted
    "soft", "fuzz", "sort",
    # the nearest sentence of the body: its cosine, and the words it covers
    "bcos", "bsoft",
    # words covered by the whole entry; BM25; words that the whole collection lacks; how many phrasings there are
    "allsoft", "bm25", "alien", "nphr",
    # where an entry has a body only, that is all the evidence there is
    "bare", "bare_bcos", "bare_bsoft", "bare_blex", "bare_allsoft", "bare_alllex", "bare_bm25",
)  # fmt: skip
LEADS: Final = ("cos", "krr", "bcos", "bsoft", "allsoft", "fuzz", "bm25")
COLUMNS: Final = (*NAMES, *(f"{name}_lead" for name in LEADS))
_BARE: Final = tuple(name for name in NAMES if name.startswith("bare_"))
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
        return Candidates(targets=np.sort(best(bm25, 2 * _CANDIDATES)), bm25=bm25)
    picked = np.zeros(len(index.targets), dtype=bool)
    picked[best(bm25, _CANDIDATES)] = True
    known: list[Floats | None] = []
    for texts in (index.phrasings, index.bodies):
        if index.encoder is not None and len(texts.outlines):
            near = texts.outlines @ index.encoder.outline(question.vector)
            known.append(None)
        else:
            near = texts.vectors @ question.vector
            known.append(near)
        picked[texts.owner[best(near, 2 * _CANDIDATES)]] = True
    return Candidates(targets=np.flatnonzero(picked), bm25=bm25, phrasing_cosines=known[0], body_cosines=known[1])


def features(index: Index, question: Question, found: Candidates) -> Table:
    """Compare a question of at least one word with each candidate."""
    targets, weights = found.targets, question.weights
    asked = np.zeros(len(index.lexicon) + 1, dtype=np.float32)  # each term's weight in the question
    for weight, ids in zip(weights.tolist(), question.terms, strict=True):
        for term, strength in ids:
            asked[term] = max(float(asked[term]), weight * strength)
    phrasings = Rows.of(index.phrasings, found.phrasing_cosines, question, targets, asked)
    bodies = Rows.of(index.bodies, found.body_cosines, question, targets, asked)
    alignment = Alignment.of(index, question, phrasings.terms, bodies.terms)
    values = {"cos": phrasings.best(), "cosc": phrasings.total() * index.closeness[targets]}
    values["krr"] = _regression(index.phrasings, phrasings)
    both, covered = _meet(index, question, phrasings, alignment, values)
    of_body = alignment.covered(alignment.soft, bodies.terms)
    pooled = bodies.pool(np.column_stack([of_body @ weights, of_body]))
    values["bcos"] = bodies.best()
    values["bsoft"] = pooled[:, 0]
    covered = np.maximum(covered, pooled[:, 1:])
    values["allsoft"] = covered @ weights
    values["bm25"] = found.bm25[targets] / np.float32(_best_bm25(index, question))
    values["alien"] = (1 - covered) @ (weights * question.foreign)
    values["nphr"] = np.log1p(phrasings.counts)
    values["bare"] = index.bare[targets]
    _bare(question, bodies, alignment, values)
    table = np.empty((len(targets), len(COLUMNS)), dtype=np.float32)
    for column, name in enumerate(NAMES):
        table[:, column] = values[name]
    table[:, len(NAMES) :] = _leads(table[:, _LEADING], targets < len(index.collection.entries))
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
    index: Index, question: Question, rows: Rows, alignment: Alignment, values: dict[str, Floats]
) -> tuple[Floats, Floats]:
    """Fill in what the phrasings' words say; each row's soft meeting, and each target's coverage of each word."""
    covered = alignment.covered(alignment.soft, rows.terms)
    own = index.term_weights.take(rows.terms)
    met = np.ascontiguousarray(alignment.soft.T).max(axis=0).take(alignment.place.take(rows.terms))
    of_question = covered @ question.weights
    of_phrasing = (met * own).sum(axis=1) / np.maximum(own.sum(axis=1), np.float32(1e-6))
    both: Floats = np.sqrt(of_question * of_phrasing)
    plain = _ratios(question.plain, index.phrasings.plain.take(rows.numbers))
    ordered = _ratios(question.ordered, index.phrasings.ordered.take(rows.numbers))
    pooled = rows.pool(np.column_stack([both, plain, ordered, covered]))
    for column, name in enumerate(("soft", "fuzz", "sort")):
        values[name] = pooled[:, column]
    return both, pooled[:, 3:]


def _regression(texts: Texts, rows: Rows) -> Floats:
    """Each target's value at the question by kernel ridge regression: 1 at its own phrasings, 0 at those of others.

    Phrasings that say the same share one voice, and what two targets have in common speaks for neither, where the
    nearest phrasing alone would win by it. It is the mean of a Gaussian process (Rasmussen and Williams, 2006, 2.2).
    """
    vectors = texts.vectors.take(rows.numbers, axis=0).astype(np.float32, copy=False)
    kernel = np.exp(_SHARPNESS * (vectors @ vectors.T - 1.0))
    kernel.flat[:: len(kernel) + 1] += _NOISE
    voices = np.linalg.solve(kernel, np.exp(_SHARPNESS * (rows.cosines - 1.0)))
    return np.bincount(rows.owner, weights=voices, minlength=len(rows.counts)).astype(np.float32)


def _ratios(asked: str, texts: list[str]) -> Floats:
    """The likeness of a text with others by insertions and deletions, 0..1."""
    ratios: Floats = process.cdist([asked], texts, scorer=fuzz.ratio, dtype=np.float32)[0] / 100
    return ratios


def _bare(question: Question, bodies: Rows, alignment: Alignment, values: dict[str, Floats]) -> None:
    """Fill in the body's evidence once more for the entries that have nothing else."""
    bare = values["bare"]
    if not bare.any():
        values.update(dict.fromkeys(_BARE, bare))
        return
    lexical = alignment.covered(alignment.lexical, bodies.terms)
    pooled = bodies.pool(np.column_stack([lexical @ question.weights, lexical]))
    values["blex"], values["alllex"] = pooled[:, 0], pooled[:, 1:] @ question.weights
    for name in _BARE:
        values[name] = bare * values[name.removeprefix("bare_")]


def _best_bm25(index: Index, question: Question) -> float:
    """The score of a target that used every word of the question as much as any target does."""
    strongest = index.postings.strongest.item
    possible = 1e-6
    for information, ids in zip(question.information.tolist(), question.terms, strict=True):
        possible += max((strongest(term) for term, _ in ids), default=_WORST_WORD * information)
    return possible


def _leads(values: Floats, entries: NDArray[np.bool_]) -> Floats:
    """Each column's lead over the best of the other entries, negative behind it."""
    among = np.where(entries[:, None], values, np.float32(0.0))
    first, column = among.argmax(axis=0), np.arange(values.shape[1])
    leads: Floats = values - np.maximum(among[first, column], np.float32(0.0))
    among[first, column] = 0.0
    ahead = values[first, column] - among.max(axis=0)
    leads[first, column] = np.where(entries[first], ahead, leads[first, column])
    return leads
