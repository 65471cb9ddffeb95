"""Fit bot/search/coefficients.json: `python benchmarks/fit.py SETS [--write]` (needs the `benchmarks` extra).

With `--transformer MODEL` (a folder or a name, as the setting takes it) it fits coefficients-transformer.json: for the
same features with that model's vectors in place of the shipped ones.

Two regressions, one after the other, on all labelled sets (labelled.py says which):

- which entry: a conditional logit over each question's candidates, on the features of bot/search/features.py;
- whether to answer: a logistic regression on the best entry's score, lead, share and features, and the question's.
  Where the entry has phrasings, a few of these say it all, and any more tell one collection from another; where it has
  a body only, all are listened to, and questions to other entries help to learn them, since such sets are few.

In both every feature that can only speak for an entry has a coefficient of at least 0, and one that can only speak
against it at most 0: a collection unlike all of these then meets no coefficient that made sense for one of them only.
Sets count by their roles, not by their numbers of questions. What is printed is no measure of quality, since it was
fitted to these very questions; judge.py measures, with the judged set left out.
"""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
from evidence import gather
from labelled import ROOT, read_sets
from scipy.optimize import minimize

sys.path.insert(0, str(ROOT))

from bot.config import Settings
from bot.model import StockReply
from bot.search.calibration import (
    ACCEPT,
    COEFFICIENTS,
    SUMMARY,
    TRANSFORMER_COEFFICIENTS,
    Calibration,
    shipped_calibration,
)
from bot.search.features import COLUMNS, QUESTION
from bot.search.index import Lookalikes
from bot.search.rank import _LOOKALIKE_SLOPE, _STOCK_LEAD
from bot.snapshot import open_transformer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from evidence import Asked, Evidence
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]
    Bounds = Sequence[tuple[float | None, float | None]]

TARGETS: Final = ROOT / "bot" / "search"
# Chosen on sets left out: from .72 on an answer is rarely wrong, below .1 a suggestion rarely helps.
ANSWER_FROM: Final = 0.72
SUGGEST_FROM: Final = 0.1

_QUESTIONS: Final = 500  # of each set that teach the order of entries: enough, and no set outweighs another
_IN_SCOPE: Final = 0.65  # share of the questions that are in scope, as in a channel where the bot is asked
_RANK_RIDGE: Final = 3e-4
_ACCEPT_RIDGES: Final = (2e-2, 1e-2)  # where there are phrasings, and where there are none
_AGAINST: Final = ("alien",)
_EITHER_WAY: Final = ("nphr", "bare")
_EVIDENCE: Final = (*SUMMARY, *COLUMNS, *(f"q_{name}" for name in QUESTION))
_HEARD: Final = ("score", "krr", "bm25", "sort", "alien", "q_words", "q_info")  # where there are phrasings


def fit(evidence: Sequence[Evidence]) -> Calibration:
    """Fit both regressions, and set the thresholds."""
    rank = _fit_rank(evidence)
    asked, bare = _fit_accept(evidence, rank)
    return Calibration(
        rank=rank,
        accept=np.array([asked[:-1], bare[:-1]]),
        intercept=np.array([asked[-1], bare[-1]]),
        answer_from=ANSWER_FROM,
        suggest_from=SUGGEST_FROM,
    )


def _bounds() -> list[tuple[float | None, float | None]]:
    """The least and the greatest coefficient of each of COLUMNS."""
    special: dict[str, tuple[float | None, float | None]] = {
        **dict.fromkeys(_AGAINST, (None, 0.0)),
        **dict.fromkeys(_EITHER_WAY, (None, None)),
    }
    return [special.get(name, (0.0, None)) for name in COLUMNS]


