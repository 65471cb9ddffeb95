"""Entries that are gone: a comment in the file says so, and where to read on, for the buttons of old messages.

The line begins at the margin, where no text of an entry can stand: `# retired: faq/old, see faq/new`. To YAML it is a
comment, so that the format stays as it is, and whatever restores the file restores it with the entry.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Mapping

_ID = r"(?:faq|section)/[a-z0-9]+(?:-[a-z0-9]+)*"
_LINE = re.compile(r"^#[ \t]*retired\b(.*)$", re.MULTILINE)
_WELL = re.compile(rf":\s*(?P<id>{_ID})(?:\s*,?\s*see\s+(?P<see>{_ID}))?\s*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Retirement:
    """One such line."""

    line: int  # from 0
    entry_id: str  # within the collection; empty where the line cannot be understood
    successor: str = ""  # what to read in its place, if anything


def remark(entry_id: str, successor: str | None) -> str:
    """Write the line that an entry leaves behind."""
    return f"# retired: {entry_id}" + (f", see {successor}" if successor else "")


def retirements(text: str) -> Iterator[Retirement]:
    """Read the lines of a file."""
    if "retired" not in text:
        return
    for found in _LINE.finditer(text):
        well = _WELL.fullmatch(found[1])
        line = text.count("\n", 0, found.start())
        if well:
            yield Retirement(line=line, entry_id=well["id"], successor=well["see"] or "")
        else:
            yield Retirement(line=line, entry_id="")


def successors(retired: Mapping[str, str], living: Container[str]) -> dict[str, str]:
    """Follow each id that is gone to the entry that stands for it now; empty where none does.

    An id that is in use again is not gone.
    """
    return {entry_id: _living(entry_id, retired, living) for entry_id in retired if entry_id not in living}


def _living(entry_id: str, retired: Mapping[str, str], living: Container[str]) -> str:
    passed = set()
    while entry_id and entry_id not in living:
        if entry_id in passed:
            return ""
        passed.add(entry_id)
        entry_id = retired.get(entry_id, "")
    return entry_id
