"""Static word vectors: what words mean, without a neural network at run time.

Two tables are read side by side, since each knows what the other does not. One is shipped here (`static.npz`, made by
benchmarks/distil.py): English words and word pieces, distilled from the sentence transformer all-MiniLM-L6-v2. The
other comes with the wordllama package: token vectors derived from Llama 2's, which also know other languages; it is
read from the installed package's files, so nothing is downloaded and wordllama itself is not imported. In both a
sentence's vector is the sum of its words' vectors.
"""

from __future__ import annotations

import logging
from functools import cache, lru_cache
from importlib.resources import as_file, files
from importlib.util import find_spec
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from bot.errors import EncoderError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float32]

logger = logging.getLogger(__name__)

_WORD_CACHE: Final = 2_048  # words of questions; about 3 KB each
_LEADING: Final = 128  # dimensions of each space that suffice for single words, and for very many texts
_NOTHING: Final = np.float32(1e-6)  # a vector shorter than this is none
_OUTLINE: Final = 64  # dimensions of each space that find, among 20, what is nearest in all dimensions: 98 times in 100
_LONGEST_WORD: Final = 64  # longer runs of letters are noise, and cutting one into pieces is quadratic


class Space(Protocol):
    """A table of word vectors."""

    dimensions: int

    def word(self, word: str) -> Floats:
        """A folded word's vector, its length a measure of how much it says; zeros for a word it does not know."""


class DistilledSpace:
    """The shipped table: whole English words, else their longest known pieces."""

    def __init__(self, path: Path) -> None:
        """Read the table. Raises EncoderError if the file is missing or damaged."""
        try:
            with path.open("rb") as file, np.load(file) as stored:  # given a path, numpy leaves a damaged file open
                self._table: NDArray[np.int8] = stored["table"]
                self._scale: Floats = stored["scale"].astype(np.float32)
                pieces = stored["vocabulary"].tobytes().decode().split("\n")
        except Exception as error:  # a damaged archive raises zipfile's, zlib's or numpy's errors
            raise EncoderError(
                f"The word vectors in {path.name} cannot be read ({error}); reinstall backchannel."
            ) from error
        self._rows = {piece: row for row, piece in enumerate(pieces)}
        self.dimensions = int(self._table.shape[1])

    def word(self, word: str) -> Floats:
        """The sum of the word's pieces."""
        rows = self._cut(word[:_LONGEST_WORD])
        vector: Floats = self._scale[rows] @ self._table[rows].astype(np.float32)
        return vector

    def _cut(self, word: str) -> list[int]:
        whole = self._rows.get(word)
        if whole is not None:
            return [whole]
        rows: list[int] = []
        start = 0
        while start < len(word):
            lead = "##" if start else ""
            end = next((end for end in range(len(word), start, -1) if lead + word[start:end] in self._rows), None)
            if end is not None:
                rows.append(self._rows[lead + word[start:end]])
            start = end or start + 1
        return rows


class WordllamaSpace:
    """The table in the wordllama package (MIT; its vectors derive from Llama 2's)."""

    def __init__(self, folder: Path) -> None:
        """Read the vectors below the package's folder. Raises EncoderError if a file is missing or damaged."""
        try:
            from safetensors.numpy import load_file  # noqa: PLC0415 -- only where vectors are wanted
            from tokenizers import Tokenizer  # noqa: PLC0415

            self._tokenizer = Tokenizer.from_file(str(folder / "tokenizers" / "l2_supercat_tokenizer_config.json"))
            (table,) = load_file(folder / "weights" / "l2_supercat_256.safetensors").values()
        except Exception as error:  # both libraries raise bare Exception for a damaged file
            raise EncoderError(
                f"The word vectors in the wordllama package cannot be read ({error}); reinstall it."
            ) from error
        self._table: NDArray[np.float16] = table
        self.dimensions = int(self._table.shape[1])

    def word(self, word: str) -> Floats:
        """The sum of the word's tokens."""
        ids = self._tokenizer.encode(word, add_special_tokens=False).ids
        vector: Floats = np.add.reduce(self._table.take(ids, axis=0), axis=0, dtype=np.float32)
        return vector