def _fit_rank(evidence: Sequence[Evidence]) -> Floats:
    """Fit a coefficient for each of COLUMNS: the chance of an accepted entry, by softmax over the candidate entries."""
    tables: list[NDArray[np.float32]] = []
    rights: list[NDArray[np.bool_]] = []
    shares: list[float] = []
    for one in evidence:
        picked = np.random.RandomState(0).permutation(len(one.asked))[:_QUESTIONS]
        teaching = [asked for number in picked if (asked := one.asked[number]).right.any()]
        tables += [asked.values[asked.entries] for asked in teaching]
        rights += [asked.right[asked.entries] for asked in teaching]
        shares += [one.labelled.role.ranking / len(teaching)] * len(teaching)
    values = np.vstack(tables).astype(np.float64)
    right = np.concatenate(rights)
    start = np.concatenate([[0], np.cumsum([len(one) for one in rights])[:-1]])
    weight = np.array(shares) / sum(shares)
    owner = np.repeat(np.arange(len(weight)), [len(one) for one in rights])
    spread = values.std(axis=0) + 1e-6
    scaled = (values - values.mean(axis=0)) / spread

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        scores = scaled @ coefficients
        odds = np.exp(scores - np.maximum.reduceat(scores, start)[owner])
        every = np.add.reduceat(odds, start)
        good = np.add.reduceat(odds * right, start) + 1e-12
        slope = (odds / every[owner] - odds * right / good[owner]) * weight[owner]
        value = -float(weight @ np.log(good / every)) + _RANK_RIDGE * float(coefficients @ coefficients)
        return value, scaled.T @ slope + 2 * _RANK_RIDGE * coefficients

    found: Floats = _least(loss, _bounds()) / spread
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Best:
    """The entry that comes first for a question."""

    evidence: Floats  # what the acceptance is judged by
    right: bool
    rivalled: bool  # a stock reply, or one of its own `not` phrases, is likelier


def _fit_accept(evidence: Sequence[Evidence], rank: Floats) -> tuple[Floats, Floats]:
    """Fit a coefficient for each part of the best entry's evidence, and an intercept, with phrasings and without."""
    rows: list[Floats] = []
    rights: list[bool] = []
    weights: list[float] = []
    for one in evidence:
        in_scope = sum(bool(asked.case.relevant) for asked in one.asked)
        outside = len(one.asked) - in_scope
        for asked in one.asked:
            best = _best(asked, rank)
            if best.rivalled:  # decided by then
                continue
            rows.append(best.evidence)
            rights.append(best.right)
            share = _IN_SCOPE / in_scope if asked.case.relevant else (1.0 - _IN_SCOPE) / outside
            weights.append(share * one.labelled.role.accepting)
    values, right, weight = np.array(rows), np.array(rights, dtype=np.float64), np.array(weights)
    free: Bounds = [*[(0.0, None)] * len(SUMMARY), *_bounds(), *[(None, None)] * len(QUESTION)]
    heard = [bound if name in _HEARD else (0.0, 0.0) for name, bound in zip(_EVIDENCE, free, strict=True)]
    asked_for = values[:, _EVIDENCE.index("bare")] == 0.0
    with_phrasings, bare = _ACCEPT_RIDGES
    return (
        _logistic(values[asked_for], right[asked_for], weight[asked_for], heard, with_phrasings),
        _logistic(values, right, weight, free, bare),
    )


def _logistic(values: Floats, right: Floats, weight: Floats, bounds: Bounds, ridge: float) -> Floats:
    """Fit a logistic regression within bounds: a coefficient for each column, and the intercept."""
    weight = weight / weight.sum()
    mean, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
    scaled = np.hstack([(values - mean) / spread, np.ones((len(values), 1))])

    def loss(coefficients: Floats) -> tuple[float, Floats]:
        logits = scaled @ coefficients
        chance = 1.0 / (1.0 + np.exp(-logits))
        shrunk = np.append(coefficients[:-1], 0.0)
        value = float(weight @ (np.logaddexp(0.0, logits) - right * logits)) + ridge * float(shrunk @ shrunk)
        return value, scaled.T @ (weight * (chance - right)) + 2 * ridge * shrunk

    found = _least(loss, [*bounds, (None, None)])
    coefficients = found[:-1] / spread
    return np.append(coefficients, found[-1] - mean @ coefficients)


