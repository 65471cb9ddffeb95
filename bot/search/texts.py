"""Short texts of entries, row by row: as term ids for word by word comparison, as vectors for meaning."""

from __future__ import annotations

from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, NamedTuple, Self

import numpy as np

from bot.search.strings import Strings

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from bot.search.encode import Encoder
    from bot.search.lexicon import Lexicon

    Floats = NDArray[np.float32]

_WIDTH: Final = 24  # terms kept of one phrasing or sentence; longer ones are rare and say it early
_BLOCK: Final = 1_024  # rows that are scaled at once
SCANNED: Final = 16_384  # rows up to which every row is compared; with more, vectors are kept at half precision
_OUTLINED: Final = 2_048  # with more rows than that, outlines are compared first: memory is what limits the speed
_MANY_TARGETS: Final = 256  # with more than that, few rows are looked at closely: outlines are compared first as well


@dataclass(frozen=True, slots=True, kw_only=True)
class Texts:
    """Phrasings, or body sentences, of all targets; the rows of a target stand together, targets in order."""

    written: Strings  # [n] as a reader sees them
    plain: Strings  # [n] folded words, each once, for rapidfuzz; empty for body sentences
    ordered: Strings  # [n] the same in alphabetical order
    owner: NDArray[np.int32]  # [n] number of the target
    start: NDArray[np.int64]  # [targets + 1] where each target's rows begin
    terms: NDArray[np.int32]  # [n, width] distinct term ids in order, padded with the lexicon's size
    vectors: Floats | NDArray[np.float16]  # [n, dimensions] unit length, or zeros
    outlines: Floats  # [n, fewer dimensions] the same in short; none where there is little, or too much, to look at

    def __len__(self) -> int:
        return len(self.owner)

    def cosines(self, rows: NDArray[np.int64] | slice, vector: Floats) -> Floats:
        """The cosines of some rows with a unit vector."""
        return self.vectors[rows].astype(np.float32, copy=False) @ vector


class Uses(NamedTuple):
    """Which text has which term, each pair once: three arrays of one length."""

    row: NDArray[np.int64]
    owner: NDArray[np.int32]  # the row's target
    term: NDArray[np.int32]


class Surfaces:
    """The distinct words of a collection while it is read, and how often each stands."""

    def __init__(self) -> None:
        self._ids: dict[str, int] = {}
        self._counts = array("q")

    def id(self, word: str) -> int:
        """The number of a word, counted once more."""
        number = self._ids.setdefault(word, len(self._ids))
        if number == len(self._counts):
            self._counts.append(0)
        self._counts[number] += 1
        return number

    def counts(self) -> dict[str, int]:
        """Every word with its count, in the order of their numbers."""
        return dict(zip(self._ids, self._counts, strict=True))


class Gatherer:
    """Collects texts and cuts them into words; `texts` makes the finished rows."""

    def __init__(self, cut: Callable[[str], list[str]], surfaces: Surfaces, *, keep_plain: bool) -> None:
        self._cut = cut
        self._surfaces = surfaces
        self._keep_plain = keep_plain
        self._written: list[str] = []
        self._plain: list[str] = []
        self._ordered: list[str] = []
        self._owner = array("i")
        self._words = array("i")
        self._ends = array("q", [0])

    def __len__(self) -> int:
        return len(self._owner)

    def add(self, owner: int, text: str) -> None:
        """Take a text of a target; targets come in order."""
        words = self._cut(text)
        self._written.append(text)
        if self._keep_plain:
            distinct = dict.fromkeys(words)
            self._plain.append(" ".join(distinct))
            self._ordered.append(" ".join(sorted(distinct)))
        self._owner.append(owner)
        self._words.extend(map(self._surfaces.id, words))
        self._ends.append(len(self._words))

    @property
    def written(self) -> tuple[str, ...]:
        """The texts as a reader sees them."""
        return tuple(self._written)

    def summed(self, encoder: Encoder | None, table: Floats) -> Floats | NDArray[np.float16]:
        """A vector for each text: the sum of its words'. `table` has that of each surface, not scaled, by number."""
        words, ends = np.array(self._words, dtype=np.int64), np.array(self._ends, dtype=np.int64)
        return _vectors(words, ends, encoder, table)

    def uses(self, lexicon: Lexicon) -> Uses:
        """Each text's distinct terms, text by text, in the order in which it has them."""
        terms = lexicon.of_word[np.array(self._words, dtype=np.int64)]
        ends = np.array(self._ends, dtype=np.int64)
        rows = np.arange(len(self)).repeat(ends[1:] - ends[:-1])
        _, first = np.unique(rows * (len(lexicon) + 1) + terms, return_index=True)
        first.sort()
        rows = rows[first]
        return Uses(row=rows, owner=np.array(self._owner, dtype=np.int32)[rows], term=terms[first])

    def texts(
        self, targets: int, uses: Uses, vectors: Floats | NDArray[np.float16], pad: int, encoder: Encoder | None
    ) -> Texts:
        """The rows, with a vector each; `pad` fills up the terms, and `encoder` is what can outline the vectors."""
        owner = np.array(self._owner, dtype=np.int32)
        outlines = np.zeros((0, 1), dtype=np.float32)
        if encoder is not None and (targets > _MANY_TARGETS or len(self) > _OUTLINED) and len(self) <= SCANNED:
            outlines = encoder.outline(vectors.astype(np.float32, copy=False))
        return Texts(
            written=Strings.of(self._written),
            plain=Strings.of(self._plain),
            ordered=Strings.of(self._ordered),
            owner=owner,
            start=np.searchsorted(owner, np.arange(targets + 1)),
            terms=_terms(uses, len(self), pad),
            vectors=vectors,
            outlines=outlines,
        )

    @classmethod
    def pair(cls, cut: Callable[[str], list[str]], surfaces: Surfaces) -> tuple[Self, Self]:
        """One for phrasings and one for body sentences."""
        return cls(cut, surfaces, keep_plain=True), cls(cut, surfaces, keep_plain=False)


def stored(vectors: Floats) -> Floats | NDArray[np.float16]:
    """Vectors at half precision where there are many: their third decimal decides nothing."""
    return vectors.astype(np.float16) if len(vectors) > SCANNED else vectors


def _terms(uses: Uses, count: int, pad: int) -> NDArray[np.int32]:
    """Each row's terms, as far as there is room."""
    place = np.arange(len(uses.row)) - np.searchsorted(uses.row, uses.row)
    grid = np.full((count, _WIDTH), pad, dtype=np.int32)
    kept = place < _WIDTH
    grid[uses.row[kept], place[kept]] = uses.term[kept]
    return grid


def _vectors(
    words: NDArray[np.int64], ends: NDArray[np.int64], encoder: Encoder | None, table: Floats
) -> Floats | NDArray[np.float16]:
    """Each row's vector: the sum of its words', at unit length."""
    count = len(ends) - 1
    if encoder is None:
        return np.zeros((count, 1), dtype=np.float32)
    vectors = np.zeros((count, encoder.dimensions), dtype=np.float16 if count > SCANNED else np.float32)
    for first in range(0, count, _BLOCK):
        sums = np.zeros((min(_BLOCK, count - first), encoder.dimensions), dtype=np.float32)
        for row, total in enumerate(sums, first):
            if ends[row] < ends[row + 1]:
                np.add.reduce(table[words[ends[row] : ends[row + 1]]], axis=0, out=total)
        vectors[first : first + _BLOCK] = encoder.unit(sums)
    return vectors
