"""A question's words, each as one collection takes it, and remembered: people ask with the same words again."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from bot.search.lexicon import Lexicon
    from bot.search.postings import Postings

_WORD_CACHE: Final = 8_192  # words of questions; about half a kilobyte each
_WORST_WORD: Final = 4.0  # BM25 of the rarest word there could be, for words that the collection does not have


class Word(NamedTuple):
    """What a collection makes of a word that somebody typed."""

    meant: str  # corrected
    terms: tuple[tuple[int, float], ...]  # the collection's terms that it is, with strength 0..1
    information: float  # by the background list, 0..1
    weight: float  # the same, more for a word that is rare in the collection
    known: float  # how surely an entry has it, 0..1
    foreign: bool  # no entry has it
    unknown: bool  # neither in the collection nor in the dictionary
    name: bool  # names somebody or something, or is a number
    best: float  # its BM25 in a target that uses it as much as any does


class Words:
    """Reads the words of questions to one collection."""

    def __init__(self, lexicon: Lexicon, postings: Postings, rarity: NDArray[np.float32]) -> None:
        """Take the collection's words, who uses them, and how rare each term is among its targets, 0..1."""
        self._lexicon = lexicon
        self._postings = postings
        self._rarity = rarity
        self.read = lru_cache(_WORD_CACHE)(self._read)

    def knows(self, word: str) -> bool:
        """Whether the collection uses a word."""
        return self._lexicon.id(word) is not None

    def _read(self, word: str) -> Word:
        """Take a folded word as it was most likely meant."""
        lexicon, background = self._lexicon, self._lexicon.background
        term, found, unknown = lexicon.id(word), {}, False
        if term is not None:
            found[term] = 1.0
        else:
            meant = lexicon.meant(word)
            unknown = not meant and word not in background.english
            for known, strength in meant:
                number = lexicon.id(known)
                if number is not None:
                    found[number] = max(strength, found.get(number, 0.0))
            word = meant[0][0] if meant else word
        information = background.information(word)
        rarity = max((self._rarity.item(number) for number in found), default=1.0)
        used = [strength for number, strength in found.items() if self._postings.entries.item(number)]
        strongest = max((self._postings.strongest.item(number) for number in found), default=_WORST_WORD * information)
        return Word(
            meant=word,
            terms=tuple(found.items()),
            information=information,
            weight=information * (0.25 + 0.75 * rarity),
            known=max(used, default=0.0),
            foreign=not used,
            unknown=unknown,
            name=word.isdigit() or background.is_name(word),
            best=strongest,
        )
