"""What changed in an entry, in a few words, by the names that the YAML has for things."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clamp import clamp

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.model import Entry

_SIDE = 60  # characters of a text before and after
_LISTS = {"alternates": "alternates", "rejects": "not", "keywords": "keywords", "related": "related", "tags": "tags"}
_VALUES = ("as_of", "review_by", "owner", "pinned")
_WHOLE = ("sources", "positions", "translations")  # said to have changed, and no more


def brief(old: Entry, new: Entry) -> str:
    """Say what changed, such as "answer: “Ten” → “Twelve”; alternates +2"."""
    return "; ".join(_changes(old, new))


def _changes(old: Entry, new: Entry) -> Iterator[str]:
    title, body = ("question", "answer") if new.kind == "faq" else ("title", "text")
    for name, before, after in ((title, old.title, new.title), (body, old.body, new.body)):
        if before != after:
            yield f"{name}: {_around(before.split(), after.split())}"
    for field, name in _LISTS.items():
        was, now = getattr(old, field), getattr(new, field)
        if was != now:
            more, less = len(set(now) - set(was)), len(set(was) - set(now))
            yield " ".join(filter(None, (name, f"+{more}" if more else "", f"−{less}" if less else "")))  # noqa: RUF001 (a minus sign)
    for name in _VALUES:
        before, after = getattr(old, name), getattr(new, name)
        if before != after:
            yield f"{name}: {_said(before)} → {_said(after)}"
    yield from (name for name in _WHOLE if getattr(old, name) != getattr(new, name))


def _around(old: Sequence[str], new: Sequence[str]) -> str:
    """Show the words that differ, from the first to the last of them."""
    same = min(len(old), len(new))
    head = next((n for n in range(same) if old[n] != new[n]), same)
    tail = next((n for n in range(same - head) if old[-1 - n] != new[-1 - n]), same - head)
    sides = (" ".join(words[head : len(words) - tail]) for words in (old, new))
    return " → ".join(f"“{clamp(side, _SIDE)}”" for side in sides)


def _said(value: object) -> str:
    return "–" if value is None else str(value)  # noqa: RUF001 (a dash for nothing)
