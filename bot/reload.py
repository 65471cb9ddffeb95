"""What became of reading the knowledge files again: a new version in force, or a refusal that changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime

    from bot.errors import KnowledgeError
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
