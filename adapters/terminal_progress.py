"""Shows how far a long job is: one line on standard error, on a terminal only, and only where waiting is noticed."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.progress import Progress

_PATIENCE = 1.0  # seconds before anything is shown
_PAUSE = 0.1  # seconds between two drawings
_CLEAR = "\r\x1b[K"  # back to the line's start, and erase it


@contextmanager
def shown_progress() -> Iterator[Progress | None]:
    """Give a Progress that draws itself, and wipe it away at the end; None where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    started = drawn = time.monotonic()

    def draw(stage: str, done: int, total: int) -> None:
        nonlocal drawn
        now = time.monotonic()
        if now - started >= _PATIENCE and now - drawn >= _PAUSE:
            drawn = now
            sys.stderr.write(f"{_CLEAR}{stage}: {done:,} of {total:,}")
            sys.stderr.flush()

    try:
        yield draw
    finally:
        if drawn > started:
            sys.stderr.write(_CLEAR)
            sys.stderr.flush()
