"""What a look into one file finds, and how messages quote what people wrote."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import get_close_matches
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable

_MAX_SHOWN = 60  # characters of a quoted text


class Mark(Protocol):
    """A place in the text; line and column count from 0."""

    @property
    def line(self) -> int:
        """The line, from 0."""

    @property
    def column(self) -> int:
        """The column, from 0."""


@dataclass(frozen=True, slots=True)
class Spot:
    """A place that no YAML event marks, such as the start of a file."""

    line: int = 0
    column: int = 0


START = Spot()


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a file that the format refuses."""

    mark: Mark
    code: str
    message: str


def shown(text: str) -> str:
    """Quote text from a file in a message: on one line, with nothing invisible, at most 60 characters."""
    cut = text if len(text) <= _MAX_SHOWN else f"{text[: _MAX_SHOWN - 3]}..."
    return '"' + "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in cut) + '"'


def nearest(text: str, valid: Iterable[str]) -> str | None:
    """Find the valid name that looks most like `text`, None if none does."""
    close = get_close_matches(text.casefold(), list(valid), n=1, cutoff=0.6)
    return close[0] if close else None
