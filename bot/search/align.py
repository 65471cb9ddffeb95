"""Word alignment: how well each word of a question is met by the terms of some texts, in meaning and to the letter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Self

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from bot.search.index import Index
    from bot.search.question import Question

    Floats = NDArray[np.float32]
    Integers = NDArray[np.int64]

# A word vector's cosine below the first is chance and above the second as good as a synonym (on English word pairs).
_COSINE_NONE: Final = 0.2
_COSINE_SAME: Final = 0.8
_SYNONYM: Final = 0.85


@dataclass(frozen=True, slots=True, kw_only=True)
class Alignment:
    """A table of terms by question words; the last row stands for padding and meets nothing."""

    terms: Integers  # [rows] term ids, rising
    place: NDArray[np.int32]  # [terms of the collection + 1] the row of each term id
    soft: Floats  # [rows, words] 0..1, by spelling or by word vectors
    lexical: Floats  # [rows, words] 0..1, by spelling alone

    @classmethod
    def of(cls, index: Index, question: Question, *texts: NDArray[np.int32]) -> Self:
        """Align a question with all terms of some texts (arrays of term ids, padded with the lexicon's size)."""
        size = len(index.lexicon)
        used = np.zeros(size + 1, dtype=bool)
        for terms in texts:
            used[terms] = True
        used[size] = True
        ids = np.flatnonzero(used)
        place = np.zeros(size + 1, dtype=np.int32)
        place[ids] = np.arange(len(ids))
        soft = index.word_vectors.take(ids, axis=0).astype(np.float32, copy=False) @ question.word_vectors.T
        soft -= _COSINE_NONE
        soft /= _COSINE_SAME - _COSINE_NONE
        soft.clip(0.0, _SYNONYM, out=soft)
        lexical = np.zeros_like(soft)
        for word, found in enumerate(question.terms):
            for term, strength in found:
                if used[term]:
                    lexical[place[term], word] = strength
        np.maximum(soft, lexical, out=soft)
        soft[-1] = 0.0
        return cls(terms=ids, place=place, soft=soft, lexical=lexical)

    def covered(self, met: Floats, terms: NDArray[np.int32]) -> Floats:
        """How well each word is met by each text: [texts, words]; `met` is `soft` or `lexical`."""
        # The texts' terms stand one below the other, so that the maximum runs over whole planes.
        covered: Floats = np.maximum.reduce(met.take(self.place.take(terms.T), axis=0), axis=0)
        return covered
