"""Ordinary language as a backdrop: how much a word says, whether it is a known word, which language it is from."""

from __future__ import annotations

import gzip
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, NamedTuple

from bot.search.text import fold

if TYPE_CHECKING:
    from collections.abc import Mapping

_TELLING = 0.2  # information from which a word tells what a question is about
_UNKNOWN_ZIPF = 2.2  # below the list's rarest (3.0): a name, a term of art or a misspelling


class Background(NamedTuple):
    """Word frequencies in ordinary text, on the Zipf scale (log10 of occurrences per billion words)."""

    english: Mapping[str, float]
    names: frozenset[str]  # English words that are names of places, peoples, persons, months
    others: Mapping[str, Mapping[str, float]]  # the most frequent words of other languages, by BCP 47 tag

    def is_name(self, word: str) -> bool:
        """Whether a word is known to name a place, a people, a person or a month."""
        return word in self.names

    def information(self, word: str) -> float:
        """How much a word narrows down what is asked, 0 (like "the") to 1 (a rare word)."""
        return _information(self.english.get(word, _UNKNOWN_ZIPF))

    def tells(self, word: str) -> bool:
        """Whether a word is rare enough to tell what is asked about."""
        return self.information(word) >= _TELLING


@cache
def background() -> Background:
    """The list that is shipped with the package, read once."""
    packed = files("bot.search").joinpath("frequencies.txt.gz").read_bytes()
    tables: dict[str, dict[str, float]] = {}
    names: set[str] = set()
    for line in gzip.decompress(packed).decode().splitlines():
        language, word, tenths, mark = line.split("\t")
        tables.setdefault(language, {}).setdefault(fold(word), int(tenths) / 10)
        if mark:
            names.add(word)
    return Background(english=tables.pop("en"), names=frozenset(names), others=tables)


@cache
def _information(zipf: float) -> float:
    """How much a word of some frequency says; the list's frequencies are few, being tenths."""
    share = (7.4 - zipf) / (7.4 - 3.0)
    return float(min(1.0, max(0.02, share)) ** 1.5)
