"""One version of the knowledge, ready to be asked: opened from its files or the cache, and seen in part."""

from __future__ import annotations

import time
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import platformdirs

from bot.cache import Cache
from bot.knowledge.shipped import shipped_path
from bot.prepared import prepare
from bot.search import Checkpoint, Transformer

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import Settings
    from bot.model import Knowledge
    from bot.progress import Progress
    from bot.search import Engine

REPEATED = 1_000  # judgements, and replies, kept for questions that come again; in memory only
LOCAL_KNOWLEDGE = Path("knowledge")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Snapshot:
    """One version of the knowledge, ready to be asked; never changed, only replaced, and equal to itself alone."""

    path: Path
    knowledge: Knowledge
    engine: Engine
    cache: Cache | None  # where it is kept for the next start, and its successors after it
    loaded_at: datetime  # UTC
    views: dict[frozenset[str], Snapshot] = field(default_factory=dict, repr=False)

    def within(self, collections: frozenset[str] | None) -> Snapshot:
        """Give the same version as if there were only these collections, by their names; None for all."""
        known = tuple(one for one in self.knowledge.collections if collections is None or one.name in collections)
        if len(known) == len(self.knowledge.collections):
            return self
        names = frozenset(one.name for one in known)
        if names not in self.views:
            by_id = {entry.id: entry for one in known for entry in one.entries}
            knowledge = replace(self.knowledge, collections=known, by_id=by_id)
            self.views[names] = _snapshot(self.path, knowledge, self.engine.within(names), self.cache, self.loaded_at)
        return self.views[names]


def knowledge_path(settings: Settings) -> Path:
    """Where the knowledge is: as set, else ./knowledge, else what is shipped."""
    if settings.knowledge is not None:
        return settings.knowledge
    return LOCAL_KNOWLEDGE if LOCAL_KNOWLEDGE.is_dir() else shipped_path()


def cache_of(settings: Settings) -> Cache | None:
    """Where prepared knowledge is kept: as set, else in the user's cache folder; None where it is switched off."""
    if settings.cache == "off":
        return None
    return Cache(settings.cache or platformdirs.user_cache_path("backchannel"))


def open_transformer(settings: Settings) -> Transformer | None:
    """The transformer that the settings name, None where they name none. Raises EncoderError."""
    if settings.transformer is None:
        return None
    return Transformer(Checkpoint.named(settings.transformer), cache=cache_of(settings))


def open_snapshot(
    path: Path,
    *,
    cache: Cache | None = None,
    transformer: Transformer | None = None,
    progress: Progress | None = None,
    now: Callable[[], float] = time.time,
) -> Snapshot:
    """Make the knowledge at `path` ready to be asked. Raises KnowledgeError."""
    knowledge, engine = prepare(path, cache=cache, transformer=transformer, progress=progress)
    return _snapshot(path, knowledge, engine, cache, datetime.fromtimestamp(now(), UTC))


def _snapshot(path: Path, knowledge: Knowledge, engine: Engine, cache: Cache | None, loaded_at: datetime) -> Snapshot:
    # What people ask repeats: the buttons' titles, the questions of the day.
    engine = engine.remembering(REPEATED)
    return Snapshot(path=path, knowledge=knowledge, engine=engine, cache=cache, loaded_at=loaded_at)
