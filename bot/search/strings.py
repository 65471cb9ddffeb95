"""Many short texts in one piece of memory: a tenth of what as many Python strings take, and ready to be stored."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, overload

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray


class Strings(Sequence[str]):
    """Texts by number, each made a string when it is looked at; immutable."""

    __slots__ = ("_texts", "ends")

    def __init__(self, texts: bytes, ends: NDArray[np.int64]) -> None:
        """Take the texts' UTF-8 one after the other, and with a 0 in front where each ends."""
        self._texts = texts
        self.ends = ends

    @property
    def data(self) -> NDArray[np.uint8]:
        """The texts' UTF-8, as it was taken."""
        return np.frombuffer(self._texts, dtype=np.uint8)

    @classmethod
    def of(cls, texts: Iterable[str]) -> Strings:
        """Keep some texts."""
        encoded = [text.encode("utf-8", "surrogatepass") for text in texts]
        ends = np.zeros(len(encoded) + 1, dtype=np.int64)
        np.cumsum([len(one) for one in encoded], out=ends[1:])
        return cls(b"".join(encoded), ends)

    def __len__(self) -> int:
        return len(self.ends) - 1

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[str]: ...
    def __getitem__(self, at: int | slice) -> str | Sequence[str]:
        if isinstance(at, slice):
            return self.take(at)
        if not -len(self) <= at < len(self):
            raise IndexError(at)
        at %= len(self)
        return self._texts[self.ends.item(at) : self.ends.item(at + 1)].decode("utf-8", "surrogatepass")

    def take(self, at: NDArray[np.int64] | slice) -> list[str]:
        """Several texts at once, in a quarter of the time that one by one takes."""
        texts, starts, ends = self._texts, self.ends[:-1][at].tolist(), self.ends[1:][at].tolist()
        return [texts[start:end].decode("utf-8", "surrogatepass") for start, end in zip(starts, ends, strict=True)]
