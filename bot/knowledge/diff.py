"""What differs between two versions of the knowledge, entry by entry."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from bot.model import Origin

if TYPE_CHECKING:
    from bot.model import Entry, Knowledge

_NOWHERE = Origin(path=Path(), line=0, column=0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Differences:
    """Ids of the entries that came, went and changed, each in the files' order."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    other: bool  # something besides entries changed: scope, synonyms, stock replies

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed or self.other)

    @property
    def ids(self) -> frozenset[str]:
        """Every id that is not as it was."""
        return frozenset((*self.added, *self.removed, *self.changed))


def differences(old: Knowledge, new: Knowledge) -> Differences:
    """Compare two versions; where an entry stands in the files makes no difference."""
    before, after = old.by_id, new.by_id
    return Differences(
        added=tuple(one for one in after if one not in before),
        removed=tuple(one for one in before if one not in after),
        changed=tuple(one for one in after if one in before and _content(before[one]) != _content(after[one])),
        other=_rest(old) != _rest(new),
    )


def _content(entry: Entry) -> Entry:
    return replace(entry, origin=_NOWHERE)


def _rest(knowledge: Knowledge) -> list[tuple[object, ...]]:
    return [
        (
            *(one.name, one.title, one.description, one.scope, one.language, one.synonyms),
            *(replace(reply, origin=_NOWHERE) for reply in one.stock_replies),
        )
        for one in knowledge.collections
    ]
