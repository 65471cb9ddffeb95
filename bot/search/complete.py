"""Type-ahead: the entries that what has been typed so far may be going to ask for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rapidfuzz import fuzz

from bot.search.text import clean, words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.model import Collection, Entry

_ALIKE = 80.0  # rapidfuzz's partial ratio from which a title counts as typed with a slip


def complete(collections: Sequence[Collection], text: str, limit: int) -> tuple[Entry, ...]:
    """At most `limit` entries, best first; the pinned ones first where nothing was typed."""
    entries = [entry for collection in collections for entry in collection.entries]
    typed = " ".join(words(clean(text)))
    if not typed:
        return tuple(sorted(entries, key=lambda entry: not entry.pinned)[:limit])
    graded = [(grade, entry) for entry in entries if (grade := _grade(entry, typed)) is not None]
    return tuple(entry for _, entry in sorted(graded, key=lambda row: row[0])[:limit])


def _grade(entry: Entry, typed: str) -> int | None:
    """How directly an entry was typed, 0 the most; None where it was not."""
    translated = list(entry.translations.values())
    titles = [_folded(text) for text in (entry.title, *(one.title for one in translated)) if text]
    phrasings = [
        _folded(text) for text in (*entry.alternates, *(text for one in translated for text in one.alternates))
    ]
    if typed in titles or typed in phrasings:
        return 0
    if any(f" {typed}" in f" {phrasing}" for phrasing in phrasings):
        return 1
    if any(f" {typed}" in f" {title}" for title in titles):
        return 2
    if len(typed) >= 4 and any(fuzz.partial_ratio(typed, title) >= _ALIKE for title in titles):  # noqa: PLR2004 -- shorter is in everything
        return 3
    return 4 if f" {typed}" in f" {_folded(entry.body)}" else None


def _folded(text: str) -> str:
    return " ".join(words(clean(text)))
