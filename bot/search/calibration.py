"""The fitted coefficients: features in, one calibrated confidence out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.search.features import COLUMNS

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]


COEFFICIENTS: Final = "coefficients.json"
TRANSFORMER_COEFFICIENTS: Final = "coefficients-transformer.json"
ACCEPT: Final = ("accept", "accept_bare")  # in the file
SUMMARY: Final = ("score", "lead", "share")
_BARE: Final = len(SUMMARY) + COLUMNS.index("bare")
_MOST_DECLINED: Final = 0.8  # no collection foresees more than that, whatever its own examples say


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What benchmarks/fit.py found; one for all collections, and one for all with a transformer.

    A target's score is a conditional logit: the exponents of the candidates' scores are to each other as the chances
    that each is what the question means. The best entry's confidence is a logistic regression on its score, its lead,
    its share, its features and the question's: one for entries that somebody wrote questions for, which listens to a
    few of these only, and one for entries that have a body alone.
    """

    rank: Floats  # [COLUMNS]
    accept: Floats  # [2, SUMMARY + COLUMNS + QUESTION] with phrasings, bare
    intercept: Floats  # [2]
    answer_from: float  # confidence from which an answer is given
    suggest_from: float  # confidence from which titles are offered

    def scores(self, table: NDArray[np.float32]) -> Floats:
        """Each candidate's score."""
        return table @ self.rank

    def confidence(self, evidence: Floats, *, declined: float = 0.0) -> float:
        """The chance that an entry answers the question.

        `evidence` is the entry's summary, its features and the question's, in the order of `accept`. `declined` is the
        share of the questions outside the scope that stock replies catch: of what they leave, so much less is outside,
        which by Bayes' rule multiplies the odds.
        """
        kind = int(evidence[_BARE])
        odds = evidence @ self.accept[kind] + self.intercept[kind] - np.log1p(-min(_MOST_DECLINED, declined))
        return float(1.0 / (1.0 + np.exp(-odds)))

    @staticmethod
    def summary(scores: Floats, own: float) -> Floats:
        """An entry's score, its lead over the next of the entries' scores, and its share among them."""
        ranked = np.sort(scores)
        lead = float(own - ranked[-2]) if len(ranked) > 1 else 5.0
        return np.array([own, lead, 1.0 / float(np.exp(np.minimum(50.0, scores - own)).sum())])


@cache
def shipped_calibration(*, transformer: bool = False) -> Calibration:
    """The coefficients that are shipped with the package, read once; those for a transformer's vectors are others."""
    name = TRANSFORMER_COEFFICIENTS if transformer else COEFFICIENTS
    found = json.loads(files("bot.search").joinpath(name).read_text(encoding="utf-8"))
    return Calibration(
        rank=np.array(list(found["rank"].values())),
        accept=np.array([list(found[name].values()) for name in ACCEPT]),
        intercept=np.array([found[f"{name}_intercept"] for name in ACCEPT]),
        answer_from=found["answer_from"],
        suggest_from=found["suggest_from"],
    )
