"""What became of reading the knowledge files again: a new version in force, or a refusal that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.errors import KnowledgeError

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from datetime import datetime

    from bot.knowledge.diff import Differences
    from bot.model import Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Reloaded:
    """A new version is in force."""

    entries: Differences
    before: Knowledge
    after: Knowledge
    since: datetime  # UTC: when the version before was loaded


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """The files have errors; the version before stays in force."""

    error: KnowledgeError
    in_force_since: datetime  # UTC


def within(news: Reloaded | Refused, collections: Container[str] | None) -> Reloaded | Refused | None:
    """Keep to what concerns some collections, by their names: None where nothing does. Without names, all does."""
    if collections is None:
        return news
    if isinstance(news, Refused):
        theirs = [one for one in news.error.problems if not set(one.origin.path.parts).isdisjoint(collections)]
        return replace(news, error=KnowledgeError(theirs)) if theirs else None
    if len(news.before.collections) == len(news.after.collections) == 1:  # ids name no collection then
        return news
    found = news.entries
    added, removed, changed = (
        tuple(one for one in ids if one.partition(":")[0] in collections)
        for ids in (found.added, found.removed, found.changed)
    )
    kept = replace(found, added=added, removed=removed, changed=changed)
    return replace(news, entries=kept) if kept else None
