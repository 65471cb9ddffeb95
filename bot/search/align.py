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
    place: NDArray[np.int32]  # [terms of the collection + 1] the row of each term id; the last of those not compared
    places: NDArray[np.int32]  # [width, texts] the same for each of the texts' terms, one text below another
    soft: Floats  # [rows, words] 0..1, by spelling or by word vectors
    lexical: Floats  # [rows, words] 0..1, by spelling alone

    @classmethod
    def of(cls, index: Index, question: Question, texts: NDArray[np.int32]) -> Self:
        """Align a question with all terms of some texts ([texts, width] term ids, padded with the lexicon's size)."""
        size = len(index.lexicon)
        used = np.zeros(size + 1, dtype=bool)
        used[texts] = True
        used[size] = True
        ids = used.nonzero()[0]
        place = np.full(size + 1, len(ids) - 1, dtype=np.int32)
        place[ids] = np.arange(len(ids))
        asked = np.ascontiguousarray(question.word_vectors.T)  # so few columns are multiplied faster than rows turned
        soft = index.word_vectors.take(ids, axis=0).astype(np.float32, copy=False) @ asked
        soft -= _COSINE_NONE
        soft /= _COSINE_SAME - _COSINE_NONE
        np.minimum(soft, _SYNONYM, out=soft)
        lexical = np.zeros(soft.shape, dtype=np.float32)
        for word, found in enumerate(question.terms):
            for term, strength in found:
                if used[term]:
                    lexical[place[term], word] = strength
        np.maximum(soft, lexical, out=soft)  # which is 0 at least
        soft[-1] = 0.0
        return cls(terms=ids, place=place, places=place.take(texts.T), soft=soft, lexical=lexical)

    def covered(self, met: Floats) -> Floats:
        """How well each word is met by each text: [texts, words]; `met` is `soft` or `lexical`."""
        covered: Floats = np.maximum.reduce(met.take(self.places, axis=0), axis=0)  # over whole planes
        return covered
