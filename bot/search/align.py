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
    """A table of question words by terms; the last column stands for padding and meets nothing."""

    terms: Integers  # [columns] term ids, rising
    column: NDArray[np.intp]  # [terms of the collection + 1] the column of each term id
    soft: Floats  # [words, columns] 0..1, by spelling or by word vectors
    lexical: Floats  # [words, columns] 0..1, by spelling alone

    @classmethod
    def of(cls, index: Index, question: Question, *texts: NDArray[np.int32]) -> Self:
        """Align a question with all terms of some texts (arrays of term ids, padded with the lexicon's size)."""
        size = len(index.lexicon)
        used = np.zeros(size + 1, dtype=bool)
        for terms in texts:
            used[terms] = True
        used[size] = True
        ids = np.flatnonzero(used)
        column = np.zeros(size + 1, dtype=np.intp)
        column[ids] = np.arange(len(ids))
        cosine = (index.word_vectors[ids].astype(np.float32, copy=False) @ question.word_vectors.T).T
        soft = np.clip((cosine - _COSINE_NONE) / (_COSINE_SAME - _COSINE_NONE), 0.0, _SYNONYM)
        lexical = np.zeros_like(soft)
        for row, found in enumerate(question.terms):
            for term, strength in found:
                if used[term]:
                    lexical[row, column[term]] = strength
        np.maximum(soft, lexical, out=soft)
        soft[:, -1] = 0.0
        return cls(terms=ids, column=column, soft=soft, lexical=lexical)
