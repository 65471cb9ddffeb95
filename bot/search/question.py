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

_MOST_WORDS: Final = 64  # words looked at; a question that needs more has said its matter by then


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """A question's words, each with what the collection makes of it."""

    words: tuple[str, ...]  # canonical and corrected, each once
    terms: tuple[tuple[tuple[int, float], ...], ...]  # for each word: the collection's terms it is, with strength 0..1
    information: NDArray[np.float32]  # [words] by the background list, 0..1
    weights: NDArray[np.float32]  # [words] share of the question's information, rarity in the collection included
    foreign: NDArray[np.bool_]  # [words] no entry of the collection has it
    unknown: NDArray[np.bool_]  # [words] neither in the collection nor in the dictionary
    names: NDArray[np.bool_]  # [words] names somebody or something, or a number
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


def read(index: Index, text: str) -> Question:
    """Cut a cleaned text into words; what was split or misspelt is joined or corrected to what the collection knows."""
    background, rarity, entries = index.background, index.rarity, index.postings.entries
    asked = matter(index.synonyms.canonical(text), tells=background.tells)[:_MOST_WORDS]
    said, said_terms, said_unknown = _recognised(index, asked)
    # Said twice is not asked twice; only in the vector a word may stand out by it, as it does in phrasings.
    once = [number for number, word in enumerate(said) if word not in said[:number]]
    words, terms = [said[number] for number in once], [said_terms[number] for number in once]
    information = np.array([background.information(word) for word in words], dtype=np.float32)
    rare = np.array([max((rarity.item(term) for term, _ in ids), default=1.0) for ids in terms], dtype=np.float32)
    weights: NDArray[np.float32] = information * (np.float32(0.25) + np.float32(0.75) * rare)
    vector, word_vectors = _vectors(index.encoder, said, words)
    if index.transformer is not None:
        vector = index.transformer.question(text)
    return Question(
        words=tuple(words),
        terms=tuple(terms),
        information=information,
        weights=weights / max(weights.sum(), np.float32(1e-6)),
        foreign=np.array([not any(entries.item(term) for term, _ in ids) for ids in terms], dtype=bool),
        unknown=np.array([said_unknown[number] for number in once], dtype=bool),
        names=np.array([word.isdigit() or background.is_name(word) for word in words], dtype=bool),
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


def _recognised(index: Index, raw: list[str]) -> tuple[list[str], list[tuple[tuple[int, float], ...]], list[bool]]:
    """Each word as it was meant, the terms it is, and whether nobody knows it."""
    lexicon, english = index.lexicon, index.background.english
    words: list[str] = []
    terms: list[tuple[tuple[int, float], ...]] = []
    unknown: list[bool] = []
    position = 0
    while position < len(raw):
        word = raw[position]
        term = lexicon.id(word)
        if term is None and position + 1 < len(raw):
            joined = word + raw[position + 1]
            term = lexicon.id(joined)
            if term is not None:  # "cease fire" for "ceasefire"
                word, position = joined, position + 1
        position += 1
        if term is not None:
            words.append(word)
            terms.append(((term, 1.0),))
            unknown.append(False)
            continue
        meant = lexicon.meant(word)
        found: dict[int, float] = {}
        for known, strength in meant:
            number = lexicon.id(known)
            if number is not None:
                found[number] = max(strength, found.get(number, 0.0))
        words.append(meant[0][0] if meant else word)
        terms.append(tuple(found.items()))
        unknown.append(not meant and word not in english)
    return words, terms, unknown
