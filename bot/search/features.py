"""What a question and each candidate have in common, as numbers that mean the same in every collection."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import fuzz, process

from bot.search.align import Alignment
from bot.search.rows import ROWS, Rows, best
from bot.search.texts import SCANNED

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.question import Question
    from bot.search.texts import Texts

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

_CANDIDATES: Final = 10  # of each kind of evidence
# Kernel ridge regression of entries on phrasings: a sharper kernel listens to the nearest phrasings only, and with less
# noise near-equal ones settle between them which is meant. On the labelled sets any values about here do as well.
_SHARPNESS: Final = 3.0
_NOISE: Final = 0.05 * np.identity(ROWS, dtype=np.float32)

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
    entries: int  # how many of them, the first ones, are entries
    values: Floats  # [n, COLUMNS]
    phrasing: Integers  # [n] row of the phrasing that came closest, -1 where the target has none
    likeness: Floats  # [n] how like that phrasing is to the question, in meaning and in words, 0..1
    alignment: Alignment


def candidates(index: Index, question: Question) -> Candidates:
    """Look up the targets that share words with the question or are near it in meaning."""
    bm25 = index.postings.scores(chain.from_iterable(question.terms), len(index.targets))
    if len(index.phrasings) > SCANNED or len(index.bodies) > SCANNED:
        return Candidates(targets=np.sort(best(bm25, 2 * _CANDIDATES)), bm25=bm25)
    picked = np.zeros(len(index.targets), dtype=bool)
    picked[best(bm25, _CANDIDATES)] = True
    known: list[Floats | None] = []
    outline = None
    for texts in (index.phrasings, index.bodies):
        if index.encoder is not None and len(texts.outlines):
            outline = index.encoder.outline(question.vector) if outline is None else outline
            near = texts.outlines @ outline
            known.append(None)
        else:
            near = texts.vectors @ question.vector
            known.append(near)
        picked[texts.owner[best(near, 2 * _CANDIDATES)]] = True
    return Candidates(targets=picked.nonzero()[0], bm25=bm25, phrasing_cosines=known[0], body_cosines=known[1])


def features(index: Index, question: Question, found: Candidates) -> Table:
    """Compare a question of at least one word with each candidate."""
    targets, weights = found.targets, question.weights
    asked = np.zeros(len(index.lexicon) + 1, dtype=np.float32)  # each term's weight in the question
    for weight, ids in zip(weights.tolist(), question.terms, strict=True):
        for term, strength in ids:
            asked[term] = max(asked.item(term), weight * strength)
    phrasings = Rows.of(index.phrasings, found.phrasing_cosines, question, targets, asked)
    bodies = Rows.of(index.bodies, found.body_cosines, question, targets, asked)
    alignment = Alignment.of(index, question, np.concatenate([phrasings.terms, bodies.terms]))
    covered = alignment.covered(alignment.soft)
    of_phrasing, of_sentence = covered[: len(phrasings.terms)], covered[len(phrasings.terms) :]
    soft = _both_ways(index, question, phrasings, alignment, of_phrasing)
    plain = _ratios(question.plain, index.phrasings.plain.take(phrasings.numbers))
    ordered = _ratios(question.ordered, index.phrasings.ordered.take(phrasings.numbers))
    asked_for = phrasings.pool(_beside(soft, plain, ordered, of_phrasing))
    said = bodies.pool(_beside(of_sentence @ weights, of_sentence))
    everywhere = np.maximum(asked_for[:, 3:], said[:, 1:])
    values = {
        "cos": phrasings.best(),
        "cosc": phrasings.total() * index.closeness[targets],
        "krr": _regression(index.phrasings, phrasings),
        "soft": asked_for[:, 0],
        "fuzz": asked_for[:, 1],
        "sort": asked_for[:, 2],
        "bcos": bodies.best(),
        "bsoft": said[:, 0],
        "allsoft": everywhere @ weights,
        "bm25": found.bm25[targets] / np.float32(question.best_bm25),
        "alien": (1 - everywhere) @ (weights * question.foreign),
        "nphr": np.log1p(phrasings.counts),
        "bare": index.bare[targets],
    }
    _bare(question, bodies, alignment, values)
    table = np.empty((len(targets), len(COLUMNS)), dtype=np.float32)
    for column, name in enumerate(NAMES):
        table[:, column] = values[name]
    entries = int(targets.searchsorted(len(index.collection.entries)))
    table[:, len(NAMES) :] = _leads(table[:, _LEADING], entries)
    return Table(
        targets=targets,
        entries=entries,
        values=table,
        phrasing=phrasings.argbest(soft + phrasings.cosines),
        likeness=(values["cos"] + values["soft"]) / 2,
        alignment=alignment,
    )


def question_features(index: Index, question: Question) -> Floats:
    """What the question by itself says about how sure one can be; columns are QUESTION."""
    information = question.information
    total = max(1e-6, float(information.sum()))
    return np.array(
        [
            np.log1p(len(information)),
            np.log1p(total),
            float(information @ question.unknown) / total,
            float(information @ question.known) / total,
            np.log1p(len(index.collection.entries)) / 8,
        ],
        dtype=np.float32,
    )


def _both_ways(index: Index, question: Question, rows: Rows, alignment: Alignment, covered: Floats) -> Floats:
    """How well the words of the question and of each row meet, both ways; `covered` says it of the question's."""
    own = index.term_weights.take(rows.terms.T)
    best_met = np.ascontiguousarray(alignment.soft.T).max(axis=0)
    met = best_met.take(alignment.places[:, : len(rows.terms)])
    of_row = (met * own).sum(axis=0) / np.maximum(own.sum(axis=0), np.float32(1e-6))
    both: Floats = np.sqrt((covered @ question.weights) * of_row)
    return both


def _regression(texts: Texts, rows: Rows) -> Floats:
    """Each target's value at the question by kernel ridge regression: 1 at its own phrasings, 0 at those of others.

    Phrasings that say the same share one voice, and what two targets have in common speaks for neither, where the
    nearest phrasing alone would win by it. It is the mean of a Gaussian process (Rasmussen and Williams, 2006, 2.2).
    """
    vectors = texts.vectors.take(rows.numbers, axis=0).astype(np.float32, copy=False)
    kernel = np.exp(_SHARPNESS * (vectors @ vectors.T - 1.0)) + _NOISE[: len(vectors), : len(vectors)]
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
    lexical = alignment.covered(alignment.lexical)
    lexical = lexical[len(lexical) - len(bodies.terms) :]
    pooled = bodies.pool(_beside(lexical @ question.weights, lexical))
    values["blex"], values["alllex"] = pooled[:, 0], pooled[:, 1:] @ question.weights
    for name in _BARE:
        values[name] = bare * values[name.removeprefix("bare_")]


def _beside(*columns: Floats) -> Floats:
    """Columns, the last of which may be a table, as one table; numpy's own function takes three times as long."""
    return np.concatenate([*(column[:, None] for column in columns[:-1]), columns[-1]], axis=1)


def _leads(values: Floats, entries: int) -> Floats:
    """Each column's lead over the best of the other entries (the first rows), negative behind it."""
    among = np.zeros((values.shape[1], entries + 2), dtype=np.float32)  # the best other is worth 0 at least
    among[:, :entries] = values[:entries].T
    among.partition(entries, axis=1)
    second, first = among[:, -2:].T
    is_first = values == first
    is_first[entries:] = False
    leads: Floats = values - np.where(is_first, second, first)
    return leads
