"""Every problem of the knowledge files: what forbids loading, and the warnings that need no search."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

from bot.knowledge.compose import Map, Seq, Unquoted, Value
from bot.knowledge.finding import shown
from bot.knowledge.load import read
from bot.knowledge.references import KINDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.knowledge.finding import Mark
    from bot.knowledge.sheet import Sheet
    from bot.model import Origin, Problem
    from bot.progress import Progress

_ENTRIES = frozenset({"faq", "section"})
_WORDINGS = ("question", "title", "alternates", "examples")  # the fields that ask an entry


def check_files(path: Path, *, today: date | None = None, progress: Progress | None = None) -> list[Problem]:
    """Check one collection's folder or a folder of collections; by file and place.

    `today` is the day to compare `review_by` with, by default the current one. Warnings about what the search would do
    with the entries are not among these: they need an index.
    """
    warnings = _Warnings(today or datetime.now(UTC).date())
    return list(read(path, progress=progress, inspect=warnings.take).problems)


@dataclass(frozen=True, slots=True)
class _Use:
    """Where a phrasing was first given."""

    entry: str
    origin: Origin


class _Warnings:
    """Finds what is allowed but hardly meant; works on raw data, so that one broken entry hides no other."""

    def __init__(self, today: date) -> None:
        self._today = today
        self._uses: dict[tuple[str, str], _Use] = {}  # by collection and folded phrasing

    def take(self, sheet: Sheet) -> None:
        """Report one sheet's warnings on it."""
        for key, kind in KINDS.items():
            for item in _maps(sheet.data.get(key)):
                name = shown(f"{kind}/{item['id']}")[1:-1] if isinstance(item.get("id"), str) else "this entry"
                if kind in _ENTRIES:
                    self._take_entry(sheet, item, name)
                self._take_phrasings(sheet, item, name)
        groups = sheet.data.get("synonyms")
        if isinstance(groups, Seq):
            for group in groups:
                if isinstance(group, Seq) and len(group) == 1:
                    message = "This group of synonyms has a single member; add what means the same, or remove it."
                    sheet.report(group.mark, "single-synonym", message, "warning")

    def _take_entry(self, sheet: Sheet, item: Map, name: str) -> None:
        if not item.get("alternates"):
            message = f"{name} has no alternates; add other ways people ask it."
            sheet.report(item.mark, "no-alternates", message, "warning")
        review_by = _date(item.get("review_by"))
        if review_by is not None and review_by < self._today:
            message = f"{name} was to be reviewed by {review_by}; check that it still holds, then move the date."
            sheet.report(item.values_at["review_by"], "review-due", message, "warning")
        for source in _maps(item.get("sources")):
            if source.get("date") is None:
                message = "This source has no date; add when it was published, such as 2025-05-12."
                sheet.report(source.mark, "undated-source", message, "warning")

    def _take_phrasings(self, sheet: Sheet, item: Map, name: str) -> None:
        for text, mark in _phrasings(item):
            key = (sheet.collection, " ".join(text.casefold().split()))
            first = self._uses.setdefault(key, _Use(name, sheet.origin(mark)))
            if first.entry != name:
                message = f"{shown(text)} is also a phrasing of {first.entry} at {first.origin}; keep one of the two."
                sheet.report(mark, "same-phrasing", message, "warning")


def _maps(items: Value) -> Iterator[Map]:
    if isinstance(items, Seq):
        yield from (item for item in items if isinstance(item, Map))


def _phrasings(item: Map) -> Iterator[tuple[str, Mark]]:
    for field in _WORDINGS:
        value = item.get(field)
        if isinstance(value, str):
            yield value, item.values_at[field]
        elif isinstance(value, Seq):
            yield from ((text, mark) for text, mark in zip(value, value.items_at, strict=True) if isinstance(text, str))


def _date(value: Value) -> date | None:
    text = value.text if isinstance(value, Unquoted) else value
    if not isinstance(text, str):
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None
