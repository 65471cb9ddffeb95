"""Reads questions from a file or a pipe: one a line, or JSON lines with "query"."""

from __future__ import annotations

import json
from typing import IO, TYPE_CHECKING

from bot.errors import BackchannelError

if TYPE_CHECKING:
    from collections.abc import Iterator

_BYTE_ORDER_MARK = "\ufeff"


class QuestionsError(BackchannelError):
    """A line of the input is not what the others are: names the line and what is expected."""


def read_questions(source: IO[bytes], name: str) -> Iterator[str]:
    """Yield the questions in order, as they arrive; bytes that are not UTF-8 become U+FFFD.

    The first line that is not blank decides: if it is a JSON object with "query", every line is one, and blank ones are
    passed over. Otherwise every line is a question as it stands, a blank one too, so that answers stay in step with
    lines. Raises QuestionsError at a line without "query" among JSON lines.
    """
    as_json: bool | None = None
    blank = 0  # lines before the first that is not blank
    for number, raw in enumerate(source, start=1):
        text = (
            raw.decode("utf-8", errors="replace").rstrip("\r\n").removeprefix(_BYTE_ORDER_MARK if number == 1 else "")
        )
        if as_json is None:
            if not text.strip():
                blank += 1
                continue
            as_json = _query(text) is not None
            if not as_json:
                yield from [""] * blank
        if not as_json:
            yield text
        elif text.strip():
            query = _query(text)
            if query is None:
                raise QuestionsError(f'{name}:{number}: expected a JSON object with "query", as on the lines before.')
            yield query
    if as_json is None:
        yield from [""] * blank


def _query(text: str) -> str | None:
    try:
        row = json.loads(text)
    except (ValueError, RecursionError):  # RecursionError: brackets nested deeper than the parser goes
        return None
    query = row.get("query") if isinstance(row, dict) else None
    return query if isinstance(query, str) else None
