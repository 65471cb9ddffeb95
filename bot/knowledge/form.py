"""An entry's fields as the text that a form can hold, and back: what moderators change without seeing YAML.

A list has one item a line; a source is `title | address | date`; a position begins its line with who holds it, and
goes on in lines that are indented.
"""

from __future__ import annotations

import re
from contextlib import suppress
from typing import TYPE_CHECKING

from bot.errors import EditError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from bot.knowledge.spans import Plain

LISTS = frozenset({"alternates", "not", "keywords", "related", "tags", "examples"})
LONG = frozenset({"answer", "text", "reply", "positions"})
# What moderators may set where it is not there yet, in the order of the format.
OFFERED = ("alternates", "not", "keywords", "related", "sources", "positions", "as_of", "review_by", "owner", "tags")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_ADDRESS = re.compile(r"(?i)(?:https?|mailto):\S+")
_INDENT = "  "


def as_text(name: str, value: Plain) -> str | None:
    """Write a field for a form; None where a form could not give it back as it is."""
    text = _written(name, value)
    with suppress(EditError):
        return text if text is not None and _read(name, text) == _bare(value) else None
    return None


def editable(present: Mapping[str, Plain]) -> dict[str, str]:
    """Give the fields that a form can hold: those that are there, then those that may be added."""
    found = {
        name: text for name, value in present.items() if name != "id" and (text := as_text(name, value)) is not None
    }
    return found | {name: "" for name in OFFERED if name not in present}


def changed(typed: Mapping[str, str], present: Mapping[str, Plain]) -> dict[str, object]:
    """Give the fields that a form sets anew, as the YAML takes them; what is as it was stays as it is written.

    Raises EditError for a source or a position that cannot be understood.
    """
    shown = editable(present)
    meant: dict[str, object] = {}
    for name, text in typed.items():
        if name in shown and _tidy(text) != _tidy(shown[name]):
            meant[name] = _read(name, text)
    return meant


def lines(text: str) -> list[str]:
    """Split what was written one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def _written(name: str, value: Plain) -> str | None:
    if isinstance(value, str):
        return value
    if name == "sources" and isinstance(value, list):
        parts = [[str(one.get(key, "")) for key in ("title", "url", "date")] for one in value if isinstance(one, dict)]
        return "\n".join(" | ".join(part for part in one if part) for one in parts)
    if name == "positions" and isinstance(value, dict):
        return "\n".join(f"{holder}: " + str(text).replace("\n", f"\n{_INDENT}") for holder, text in value.items())
    if isinstance(value, list) and all(isinstance(one, str) for one in value):
        return "\n".join(map(str, value))
    return None


def _read(name: str, text: str) -> Plain:
    if name == "sources":
        return [_source(line) for line in lines(text)]
    if name == "positions":
        return dict(_positions(text))
    return [*lines(text)] if name in LISTS else text.strip()


def _source(line: str) -> dict[str, Plain]:
    title, *rest = (part.strip() for part in line.split(" | "))
    source: dict[str, Plain] = {"title": title}
    for part in filter(None, rest):
        key = "date" if _DATE.fullmatch(part) else "url" if _ADDRESS.fullmatch(part) else ""
        if not key or key in source:
            raise EditError(f"A source is written as title | address | date; {part!r} is none of these.")
        source[key] = part
    return source


def _positions(text: str) -> Iterator[tuple[str, Plain]]:
    sides: list[list[str]] = []
    for line in text.strip().splitlines():
        if line.strip() and not line.startswith(_INDENT):
            sides.append([line])
        elif sides:
            sides[-1].append(line.removeprefix(_INDENT).rstrip())
    for first, *more in sides:
        holder, colon, opening = first.partition(":")
        if not colon or not holder.strip():
            raise EditError(f"A position is written as who: what they hold, further lines indented; not {first!r}.")
        yield holder.strip(), "\n".join((opening.strip(), *more)).strip()


def _bare(value: Plain) -> Plain:
    return value.strip() if isinstance(value, str) else value


def _tidy(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())