def _best(asked: Asked, rank: Floats) -> _Best:
    scores = asked.values @ rank
    entries = asked.entries
    best = int(np.argmax(np.where(entries, scores, -np.inf)))
    likeness = asked.likeness
    against = 0.0
    stock = [scores[row] for row, target in enumerate(asked.targets) if isinstance(target, StockReply)]
    if stock:
        against += float(np.exp(max(stock) - scores[best] + _STOCK_LEAD))
    own = int(asked.numbers[best])
    named = enumerate(asked.targets)
    lookalikes = [likeness[row] for row, one in named if isinstance(one, Lookalikes) and one.entry == own]
    if lookalikes:
        against += float(np.exp(_LOOKALIKE_SLOPE * (max(lookalikes) - likeness[best])))
    summary = Calibration.summary(scores[entries], scores[best])
    return _Best(
        evidence=np.concatenate([summary, asked.values[best], asked.about]),
        right=bool(asked.right[best]),
        rivalled=against >= 1.0,
    )


def _least(loss: Callable[[Floats], tuple[float, Floats]], bounds: Bounds) -> Floats:
    """Where a convex loss is least within bounds."""
    start = np.zeros(len(bounds))
    found = minimize(loss, start, jac=True, method="L-BFGS-B", bounds=bounds, options={"maxiter": 500})
    return np.asarray(found.x, dtype=np.float64)


def as_json(calibration: Calibration) -> str:
    """The file's content."""
    content: dict[str, object] = {"answer_from": calibration.answer_from, "suggest_from": calibration.suggest_from}
    content["rank"] = _named(COLUMNS, calibration.rank)
    for name, coefficients, intercept in zip(ACCEPT, calibration.accept, calibration.intercept, strict=True):
        content[f"{name}_intercept"] = round(float(intercept), 5)
        content[name] = _named(_EVIDENCE, coefficients)
    return json.dumps(content, indent=1) + "\n"


def _named(names: Sequence[str], values: Floats) -> dict[str, float]:
    return {name: round(float(value), 5) for name, value in zip(names, values, strict=True)}


def _print_summary(calibration: Calibration, shipped: Calibration, evidence: Sequence[Evidence]) -> None:
    for one in evidence:
        role = one.labelled.role
        print(f"{one.labelled.name:24} {len(one.asked):5} questions, weights {role.ranking} and {role.accepting}")
    content = json.loads(as_json(calibration))
    for part in ("rank", *ACCEPT):
        used = {name: value for name, value in content[part].items() if value}
        print(f"{part}: {len(used)} of {len(content[part])} features used")
        print("\n".join(f"  {name:14} {value:+9.3f}" for name, value in used.items()))
    intercepts = " and ".join(f"{one:+.3f}" for one in calibration.intercept)
    print(f"intercepts {intercepts}; answers from {ANSWER_FROM}, suggests from {SUGGEST_FROM}")
    if shipped.rank.shape == calibration.rank.shape and shipped.accept.shape == calibration.accept.shape:
        pairs = ((getattr(calibration, name), getattr(shipped, name)) for name in ("rank", "accept", "intercept"))
        apart = max(float(np.abs(one - other).max()) for one, other in pairs)
        print(f"largest difference to the coefficients in force: {apart:.5f}")


def main() -> None:
    """Fit on the sets of the folder given on the command line."""
    parser = argparse.ArgumentParser(description="Fit bot/search/coefficients.json.")
    parser.add_argument("sets", type=Path, help="folder of labelled sets")
    parser.add_argument("--transformer", metavar="MODEL", help="fit for its vectors: a folder, or a name on the hub")
    parser.add_argument("--write", action="store_true", help="put the coefficients in force")
    options = parser.parse_args()
    print("$", " ".join(["python", *sys.argv]))
    transformer = open_transformer(Settings(transformer=options.transformer))
    evidence = [gather(labelled, transformer) for labelled in read_sets(options.sets)]
    calibration = fit(evidence)
    _print_summary(calibration, shipped_calibration(transformer=transformer is not None), evidence)
    if options.write:
        target = TARGETS / (TRANSFORMER_COEFFICIENTS if transformer else COEFFICIENTS)
        target.write_text(as_json(calibration), encoding="utf-8")
        print(f"wrote {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
