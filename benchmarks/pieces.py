"""Cuts the texts that distil.py learns from into rows of its table: whole words, else their longest known pieces."""

from __future__ import annotations

import re
import unicodedata
from itertools import chain
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?|\d+|[^\w\s]")
_APOSTROPHES: Final = str.maketrans("\u2019\u2018\u02bc", "'''")
_LONGEST_WORD: Final = 64  # letters; as bot/search/encode.py cuts them


class Pieces:
    """A vocabulary to cut words by, as bot/search/encode.py does; here signs and contractions have rows as well."""

    def __init__(self, vocabulary: Sequence[str]) -> None:
        """Take whole words, pieces that begin with ##, and signs."""
        self._row = {piece: row for row, piece in enumerate(vocabulary)}
        self._cut_before: dict[str, tuple[int, ...]] = {}

    def text(self, text: str) -> list[int]:
        """Return the rows of all words of a text in order."""
        plain = text.translate(_APOSTROPHES)
        if not plain.isascii():
            plain = "".join(char for char in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(char))
        return list(chain.from_iterable(map(self._word, _TOKEN.findall(plain.lower()))))

    def _word(self, word: str) -> tuple[int, ...]:
        rows = self._cut_before.get(word)
        if rows is None:
            rows = self._cut_before[word] = self._cut(word[:_LONGEST_WORD])
        return rows

    def _cut(self, word: str) -> tuple[int, ...]:
        if word in self._row:
            return (self._row[word],)
        if "'" in word:
            return tuple(chain.from_iterable(self._cut(part) for part in word.split("'") if part))
        rows: list[int] = []
        start = 0
        while start < len(word):
            lead = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if lead + word[start:end] in self._row), None)
            if end is not None:
                rows.append(self._row[lead + word[start:end]])
            start = end or start + 1
        return tuple(rows)
