"""The inverted index: which targets use a term, and how much it says there, by BM25."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from bot.search.texts import Uses

# Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009); a phrasing's length says
# little, hence the low b.
_K1: Final = 1.2
_B: Final = 0.5
_BODY_SHARE: Final = 0.35  # a body's word says less about what its entry answers than a phrasing's


@dataclass(frozen=True, slots=True, kw_only=True)
class Postings:
    """The targets that use each term, term by term."""

    start: NDArray[np.int64]  # [terms + 1] where each term's targets begin
    target: NDArray[np.int32]
    weight: NDArray[np.float32]  # BM25 of the term in the target
    strongest: NDArray[np.float32]  # [terms] the largest of a term's weights
    targets: NDArray[np.int64]  # [terms] how many targets use a term
    entries: NDArray[np.int64]  # [terms] how many of them are entries

    @classmethod
    def of(cls, phrasings: Uses, bodies: Uses, targets: int, entries: int, terms: int) -> Self:
        """Count the terms of every target's phrasings and body; the first `entries` targets are entries."""
        keys = np.concatenate([uses.term.astype(np.int64) * targets + uses.owner for uses in (phrasings, bodies)])
        pairs, place = np.unique(keys, return_inverse=True)
        count = np.bincount(place, weights=np.repeat([1.0, _BODY_SHARE], [len(phrasings.term), len(bodies.term)]))
        term, target = pairs // max(1, targets), pairs % max(1, targets)
        length = np.bincount(target, weights=count, minlength=targets)
        norm = 1 - _B + _B * length[target] / max(1e-9, float(length.mean()) if targets else 1.0)
        users = np.bincount(term, minlength=terms)
        idf = np.log(1 + (targets - users + 0.5) / (users + 0.5))
        weight = (idf[term] * count * (_K1 + 1) / (count + _K1 * norm)).astype(np.float32)
        start = np.searchsorted(term, np.arange(terms + 1))
        strongest = np.maximum.reduceat(np.append(weight, np.float32(0)), start[:-1]) if terms else weight
        return cls(
            start=start,
            target=target.astype(np.int32),
            weight=weight,
            strongest=strongest,
            targets=users,
            entries=np.bincount(term[target < entries], minlength=terms),
        )

    def scores(self, asked: Iterable[tuple[int, float]], targets: int) -> NDArray[np.float32]:
        """The BM25 score of every target for some terms, each with its strength in the question."""
        used = [(slice(self.start.item(term), self.start.item(term + 1)), strength) for term, strength in asked]
        if not used:
            return np.zeros(targets, dtype=np.float32)
        users = np.concatenate([self.target[span] for span, _ in used])
        weights = np.concatenate([self.weight[span] * np.float32(strength) for span, strength in used])
        return np.bincount(users, weights=weights, minlength=targets).astype(np.float32)
