"""What the search sees of labelled questions: each one's candidates, their features, and which of them are right."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))

from bot.model import Entry, StockReply
from bot.search.background import background
from bot.search.encode import shipped_encoder
from bot.search.features import COLUMNS, candidates, features, question_features
from bot.search.index import build
from bot.search.question import read
from bot.search.text import clean

if TYPE_CHECKING:
    from collections.abc import Sequence

    from labelled import LabelledSet
    from numpy.typing import NDArray

    from bot.evaluate import Case
    from bot.search import Transformer
    from bot.search.index import Index, Lookalikes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One question put to its collection."""

    case: Case
    numbers: NDArray[np.int64]  # [candidates] of the index's targets, in order
    targets: tuple[Entry | StockReply | Lookalikes, ...]  # [candidates]
    values: NDArray[np.float32]  # [candidates, COLUMNS]
    likeness: NDArray[np.float32]  # [candidates] of each one's nearest phrasing
    about: NDArray[np.float32]  # [QUESTION]

    @property
    def entries(self) -> NDArray[np.bool_]:
        """Which candidates are entries."""
        return np.array([isinstance(target, Entry) for target in self.targets])

    @property
    def right(self) -> NDArray[np.bool_]:
        """Which candidates are entries that answer the question."""
        return np.array([isinstance(target, Entry) and target.id in self.case.relevant for target in self.targets])


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """All questions of a labelled set, asked."""

    labelled: LabelledSet
    index: Index
    asked: tuple[Asked, ...]  # as the set's cases

    def only(self, numbers: Sequence[int]) -> Evidence:
        """Keep some of the questions, by number and in that order."""
        cases = tuple(self.labelled.cases[number] for number in numbers)
        asked = tuple(self.asked[number] for number in numbers)
        return replace(self, labelled=replace(self.labelled, cases=cases), asked=asked)


def gather(labelled: LabelledSet, transformer: Transformer | None = None) -> Evidence:
    """Index a set's collection with what is shipped, or with a transformer's vectors, and ask every question."""
    index = build(labelled.collection, background(), shipped_encoder(), transformer)
    return Evidence(labelled=labelled, index=index, asked=tuple(_ask(index, case) for case in labelled.cases))


def _ask(index: Index, case: Case) -> Asked:
    question = read(index, clean(case.query))
    found = candidates(index, question)
    count = len(found.targets)
    if question.words:
        table = features(index, question, found)
        values, likeness = table.values, table.likeness
    else:  # the engine would not search at all; here it stands for a question that nothing has a part in
        values, likeness = np.zeros((count, len(COLUMNS)), dtype=np.float32), np.zeros(count, dtype=np.float32)
    return Asked(
        case=case,
        numbers=found.targets,
        targets=tuple(index.targets[number] for number in found.targets),
        values=values,
        likeness=likeness,
        about=question_features(index, question),
    )
