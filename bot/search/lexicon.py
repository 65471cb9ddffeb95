"""A collection's words: their ids, weights and vectors, and what a misspelt word most likely meant."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Final, NamedTuple, Self

import numpy as np
from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.search.strings import Strings
from bot.search.text import stem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from bot.search.background import Background

_KNOWN_ZIPF: Final = 3.3  # a word at least this common is taken as meant, however near another word it is
_OWN_ZIPF: Final = 4.5  # how likely a word of the collection is meant, beside dictionary words
_SHORTEST_MISSPELT: Final = 4  # letters; below that a correction is a guess
_NEAREST_CACHE: Final = 4_096  # words that a collection does not have; a few hundred bytes each


def _edits(length: int) -> int:
    """How many edits a word of this length may be away from what was meant."""
    return 1 if length < 6 else 2 if length < 9 else 3  # noqa: PLR2004 -- one edit in five letters, as people misspell


class Speller:
    """Finds what a misspelt word meant among the known words, by optimal string alignment distance.

    Words are kept by first letter and in order of length, so a look-up sees only those within reach: first letters are
    rarely wrong, and where the first two are swapped the second letter's shelf is searched as well. Most of those are
    ruled out by their letters alone.
    """

    def __init__(self, words: Mapping[str, float]) -> None:
        """Take the known words, each with its Zipf frequency or an equal measure of how likely it is meant."""
        self._likely = words
        by_letter: dict[str, list[str]] = defaultdict(list)
        for word in words:
            if len(word) >= _SHORTEST_MISSPELT - 1:
                by_letter[word[0]].append(word)
        self._shelves = {letter: _Shelf.of(shelf) for letter, shelf in by_letter.items()}

    def __contains__(self, word: object) -> bool:
        return word in self._likely

    def nearest(self, word: str) -> tuple[tuple[str, float], ...]:
        """Up to three known words that `word` may be a misspelling of, with strengths 0..1, likeliest first."""
        if len(word) < _SHORTEST_MISSPELT or not word.isalpha():
            return ()
        reach = _edits(len(word))
        found: list[tuple[float, str, float]] = []
        for first in dict.fromkeys(word[:2]):
            shelf = self._shelves.get(first)
            near = shelf.promising(word, reach) if shelf else ()
            for known, distance, _ in process.extract(word, near, scorer=OSA.distance, score_cutoff=reach, limit=None):
                strength = 1.0 - 1.3 * distance / max(len(word), len(known))
                if first != word[0]:
                    strength -= 0.05
                found.append((strength + 0.02 * self._likely[known], known, strength))
        found.sort(key=lambda row: (-row[0], row[1]))
        return tuple((known, strength) for _, known, strength in found[:3] if strength > 0.5)  # noqa: PLR2004 -- half of it must stand


class _Shelf(NamedTuple):
    """Known words of one first letter, by length."""

    words: list[str]
    start: list[int]  # where the words of each length begin, up to the longest
    letters: NDArray[np.uint32]  # which letters each word has: a bit for each, some bits for several

    @classmethod
    def of(cls, words: list[str]) -> Self:
        words = sorted(words, key=len)
        lengths = [len(word) for word in words]
        start = [bisect_left(lengths, length) for length in range(lengths[-1] + 2)]
        return cls(words, start, np.array([*map(_letters, words)], dtype=np.uint32))

    def promising(self, word: str, reach: int) -> list[str]:
        """The words of about a word's length that neither have nor lack too many letters beside it."""
        last = len(self.start) - 1
        begin, end = self.start[min(last, len(word) - reach)], self.start[min(last, len(word) + reach + 1)]
        letters, own = self.letters[begin:end], np.uint32(_letters(word))
        # An edit brings at most one letter that was not there, and takes at most one away.
        differing = np.maximum(np.bitwise_count(letters & ~own), np.bitwise_count(own & ~letters))
        return [self.words[begin + place] for place in (differing <= reach).nonzero()[0].tolist()]


def _letters(word: str) -> int:
    """The letters of a word as 32 bits."""
    bits = 0
    for char in word:
        bits |= 1 << (ord(char) & 31)
    return bits


class Lexicon:
    """Words of a collection, by stem; immutable."""

    PARTS: Final = ("words", "stems", "of_word", "word_of")

    def __init__(
        self,
        background: Background,
        words: Strings,
        stems: Strings,
        of_word: NDArray[np.int32],
        word_of: NDArray[np.int64],
    ) -> None:
        """Take what `of` makes: words, stems by term id, each word's term id, and the word that stands for a term."""
        self.background = background
        self.of_word = of_word
        self.word_of = word_of
        self._words, self._stems = words, stems
        written = words[:]
        self.surfaces = [written[number] for number in word_of.tolist()]  # by term id
        self.ids = {one: number for number, one in enumerate(stems[:])}
        self._nearest = lru_cache(_NEAREST_CACHE)(Speller(dict.fromkeys(written, _OWN_ZIPF)).nearest)
        self._nearest_english = lru_cache(_NEAREST_CACHE)(_dictionary(background).nearest)

    @classmethod
    def of(cls, counts: Mapping[str, int], background: Background) -> Self:
        """Take every word that the collection's texts use, with how often; a stem's commonest word stands for it."""
        ids: dict[str, int] = {}
        word_of: list[int] = []
        numbers = {word: number for number, word in enumerate(counts)}
        of_word = np.zeros(len(counts), dtype=np.int32)
        for word in sorted(counts, key=lambda word: (-counts[word], word)):
            term = ids.setdefault(stem(word), len(word_of))
            if term == len(word_of):
                word_of.append(numbers[word])
            of_word[numbers[word]] = term
        return cls(background, Strings.of(counts), Strings.of(ids), of_word, np.array(word_of, dtype=np.int64))

    def parts(self) -> dict[str, NDArray[Any] | Strings]:
        """What it is made of, in the order of PARTS."""
        return dict(zip(self.PARTS, (self._words, self._stems, self.of_word, self.word_of), strict=True))

    def __len__(self) -> int:
        return len(self.surfaces)

    def id(self, word: str) -> int | None:
        """A word's id, None where the collection does not use it."""
        return self.ids.get(stem(word))

    def meant(self, word: str) -> tuple[tuple[str, float], ...]:
        """What an unknown word may be a misspelling of; empty for a word that is known or beyond guessing."""
        if self.id(word) is not None or self.background.english.get(word, 0.0) >= _KNOWN_ZIPF:
            return ()
        own = self._nearest(word)
        if own and own[0][1] >= 0.8:  # noqa: PLR2004 -- a close word of the collection beats any dictionary word
            return own
        general = self._nearest_english(word) if word not in self.background.english else ()
        likely = dict(own)
        for known, strength in general:
            likely.setdefault(known, strength - 0.03)  # the collection's own words come first
        return tuple(sorted(likely.items(), key=lambda row: -row[1])[:3])


_dictionaries: dict[int, Speller] = {}


def _dictionary(background: Background) -> Speller:
    """The speller over ordinary English, made once for each background."""
    key = id(background.english)
    if key not in _dictionaries:
        _dictionaries[key] = Speller({word: zipf for word, zipf in background.english.items() if zipf >= _KNOWN_ZIPF})
    return _dictionaries[key]