class LeadingSpace:
    """The leading dimensions of another space: both tables put what matters most first."""

    def __init__(self, space: Space) -> None:
        self._space = space
        self.dimensions = min(space.dimensions, _LEADING)

    def word(self, word: str) -> Floats:
        """The leading part of the word's vector."""
        return self._space.word(word)[: self.dimensions]


class Encoder:
    """Turns words into vectors: one space beside the other."""

    def __init__(self, spaces: Sequence[Space]) -> None:
        self._spaces = tuple(spaces)
        self._edges = np.cumsum([0, *(space.dimensions for space in spaces)])
        self._sizes = np.diff(self._edges)
        self.dimensions = int(self._edges[-1])
        self.asked = lru_cache(maxsize=_WORD_CACHE)(self._asked)  # what people ask repeats its words

    def narrow(self) -> Encoder:
        """The same on fewer dimensions: half the memory, nearly the same neighbours."""
        return Encoder([LeadingSpace(space) for space in self._spaces])

    def word(self, word: str) -> Floats:
        """A folded word's vector in all spaces, not scaled."""
        return np.concatenate([space.word(word) for space in self._spaces])

    def _asked(self, word: str) -> tuple[Floats, Floats]:
        """A word of a question: its vector as `word` gives it, and as `words` does."""
        vector = self.word(word)
        return vector, self.words(vector)

    def table(self, words: Sequence[str]) -> Floats:
        """The vectors of words, one a row, not scaled."""
        table = np.empty((len(words), self.dimensions), dtype=np.float32)
        for row, word in enumerate(words):
            table[row] = self.word(word)
        return table

    def words(self, table: Floats) -> Floats:
        """Unit vectors of single words, from the leading dimensions of each space, where what matters most stands."""
        return self._leading(table, _LEADING)

    def outline(self, vectors: Floats) -> Floats:
        """A quarter of each vector (along the last axis), at unit length: enough to tell the near from the far."""
        return self._leading(vectors, _OUTLINE)

    def _leading(self, vectors: Floats, dimensions: int) -> Floats:
        edges = self._edges.tolist()
        parts = [_scaled(vectors[..., start : min(end, start + dimensions)]) for start, end in pairwise(edges)]
        return _scaled(np.concatenate(parts, axis=-1))

    def unit(self, vectors: Floats) -> Floats:
        """Scale vectors (along the last axis) to length one, every space with an equal say; zeros stay zeros."""
        lengths = np.sqrt(np.add.reduceat(vectors * vectors, self._edges[:-1], axis=-1))  # [..., spaces]
        known = (lengths > _NOTHING).sum(axis=-1, keepdims=True)  # spaces in which the parts will have length one
        scale = (lengths > _NOTHING) / (np.maximum(lengths, _NOTHING) * np.sqrt(np.maximum(known, 1)))
        scaled: Floats = vectors * scale.astype(np.float32).repeat(self._sizes, axis=-1)
        return scaled


def _scaled(vectors: Floats) -> Floats:
    """Vectors along the last axis at length one; zeros stay zeros."""
    lengths = np.sqrt(np.vecdot(vectors, vectors))[..., None]
    scaled: Floats = vectors / np.maximum(lengths, _NOTHING)
    return scaled


@cache
def shipped_encoder() -> Encoder:
    """The encoder on the shipped table, and on the wordllama package's where it can be read.

    Raises:
        EncoderError: neither can be read.
    """
    spaces: list[Space] = []
    errors: list[str] = []
    with as_file(files("bot.search").joinpath("static.npz")) as path:
        for make in (lambda: DistilledSpace(path), lambda: WordllamaSpace(_wordllama())):
            try:
                spaces.append(make())
            except EncoderError as error:
                errors.append(str(error))
    if not spaces:
        raise EncoderError(" ".join(errors))
    for message in errors:
        logger.warning("searching with fewer word vectors: %s", message)
    return Encoder(spaces)


def _wordllama() -> Path:
    try:
        found = find_spec("wordllama")
    except (ImportError, ValueError):  # an import hook refuses it, or something else goes by its name
        found = None
    if found is None or found.origin is None:
        raise EncoderError("The wordllama package is not installed; install backchannel again to get it.")
    return Path(found.origin).parent
