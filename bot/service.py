"""The one object that adapters and the command line hold: a question in, a reply out."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from bot.answer import card_of, compose, offer, refuse, scope
from bot.errors import KnowledgeError
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.memory import Memory
from bot.model import Decision
from bot.search import Engine
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from collections.abc import Collection as Container

    from bot.config import Settings
    from bot.markdown import Document
    from bot.model import Asker, Card, Knowledge, Reply, Suggestion
    from bot.progress import Progress
    from bot.wording import Wording

logger = logging.getLogger(__name__)

REPEATED = 1_000  # questions whose judgement is kept, in memory only, at about 5 KB each
LOCAL_KNOWLEDGE = Path("knowledge")


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """One version of the knowledge, ready to be asked; never changed, only replaced."""

    path: Path
    knowledge: Knowledge
    engine: Engine
    decide: Callable[[str, str | None], Decision]  # the engine's judgement of a question and its context, kept a while
    loaded_at: datetime  # UTC


@dataclass(frozen=True, slots=True, kw_only=True)
class Topics:
    """What one collection can be asked, in its files' order."""

    title: str
    questions: tuple[Suggestion, ...]
    sections: tuple[Suggestion, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Status:
    """What is in force, for moderators and operators."""

    path: Path
    version: str
    loaded_at: datetime  # UTC
    entries: dict[str, int]  # by collection
    refused: KnowledgeError | None = None  # why the last reload changed nothing
    refused_at: datetime | None = None  # UTC


class Service:
    """Answers people from the knowledge in force.

    `ask` and its kin take a snapshot once and never wait; they belong to one thread. `reload` may run in another.
    """

    def __init__(
        self,
        snapshot: Snapshot,
        *,
        locale: str | None = None,
        memory: Memory | None = None,
        today: Callable[[], date] = date.today,
    ) -> None:
        self._snapshot = snapshot
        self._locale = locale
        self._memory = memory if memory is not None else Memory()
        self._today = today
        self._refused: tuple[KnowledgeError, datetime] | None = None

    @classmethod
    def open(cls, settings: Settings, *, progress: Progress | None = None) -> Service:
        """Load the knowledge that the settings name. Raises KnowledgeError with every problem of it."""
        return cls(open_snapshot(knowledge_path(settings), progress=progress), locale=settings.locale)

    @property
    def snapshot(self) -> Snapshot:
        """The version in force; whoever takes it keeps it whole, whatever is reloaded meanwhile."""
        return self._snapshot

    def ask(self, text: str, asker: Asker) -> Reply:
        """Answer a question; never raises for anything that a person can type."""
        started = time.perf_counter()
        snapshot = self._snapshot
        decision = snapshot.decide(text, self._memory.recall(asker))
        if decision.outcome == "answer":
            self._memory.remember(asker, _topic(decision))
        reply = self._compose(decision, asker, snapshot)
        logger.info(
            "asked on %s: %s (%s), entry %s, confidence %.2f, %.1f ms",
            asker.platform,
            reply.outcome,
            reply.reason,
            reply.entry.id if reply.entry else None,
            reply.confidence,
            1000 * (time.perf_counter() - started),
        )
        return reply

    def refuse(self, reply: Reply | None, entry_ids: Container[str], asker: Asker) -> Reply:
        """Reply to "none of these" or "not what I meant": the honest line, without the entries refused.

        `reply` is what was refused, None where nobody remembers it.
        """
        decision = reply.decision if reply else Decision(question="", outcome="none", reason="unknown", rule="")
        return self._compose(refuse(decision, entry_ids), asker, self._snapshot)

    def entry(self, entry_id: str, asker: Asker) -> Card:
        """An entry in full, picked by its id; one polite line if it is gone. A follow-up may refer to it."""
        knowledge = self._snapshot.knowledge
        entry = knowledge.by_id.get(entry_id)
        if entry is not None:
            self._memory.remember(asker, entry.title)
        return card_of(entry, today=self._today(), locale=self._language(asker), knowledge=knowledge)

    def topics(self, asker: Asker) -> tuple[Topics, ...]:
        """Everything that can be asked, by collection."""
        knowledge, locale = self._snapshot.knowledge, self._language(asker)
        found = []
        for one in knowledge.collections:
            questions = offer((e for e in one.entries if e.kind == "faq"), locale=locale, knowledge=knowledge)
            sections = offer((e for e in one.entries if e.kind == "section"), locale=locale, knowledge=knowledge)
            found.append(Topics(title=one.title, questions=questions, sections=sections))
        return tuple(found)

    def complete(self, text: str, asker: Asker, *, limit: int = 25) -> tuple[Suggestion, ...]:
        """Entries to offer while a question is being typed, best first; the pinned ones before anything is typed."""
        snapshot = self._snapshot
        entries = snapshot.engine.complete(text, limit=limit)
        return offer(entries, locale=self._language(asker), knowledge=snapshot.knowledge)

    def scope(self, asker: Asker) -> Document:
        """What the knowledge covers, in one sentence or a list."""
        return scope(self._snapshot.knowledge, self.wording(asker))

    def wording(self, asker: Asker) -> Wording:
        """The bot's own words in the asker's language, else in the knowledge's."""
        collections = self._snapshot.knowledge.collections
        return wording(self._language(asker), *(one.language for one in collections[:1]))

    def status(self) -> Status:
        """What is in force, since when, and why the last reload was refused, if it was."""
        snapshot = self._snapshot
        refused, refused_at = self._refused or (None, None)
        return Status(
            path=snapshot.path,
            version=snapshot.knowledge.version,
            loaded_at=snapshot.loaded_at,
            entries={one.name: len(one.entries) for one in snapshot.knowledge.collections},
            refused=refused,
            refused_at=refused_at,
        )

    def reload(self, *, progress: Progress | None = None) -> bool:
        """Read the knowledge again; say whether anything changed.

        Raises KnowledgeError if it has errors: then nothing changes, and `status` tells why.
        """
        old = self._snapshot
        try:
            new = open_snapshot(old.path, progress=progress)
        except KnowledgeError as error:
            self._refused = (error, datetime.now(UTC))
            raise
        self._snapshot, self._refused = new, None
        logger.info("knowledge reloaded: version %s, was %s", new.knowledge.version, old.knowledge.version)
        return new.knowledge.version != old.knowledge.version

    def _compose(self, decision: Decision, asker: Asker, snapshot: Snapshot) -> Reply:
        return compose(decision, today=self._today(), locale=self._language(asker), knowledge=snapshot.knowledge)

    def _language(self, asker: Asker) -> str | None:
        return asker.locale or self._locale


def knowledge_path(settings: Settings) -> Path:
    """Where the knowledge is: as set, else ./knowledge, else what is shipped."""
    if settings.knowledge is not None:
        return settings.knowledge
    return LOCAL_KNOWLEDGE if LOCAL_KNOWLEDGE.is_dir() else shipped_path()


def open_snapshot(path: Path, *, progress: Progress | None = None) -> Snapshot:
    """Load and index the knowledge at `path`. Raises KnowledgeError."""
    knowledge = load(path, progress=progress)
    engine = Engine.build(knowledge, progress=progress)

    def judged(text: str, context: str | None) -> Decision:
        return engine.decide(text, context=context)

    # Judging is pure, and what people ask repeats: the buttons' titles, the questions of the day.
    decide = lru_cache(maxsize=REPEATED)(judged)
    return Snapshot(path=path, knowledge=knowledge, engine=engine, decide=decide, loaded_at=datetime.now(UTC))


def _topic(decision: Decision) -> str:
    """What a follow-up to an answered question is about.

    The question, or where it was a follow-up itself, the title of what answered it: a whole question.
    """
    return decision.question if decision.context is None else decision.matches[0].entry.title
