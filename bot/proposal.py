"""What moderators are shown and handed back: changes proposed and made, and the weekly digest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.clamp import clamp

if TYPE_CHECKING:
    from bot.knowledge.diff import Differences
    from bot.knowledge.patch import Change
    from bot.learn import Group
    from bot.model import Entry, Match
    from bot.store import VoteCount

MAX_NAME = 100  # characters of a title among other words


def named(entry: Entry) -> str:
    """Name an entry for moderators: by its title, and the id to find it by."""
    return f"{clamp(entry.title, MAX_NAME)} ({entry.id})"


def likely(match: Match) -> str:
    """Say in a line how likely an entry is meant."""
    return f"{match.confidence:.0%} {named(match.entry)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that nobody has made yet."""

    collection: str
    entry_id: str  # as everywhere outside the files
    change: Change
    undoes: str | None = None

    @property
    def diff(self) -> str:
        """The change as a unified diff."""
        return self.change.diff


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A change that is in force."""

    key: str  # of the edit, for undo
    entry_id: str  # what the change was to
    entries: Differences
    commit: str | None = None  # Git's id of it
    trouble: str | None = None  # a sentence about what did not work besides: the commit, or the history


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """What moderators ought to look at, once a week."""

    asked: int  # questions of the week
    answered: int
    waiting: int  # groups in the queue
    top: tuple[Group, ...]
    voted_down: tuple[VoteCount, ...]
    expired: tuple[Entry, ...]  # past their review date, the longest first
    expiring: tuple[Entry, ...]  # to be reviewed soon, the next first
