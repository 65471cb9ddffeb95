"""The nouns of Backchannel: frozen values that cross every seam, and nothing that acts."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date
    from pathlib import Path

    from bot.markdown import Document

Level = Literal["error", "warning"]
EntryKind = Literal["faq", "section"]
Outcome = Literal["answer", "suggest", "none"]
Complaint = Literal["wrong_topic", "out_of_date", "one_sided", "unclear"]  # about an answer
Reason = Literal[
    "matched",  # one entry is sure enough
    "ambiguous",  # several entries are likely, or one is not sure enough
    "unknown",  # nothing in the knowledge is likely
    "out_of_scope",  # a question that the moderators decline by name
    "small_talk",  # a greeting or thanks
    "unclear",  # a bare fragment that needs an earlier question
    "empty",  # nothing to go by: blank, punctuation, emoji
    "too_long",  # over the length limit
]


# --- knowledge -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where in the files a value stands; line and column count from 1."""

    path: Path
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.path}:{self.line}:{self.column}"

    def seen_from(self, folder: Path) -> Origin:
        """The same told from a folder: whoever reads it in chat has no use for the machine's paths."""
        return replace(self, path=self.path.relative_to(folder)) if self.path.is_relative_to(folder) else self


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that a check found, printed as `file:line:column: level: message`."""

    origin: Origin
    level: Level
    code: str  # a stable slug such as "unknown-key", for tools and documentation
    message: str  # what was found, what is expected, and the nearest valid value if there is one

    def __str__(self) -> str:
        return f"{self.origin}: {self.level}: {self.message}"

    def seen_from(self, folder: Path) -> Problem:
        """The same with its place told from a folder."""
        return replace(self, origin=self.origin.seen_from(folder))


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """Where a fact comes from."""

    title: str
    url: str | None = None
    date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Position:
    """What one side of a disputed matter holds; `text` is Markdown."""

    holder: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Translation:
    """An entry's words in another language; what is absent falls back to the entry's own."""

    title: str | None = None
    alternates: tuple[str, ...] = ()
    body: str | None = None  # Markdown


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A faq item or a section of an article: what one answer is made of."""

    id: str  # "faq/<slug>" or "section/<slug>", with "<collection>:" before it when several are loaded
    kind: EntryKind
    title: str  # a faq's question, a section's title
    body: str  # Markdown: a faq's answer, a section's text
    alternates: tuple[str, ...] = ()  # other ways people ask it
    rejects: tuple[str, ...] = ()  # look-alike questions that it must not answer (`not` in the YAML)
    keywords: tuple[str, ...] = ()
    related: tuple[str, ...] = ()  # ids
    sources: tuple[Source, ...] = ()
    positions: tuple[Position, ...] = ()
    as_of: date | None = None  # the collection's date where the entry has none
    review_by: date | None = None
    owner: str | None = None
    tags: tuple[str, ...] = ()
    pinned: bool = False
    translations: Mapping[str, Translation] = field(default_factory=lambda: MappingProxyType({}))  # by BCP 47 tag
    origin: Origin

    @property
    def phrasings(self) -> tuple[str, ...]:
        """Every way that the knowledge itself asks this entry, in its own language, title first."""
        return (self.title, *self.alternates)


@dataclass(frozen=True, slots=True, kw_only=True)
class StockReply:
    """A fixed reply to a kind of message: declined by name (`out_of_scope`) or answered politely (`small_talk`)."""

    id: str
    reason: Literal["out_of_scope", "small_talk"]
    examples: tuple[str, ...]
    reply: str  # Markdown
    translations: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    """One checked folder of knowledge."""

    name: str  # the folder's name
    path: Path
    title: str
    description: str = ""
    scope: str = ""  # what it can answer about; said when a question is outside it
    language: str = "en"  # BCP 47
    as_of: date | None = None
    maintainers: tuple[str, ...] = ()
    entries: tuple[Entry, ...] = ()  # in the files' order, faq before sections
    synonyms: tuple[tuple[str, ...], ...] = ()  # groups that mean the same
    stock_replies: tuple[StockReply, ...] = ()
    retired: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # as its files tell; see Knowledge
    version: str  # hex digest of the content: equal content, equal version


