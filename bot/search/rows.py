"""The phrasings, or the sentences, of a question's candidates: all by their cosines, the most promising in detail."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.question import Question
    from bot.search.texts import Texts

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

ROWS: Final = 48  # of all candidates together that are compared word by word
_OPENING: Final = 16  # terms of a row that tell whether it is promising
_MANY: Final = 8  # rows a target: so many are compared where they stand rather than copied together first
_EACH: Final = np.ones(_OPENING, dtype=np.float32)


def best(scores: Floats, limit: int) -> Integers:
    """The places of the highest scores, in no order; all where there are no more than the limit."""
    return (-scores).argpartition(limit)[:limit] if len(scores) > limit else np.arange(len(scores))


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Rows of some texts, grouped by target; targets are those of the candidates, in order."""

    counts: Integers  # [targets] rows of each in all
    all_cosines: Floats  # [all rows of the targets]
    numbers: Integers  # row numbers of the promising ones
    owner: Integers  # [promising] place of each one's target among the candidates
    terms: NDArray[np.int32]  # [promising, width] padded with the lexicon's size
    cosines: Floats  # [promising]

    @classmethod
    def of(cls, texts: Texts, known: Floats | None, question: Question, targets: Integers, asked: Floats) -> Self:
        """Gather the targets' rows.

        `known` has the cosines of all rows of the texts, if they are known; `asked` each term's weight in the question.
        """
        first = texts.start[targets]
        counts = texts.start[targets + 1] - first
        ends = counts.cumsum()
        owner = np.arange(len(targets)).repeat(counts)
        numbers = (first - ends + counts).repeat(counts) + np.arange(len(owner))
        if known is not None:
            cosines = known[numbers]
        elif len(numbers) > _MANY * len(targets):
            spans = zip(first.tolist(), (first + counts).tolist(), strict=True)
            cosines = np.concatenate([texts.cosines(slice(*span), question.vector) for span in spans])
        else:
            cosines = texts.cosines(numbers, question.vector)
        terms, chosen = texts.terms.take(numbers, axis=0), cosines
        if len(numbers) > ROWS:
            shared = asked.take(terms[:, :_OPENING]) @ _EACH
            promising = best(cosines + shared, ROWS)
            promising.sort()
            numbers, owner, terms = numbers[promising], owner[promising], terms[promising]
            chosen = cosines[promising]
        return cls(counts=counts, all_cosines=cosines, numbers=numbers, owner=owner, terms=terms, cosines=chosen)

    def pool(self, values: Floats) -> Floats:
        """The best of each target's promising rows ([promising, ...]), 0 where it has none."""
        return _reduce(np.maximum, values, np.bincount(self.owner, minlength=len(self.counts)))

    def best(self) -> Floats:
        """Each target's best cosine, 0 where it has no row."""
        return _reduce(np.maximum, self.all_cosines, self.counts)

    def total(self) -> Floats:
        """The sum of each target's cosines."""
        return _reduce(np.add, self.all_cosines, self.counts)

    def argbest(self, values: Floats) -> Integers:
        """The row number of each target's best promising row, -1 where it has none."""
        found = [-1] * len(self.counts)
        top = [float("-inf")] * len(self.counts)
        for number, owner, value in zip(self.numbers.tolist(), self.owner.tolist(), values.tolist(), strict=True):
            if value >= top[owner]:
                found[owner], top[owner] = number, value
        return np.array(found, dtype=np.int64)


def _reduce(ufunc: np.ufunc, values: Floats, counts: Integers) -> Floats:
    """Values group by group, each group made one; 0 for a group of none."""
    held = counts.nonzero()[0]
    start = (counts.cumsum() - counts)[held]
    if len(held) == len(counts):
        return ufunc.reduceat(values, start, axis=0)
    reduced = np.zeros((len(counts), *values.shape[1:]), dtype=np.float32)
    if len(held):
        reduced[held] = ufunc.reduceat(values, start, axis=0)
    return reduced
