"""The fitted coefficients: each stands for the feature it is named for, with the sign that makes sense."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from bot.search.calibration import ACCEPT, SUMMARY, Calibration, shipped_calibration
from bot.search.features import COLUMNS, QUESTION

STORED, WITH_TRANSFORMER = (
    json.loads(files("bot.search").joinpath(name).read_text(encoding="utf-8"))
    for name in ("coefficients.json", "coefficients-transformer.json")
)
BOTH = pytest.mark.parametrize("stored", [STORED, WITH_TRANSFORMER], ids=["default", "transformer"])
AGAINST = {"alien"}  # what a candidate lacks
EITHER_WAY = {"nphr", "bare"}  # what kind of candidate it is


@BOTH
def test_coefficients_stand_in_the_order_of_the_features(stored: dict[str, Any]) -> None:
    """They are read by position, so that a feature added or moved without a new fit is found here."""
    assert tuple(stored["rank"]) == COLUMNS
    for part in ACCEPT:
        assert tuple(stored[part]) == (*SUMMARY, *COLUMNS, *(f"q_{name}" for name in QUESTION))


@BOTH
def test_what_is_read_is_what_is_stored(stored: dict[str, Any]) -> None:
    """Every figure of the file is in use."""
    found = shipped_calibration(transformer=stored is WITH_TRANSFORMER)
    assert found.rank.tolist() == list(stored["rank"].values())
    assert found.accept.tolist() == [list(stored[part].values()) for part in ACCEPT]
    assert found.intercept.tolist() == [stored[f"{part}_intercept"] for part in ACCEPT]
    assert (found.answer_from, found.suggest_from) == (stored["answer_from"], stored["suggest_from"])
    assert 0.0 < found.suggest_from < found.answer_from < 1.0


@BOTH
@pytest.mark.parametrize("part", ["rank", *ACCEPT])
def test_likeness_never_counts_against_an_entry(part: str, stored: dict[str, Any]) -> None:
    """Nor does what an entry lacks count for it."""
    for name, value in stored[part].items():
        if name in AGAINST:
            assert value <= 0.0, name
        elif name not in EITHER_WAY and not name.startswith("q_"):
            assert value >= 0.0, name
    assert any(stored["rank"][name] < 0.0 for name in AGAINST)


def test_evidence_for_an_entry_raises_its_confidence() -> None:
    """And evidence against it lowers it; all stay chances."""
    found = shipped_calibration()
    names = list(STORED["accept"])
    for kind, part in enumerate(ACCEPT):
        nothing = np.zeros(len(names))
        nothing[names.index("bare")] = kind
        before = found.confidence(nothing)
        for number, name in enumerate(names):
            if name != "bare":
                more = nothing.copy()
                more[number] = 1.0
                after = found.confidence(more)
                assert 0.0 < after < 1.0
                assert np.sign(after - before) == np.sign(STORED[part][name]), name


def test_what_the_stock_replies_decline_raises_confidence_in_the_rest() -> None:
    """The odds are divided by the share of outside questions that are left, up to a limit."""
    found = shipped_calibration()
    evidence = np.zeros(found.accept.shape[1])
    plain, half, all_of_it, most = (found.confidence(evidence, declined=share) for share in (0.0, 0.5, 1.0, 0.8))
    assert half / (1 - half) == pytest.approx(2 * plain / (1 - plain))
    assert plain < half < all_of_it == most < 1.0


@pytest.mark.parametrize(
    ("scores", "own", "summary"),
    [
        ([2.0, 2.0], 2.0, [2.0, 0.0, 0.5]),
        ([1.0, 3.0, 2.0], 3.0, [3.0, 1.0, 1 / (1 + np.exp(-1) + np.exp(-2))]),
        ([7.0], 7.0, [7.0, 5.0, 1.0]),
        ([-1e9, 0.0], 0.0, [0.0, 1e9, 1.0]),
    ],
)
def test_the_summary_is_score_lead_and_share(scores: list[float], own: float, summary: list[float]) -> None:
    """The lead over the next, and the share by softmax; a single entry has a lead by default."""
    assert Calibration.summary(np.array(scores), own) == pytest.approx(summary)
