"""A question as one collection reads it: corrected words, what they say, and which of its terms they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np

from bot.search.courtesy import matter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from bot.search.encode import Encoder
    from bot.search.index import Index
    from bot.search.word import Word, Words

_MOST_WORDS: Final = 64  # words looked at; a question that needs more has said its matter by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question's words, each with what the collection makes of it."""

    words: tuple[str, ...]  # canonical and corrected, each once
    terms: tuple[tuple[tuple[int, float], ...], ...]  # for each word: the collection's terms it is, with strength 0..1
    information: NDArray[np.float32]  # [words] by the background list, 0..1
    weights: NDArray[np.float32]  # [words] share of the question's information, rarity in the collection included
    known: NDArray[np.float32]  # [words] how surely an entry of the collection has it, 0..1
    foreign: NDArray[np.bool_]  # [words] no entry of the collection has it
    unknown: NDArray[np.bool_]  # [words] neither in the collection nor in the dictionary
    names: NDArray[np.bool_]  # [words] names somebody or something, or a number
    best_bm25: float  # of a target that used every word as much as any target does
    vector: NDArray[np.float32]  # [dimensions] unit length, or zeros
    word_vectors: NDArray[np.float32]  # [words, dimensions] unit length, or zeros

    @property
    def plain(self) -> str:
        """The words in one line, for rapidfuzz."""
        return " ".join(self.words)

    @property
    def ordered(self) -> str:
        """The words in alphabetical order, for rapidfuzz."""
        return " ".join(sorted(self.words))


def heard(index: Index, text: str) -> list[str]:
    """The folded words of a cleaned text that say what it asks; with a transformer, its spelling counts as well."""
    return matter(index.synonyms.canonical(text), tells=index.background.tells)


def read(index: Index, text: str) -> Question:
    """Cut a cleaned text into words; what was split or misspelt is joined or corrected to what the collection knows."""
    said = _recognised(index.words, heard(index, text)[:_MOST_WORDS])
    # Said twice is not asked twice; only in the vector a word may stand out by it, as it does in phrasings.
    once: dict[str, Word] = {}
    for word in said:
        once.setdefault(word.meant, word)
    words = once.values()
    weights = np.array([word.weight for word in words], dtype=np.float32)
    vector, word_vectors = _vectors(index.encoder, [word.meant for word in said], [*once])
    if index.transformer is not None:
        vector = index.transformer.question(text)
    return Question(
        words=tuple(once),
        terms=tuple([word.terms for word in words]),
        information=np.array([word.information for word in words], dtype=np.float32),
        weights=weights / max(weights.sum(), np.float32(1e-6)),
        known=np.array([word.known for word in words], dtype=np.float32),
        foreign=np.array([word.foreign for word in words], dtype=bool),
        unknown=np.array([word.unknown for word in words], dtype=bool),
        names=np.array([word.name for word in words], dtype=bool),
        best_bm25=1e-6 + sum([word.best for word in words]),
        vector=vector,
        word_vectors=word_vectors,
    )


def _vectors(
    encoder: Encoder | None, said: Sequence[str], words: Sequence[str]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The vector of all that was said together, and of each word alone; all of unit length or zeros."""
    if encoder is None or not words:
        return np.zeros(encoder.dimensions if encoder else 1, dtype=np.float32), np.zeros((len(words), 1), np.float32)
    total: NDArray[np.float32] = np.add.reduce([encoder.asked(word)[0] for word in said])
    return encoder.unit(total), np.array([encoder.asked(word)[1] for word in words])


def _recognised(known: Words, raw: Sequence[str]) -> list[Word]:
    """Each word as it was meant; two that are one word of the collection are joined ("cease fire")."""
    words: list[Word] = []
    position = 0
    while position < len(raw):
        word = raw[position]
        if position + 1 < len(raw) and not known.knows(word) and known.knows(word + raw[position + 1]):
            position += 1
            word += raw[position]
        words.append(known.read(word))
        position += 1
    return words