@dataclass(frozen=True, slots=True, kw_only=True)
class Knowledge:
    """The collections in force: an immutable snapshot that a reload replaces whole."""

    collections: tuple[Collection, ...]
    version: str  # hex digest over the collections
    by_id: Mapping[str, Entry]
    retired: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Ids that are gone, each with the entry to read in its place, empty where there is none."""


# --- a question and its reply ----------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """Who asks and where, in the platform's own ids; the core never shows or logs them."""

    platform: str  # "terminal", or the adapter's name
    tenant: str = ""  # a server, a workspace, or the person in a direct message
    place: str = ""  # a channel; empty in a direct message
    thread: str = ""  # within the channel
    person: str = ""
    locale: str | None = None  # BCP 47, as the platform tells it
    is_moderator: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WordEvidence:
    """One informative word of a question and the word that answered to it."""

    word: str
    weight: float  # share of the question's information, 0..1; all words sum to 1
    partner: str | None  # the entry's word it was matched with, None if it found none
    strength: float  # 0..1: how well they match


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """Why an entry was matched, for moderators."""

    phrasing: str  # the phrasing of the entry that came closest
    words: tuple[WordEvidence, ...]  # given for the best match
    features: Mapping[str, float]  # what the calibration saw, by name; given for the best match


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """The part of an entry's body that answers best."""

    text: str  # plain text, at most 600 characters
    first_block: int  # index of the first top-level Markdown block that it touches
    last_block: int  # index of the last, inclusive


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """An entry that may answer a question."""

    entry: Entry
    confidence: float  # calibrated chance that this entry answers this question, 0..1
    evidence: Evidence
    passage: Passage | None = None  # given for the best match


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What search concluded: matches best first, and what to do about them."""

    question: str  # as understood: cleaned of markup and padding
    outcome: Outcome
    reason: Reason
    rule: str  # the rule that decided, in words a moderator understands
    matches: tuple[Match, ...] = ()  # at most 5, best first
    stock_reply: StockReply | None = None  # for out_of_scope and small_talk
    language: str | None = None  # of the question, where it could be told from its script or words
    context: str | None = None  # the earlier question that completed a follow-up


class Action(StrEnum):
    """What a reader may do with a reply; adapters show those their platform can carry."""

    HELPFUL = "helpful"
    NOT_THIS = "not_this"  # "Not what I meant"
    NONE_OF_THESE = "none_of_these"
    ASK_MODERATORS = "ask_moderators"
    SHARE = "share"  # a private reply becomes public
    REMOVE = "remove"  # a public reply goes away
    WHOLE = "whole"  # the whole section behind a passage


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    """An entry to offer by its title."""

    entry_id: str
    label: str  # plain text, at most 150 characters


@dataclass(frozen=True, slots=True, kw_only=True)
class PositionView:
    """One side's position, ready to render."""

    holder: str
    body: Document


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What a reader sees, without any platform's markup."""

    title: str  # plain text, at most 150 characters: the stored question, or what this reply is
    body: Document  # the passage, the stock reply or the honest line
    positions: tuple[PositionView, ...] = ()
    sources: tuple[Source, ...] = ()
    as_of: date | None = None
    notice: str | None = None  # plain text: past its review date, or answered in another language
    suggestions_title: str | None = None  # "Related", "Did you mean", "Closest topics", in the reader's language
    suggestions: tuple[Suggestion, ...] = ()  # at most 3
    actions: tuple[Action, ...] = ()
    language: str  # BCP 47 of the words around the knowledge
    # What it shows, as it was then: it may change while the card is on its way. No part of what is seen.
    entry: Entry | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """The answer to one question."""

    question: str
    outcome: Outcome
    reason: Reason
    card: Card
    decision: Decision
    knowledge_version: str

    @property
    def matches(self) -> tuple[Match, ...]:
        """The entries considered, best first, at most 5."""
        return self.decision.matches

    @property
    def entry(self) -> Entry | None:
        """The entry that answers; None unless the outcome is `answer`."""
        return self.matches[0].entry if self.outcome == "answer" and self.matches else None

    @property
    def confidence(self) -> float:
        """The best match's calibrated confidence, 0 where there is none."""
        return self.matches[0].confidence if self.matches else 0.0
