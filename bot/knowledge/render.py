"""Values as YAML text the way moderators write it: one item a line, long text in `|` blocks, quotes where needed."""

from __future__ import annotations

import re
import textwrap
from datetime import date
from typing import TYPE_CHECKING

import yaml

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_IN_BRACKETS = frozenset({"keywords", "related", "tags", "maintainers"})  # short lists stand on one line
_ENDLESS = 2**31 - 1  # columns: PyYAML is never to break a line
# What YAML takes for a line end where editors do not; and what no chat can show (joiners of letters stay).
_LINE_ENDS = re.compile(r"\r\n?|[\x85\u2028\u2029]")
_UNSEEN = re.compile(
    r"[^\t\n\x20-\x7e\xa0-\u200a\u200c-\u2027\u202a-\u205f\u2061-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def clean(text: str) -> str:
    """Make typed text fit for YAML: ordinary line ends, no control characters, no blank edges."""
    lines = _UNSEEN.sub("", _LINE_ENDS.sub("\n", text)).strip().split("\n")
    return "\n".join(line.rstrip() for line in lines)


def on_line(value: object, *, quote: str | None = None, bracketed: bool = False) -> str:
    """Write a value on one line; `quote` keeps to ' or ", `bracketed` minds commas and brackets around."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        inside = (f"{on_line(key, bracketed=True)}: {on_line(item, bracketed=True)}" for key, item in value.items())
        return "{" + ", ".join(inside) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(on_line(item, bracketed=True) for item in value) + "]"
    return _text(str(value), quote=quote, bracketed=bracketed)


def _text(text: str, *, quote: str | None, bracketed: bool) -> str:
    if "\n" in text:
        quote = '"'
    if quote:
        return yaml.safe_dump(text, default_style=quote, width=_ENDLESS, allow_unicode=True).rstrip("\n")
    if bracketed:
        written = yaml.safe_dump([text], default_flow_style=True, width=_ENDLESS, allow_unicode=True)[1:-2]
    else:
        written = yaml.safe_dump({"k": text}, width=_ENDLESS, allow_unicode=True)[3:-1]
    # PyYAML quotes by apostrophes, people by double quotes; without escapes inside they mean the same.
    return f'"{text}"' if written.startswith("'") and not {'"', "\\"} & set(text) else written


def field(key: str, value: object, *, indent: int, step: int = 2) -> list[str]:
    """Write `key: value` as lines, each indented; `step` is how far a list's dashes stand in from its key."""
    margin, name = " " * indent, on_line(key)
    if isinstance(value, str) and "\n" in value:
        return [f"{margin}{name}: |", *block_lines(value, indent + 2)]
    if isinstance(value, dict):
        inside = [line for item in value.items() for line in field(*item, indent=indent + 2, step=step)]
        return [f"{margin}{name}:", *inside]
    if isinstance(value, (list, tuple)) and key not in _IN_BRACKETS and value:
        return [f"{margin}{name}:", *(list_item(item, indent=indent + step) for item in value)]
    return [f"{margin}{name}: {on_line(value)}"]


def list_item(value: object, *, indent: int) -> str:
    """Write an item of a list on its own line."""
    return f"{' ' * indent}- {on_line(value)}"


def entry(fields: Mapping[str, object], *, dash: int, indent: int, step: int = 2) -> list[str]:
    """Write an entry as an item of its list: the dash at column `dash`, the keys at column `indent`."""
    lines = [line for key, value in fields.items() for line in field(key, value, indent=indent, step=step)]
    lines[0] = f"{' ' * dash}-{' ' * (indent - dash - 1)}{lines[0][indent:]}"
    return lines


def block_lines(text: str, indent: int) -> list[str]:
    """Write the lines of a `|` block; blank lines stay bare."""
    return [f"{' ' * indent}{line}" if line else "" for line in text.split("\n")]


def folded_lines(text: str, indent: int, width: int) -> list[str] | None:
    """Write one paragraph as the lines of a `>` block no wider than `width`; None where it would not read back."""
    lines = textwrap.wrap(text, max(width - indent, 20), break_long_words=False, break_on_hyphens=False)
    return [f"{' ' * indent}{line}" for line in lines] if " ".join(lines) == text else None


def items_of(values: Sequence[object]) -> list[str]:
    """Write items as they stand between brackets."""
    return [on_line(value, bracketed=True) for value in values]
