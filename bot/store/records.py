"""What the store keeps and hands back: frozen records with no database behind them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from bot.model import Action, Asker, Complaint, Outcome, Reason

Vote = Literal[Action.HELPFUL, Action.NOT_THIS, Action.NONE_OF_THESE]
EditState = Literal["pending", "done", "void"]  # pending until the files are written; void when they never were
Verdict = Literal["alternate", "new_entry", "out_of_scope", "dismissed"]


@dataclass(frozen=True, slots=True, kw_only=True)
class StoreStatus:
    """How the store is doing, for `status` commands."""

    kind: Literal["none", "sqlite", "postgresql"]
    backlog: int  # records waiting to be written
    dropped: int  # records given up since the start, because the backlog was full or the record impossible
    trouble: str | None  # one sentence while the database cannot be reached; carries no words of people and no secret


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedQuestion:
    """A question as it was kept: scrubbed words and what became of it."""

    key: str
    asked_at: int  # seconds since the epoch
    platform: str
    tenant: str
    place: str = ""  # the channel; empty in a direct message
    text: str
    outcome: Outcome
    reason: Reason
    entry_id: str | None  # the answering entry, or the best candidate where nothing answered
    confidence: float
    mark: str | None  # tells people apart within a month without telling who; None once answered
    wanted: bool  # the asker pressed "Ask the moderators"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A person who waits for the moderators' answer, and where to reach them."""

    question_key: str
    platform: str
    tenant: str
    place: str
    person: str
    locale: str | None
    asked_at: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """An answer that the moderators have given and that its asker does not have yet."""

    request: Request
    question: str  # as it was kept
    entry_id: str | None  # what answers it; None where an older version settled it


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A public message of ours that shows an entry, so that a correction can reach it."""

    platform: str
    tenant: str
    place: str  # the channel, or the thread
    message: str  # the platform's id of the message
    entry_id: str
    posted_at: int
    digest: str = ""  # of what was shown; a correction compares it with what would be shown now
    key: str = ""  # of the reply, by which its question is found again
    locale: str | None = None  # the reader's language
    parent: str = ""  # the channel of the thread, where `place` is one that may have settings of its own

    @property
    def asker(self) -> Asker:
        """Nobody, where the message stands, in the reader's language."""
        place, thread = (self.parent, self.place) if self.parent else (self.place, "")
        return Asker(platform=self.platform, tenant=self.tenant, place=place, thread=thread, locale=self.locale)


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One change to the knowledge files: enough to show it, and to undo it byte for byte."""

    key: str
    made_at: int  # seconds since the epoch
    author: str  # a name fit to show, as the moderator's platform gives it
    reason: str
    action: str  # "add alternate", "edit", "undo", ...
    entry_id: str | None
    collection: str  # the folder's name
    patch: str  # JSON, see bot.knowledge.patch
    undoes: str | None = None  # the key of the edit that this one takes back
    state: EditState = "done"


@dataclass(frozen=True, slots=True, kw_only=True)
class DayCount:
    """How many questions of one day ended in one way."""

    day: str  # ISO date, UTC
    outcome: Outcome
    reason: Reason
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCount:
    """How many questions one entry answered."""

    entry_id: str
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class VoteCount:
    """The votes on one entry, each person's last vote on each answer counted once."""

    entry_id: str
    helpful: int
    unhelpful: int
    complaints: tuple[tuple[Complaint, int], ...] = ()  # what was wrong, the most frequent first


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnData:
    """Everything that is kept about one person."""

    questions: tuple[AskedQuestion, ...]  # unanswered ones: the others cannot be told from anybody's
    votes: tuple[tuple[str, str, int], ...]  # (entry id, vote, seconds since the epoch)
    requests: tuple[Request, ...]
