"""What can be written: a frozen record for each thing that happened; posts and edits are read as well."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.store.records import Edit, Post

if TYPE_CHECKING:
    from bot.model import Asker, Complaint, Reply
    from bot.store.records import Request, Verdict, Vote


@dataclass(frozen=True, slots=True, kw_only=True)
class QuestionAsked:
    """A question and what became of it."""

    key: str
    reply: Reply
    asker: Asker
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ChoiceMade:
    """The asker pressed a suggestion."""

    key: str
    entry_id: str


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCast:
    """Somebody pressed helpful, not this, or none of these."""

    key: str
    asker: Asker
    vote: Vote
    entry_id: str | None
    complaint: Complaint | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyRemoved:
    """A public reply was taken away."""

    key: str
    asker: Asker
    entry_id: str | None
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeratorsAsked:
    """The asker wants the moderators to see the question, and to hear from them."""

    key: str
    question: str
    asker: Asker
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Remembered:
    """A small lasting fact; None forgets it."""

    key: str
    value: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """A person wants everything kept about them gone; nothing older than `since` is kept anyway."""

    asker: Asker
    since: float
    at: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """A moderator has dealt with these questions."""

    keys: tuple[str, ...]
    verdict: Verdict
    entry_id: str | None = None  # what answers them from now on


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """A person has the moderators' answer, or nothing will ever reach them."""

    request: Request


@dataclass(frozen=True, slots=True, kw_only=True)
class PostGone:
    """A public message of ours is no longer there, or no longer ours to change."""

    post: Post


Write = (
    QuestionAsked
    | ChoiceMade
    | VoteCast
    | ReplyRemoved
    | ModeratorsAsked
    | Remembered
    | Erasure
    | Settlement
    | Brought
    | Post
    | PostGone
    | Edit
)
