"""A collection's words: their ids, weights and vectors, and what a misspelt word most likely meant."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.search.text import stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.search.background import Background

_KNOWN_ZIPF: Final = 3.3  # a word at least this common is taken as meant, however near another word it is
_OWN_ZIPF: Final = 4.5  # how likely a word of the collection is meant, beside dictionary words
_SHORTEST_MISSPELT: Final = 4  # letters; below that a correction is a guess


def _edits(length: int) -> int:
    """How many edits a word of this length may be away from what was meant."""
    return 1 if length < 6 else 2 if length < 9 else 3  # noqa: PLR2004 -- one edit in five letters, as people misspell


class Speller:
    """Finds what a misspelt word meant among the known words, by optimal string alignment distance.

    Words are kept by first letter and length, so a look-up sees only those within reach: first letters are rarely
    wrong, and where the first two are swapped the second letter's shelf is searched as well.
    """

    def __init__(self, words: Mapping[str, float]) -> None:
        """Take the known words, each with its Zipf frequency or an equal measure of how likely it is meant."""
        self._likely = words
        self._shelves: dict[tuple[str, int], list[str]] = defaultdict(list)
        for word in words:
            if len(word) >= _SHORTEST_MISSPELT - 1:
                self._shelves[word[0], len(word)].append(word)

    def __contains__(self, word: object) -> bool:
        return word in self._likely

    def nearest(self, word: str) -> tuple[tuple[str, float], ...]:
        """Up to three known words that `word` may be a misspelling of, with strengths 0..1, likeliest first."""
        if len(word) < _SHORTEST_MISSPELT or not word.isalpha():
            return ()
        reach = _edits(len(word))
        found: list[tuple[float, str, float]] = []
        for first in dict.fromkeys(word[:2]):
            for length in range(len(word) - reach, len(word) + reach + 1):
                shelf = self._shelves.get((first, length))
                if not shelf:
                    continue
                for known, distance, _ in process.extract(
                    word, shelf, scorer=OSA.distance, score_cutoff=reach, limit=3
                ):
                    strength = 1.0 - 1.3 * distance / max(len(word), length)
                    if first != word[0]:
                        strength -= 0.05
                    found.append((strength + 0.02 * self._likely[known], known, strength))
        found.sort(key=lambda row: (-row[0], row[1]))
        return tuple((known, strength) for _, known, strength in found[:3] if strength > 0.5)  # noqa: PLR2004 -- half of it must stand


class Lexicon:
    """Words of a collection, by stem; immutable once built."""

    def __init__(self, counts: Mapping[str, int], background: Background) -> None:
        """Take every word that the collection's texts use, with how often; a stem's commonest word stands for it."""
        self.background = background
        self.ids: dict[str, int] = {}
        self.surfaces: list[str] = []  # by term id: the word that stands for the stem
        numbers = {surface: number for number, surface in enumerate(counts)}
        self.of_surface = np.zeros(len(counts), dtype=np.int32)  # the term id of each word, in the order given
        for surface in sorted(counts, key=lambda word: (-counts[word], word)):
            term = self.ids.setdefault(stem(surface), len(self.surfaces))
            if term == len(self.surfaces):
                self.surfaces.append(surface)
            self.of_surface[numbers[surface]] = term
        self.surface_of = np.array([numbers[surface] for surface in self.surfaces], dtype=np.int64)
        self._speller = Speller(dict.fromkeys(counts, _OWN_ZIPF))
        self._dictionary = _dictionary(background)

    def __len__(self) -> int:
        return len(self.surfaces)

    def id(self, word: str) -> int | None:
        """A word's id, None where the collection does not use it."""
        return self.ids.get(stem(word))

    def meant(self, word: str) -> tuple[tuple[str, float], ...]:
        """What an unknown word may be a misspelling of; empty for a word that is known or beyond guessing."""
        if self.id(word) is not None or self.background.english.get(word, 0.0) >= _KNOWN_ZIPF:
            return ()
        own = self._speller.nearest(word)
        if own and own[0][1] >= 0.8:  # noqa: PLR2004 -- a close word of the collection beats any dictionary word
            return own
        general = self._dictionary.nearest(word) if word not in self.background.english else ()
        ranked = sorted((*own, *((known, strength - 0.03) for known, strength in general)), key=lambda row: -row[1])
        return tuple(ranked[:3])


_dictionaries: dict[int, Speller] = {}


def _dictionary(background: Background) -> Speller:
    """The speller over ordinary English, made once for each background."""
    key = id(background.english)
    if key not in _dictionaries:
        _dictionaries[key] = Speller({word: zipf for word, zipf in background.english.items() if zipf >= _KNOWN_ZIPF})
    return _dictionaries[key]
