"""The one object that adapters and the command line hold: a question in, a reply out."""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.answer import card_of, compose, offer, refuse, scope, stock_card, withdrawn
from bot.errors import ConfigError, KnowledgeError
from bot.knowledge.diff import differences
from bot.limits import Admission, Limits
from bot.memory import Memory
from bot.model import Decision
from bot.places import Places
from bot.reload import Refused, Reloaded
from bot.search import MAX_QUESTION
from bot.settings_file import refused
from bot.snapshot import REPEATED, cache_of, knowledge_path, open_snapshot, open_transformer
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator
    from collections.abc import Collection as Container
    from pathlib import Path

    from bot.config import Settings
    from bot.limits import Rate
    from bot.markdown import Document
    from bot.model import Asker, Card, Knowledge, Problem, Reply, StockReply, Suggestion
    from bot.places import Place
    from bot.progress import Progress
    from bot.snapshot import Snapshot
    from bot.wording import Wording

logger = logging.getLogger(__name__)


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
    settings_at: datetime  # UTC; when the places' settings were read
    settings_refused: ConfigError | None = None  # why their last change is not in force


class Service:
    """Answers people from the knowledge in force.

    `ask` and its kin take a snapshot once and never wait; they belong to one thread. `reload` may run in another.
    """

    def __init__(  # noqa: PLR0913 (what it works with, each with a default)
        self,
        snapshot: Snapshot,
        *,
        locale: str | None = None,
        places: Places | None = None,
        memory: Memory | None = None,
        limits: Limits | None = None,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._snapshot = snapshot
        self._locale = locale
        self.now = now  # seconds since the epoch; everybody who needs the time takes it from here
        self._places, self._places_at = places or Places(), self._moment()
        self._memory = memory if memory is not None else Memory()
        self._limits = limits or Limits()
        self._refused: tuple[KnowledgeError, datetime] | None = None
        self._places_refused: ConfigError | None = None
        self._reloading = threading.Lock()  # a reload that began earlier must not end later
        self._listeners: list[Callable[[Reloaded | Refused], None]] = []
        self._reply = lru_cache(maxsize=REPEATED)(_reply)

    @classmethod
    def open(cls, settings: Settings, *, places: Places | None = None, progress: Progress | None = None) -> Service:
        """Load the knowledge that the settings name.

        Raises KnowledgeError with every problem of it, ConfigError where the places name what is not in it, and
        EncoderError where the transformer that is set cannot be used.
        """
        snapshot = open_snapshot(
            knowledge_path(settings),
            cache=cache_of(settings),
            transformer=open_transformer(settings),
            progress=progress,
        )
        service = cls(snapshot, locale=settings.locale)
        if places is not None:
            service.reload_places(lambda: places)
        return service

    @property
    def today(self) -> date:
        """The day, in UTC."""
        return self._moment().date()

    def _moment(self) -> datetime:
        return datetime.fromtimestamp(self.now(), UTC)

    @property
    def snapshot(self) -> Snapshot:
        """The version in force; whoever takes it keeps it whole, whatever is reloaded meanwhile."""
        return self._snapshot

    @property
    def places(self) -> Places:
        """What is set for places, as it is in force."""
        return self._places

    def place(self, asker: Asker) -> Place:
        """What is set where somebody asks."""
        return self._places.of(asker)

    def seen_from(self, asker: Asker) -> Snapshot:
        """The version in force, as far as it is known where somebody asks."""
        return self._snapshot.within(self.place(asker).collections)

    def admit(self, asker: Asker, *, overheard: bool = False) -> Admission:
        """Say whether a question is to be answered now, before it is asked; it counts towards the limits of its place.

        What the bot only `overheard` counts apart, so that talking costs nobody an answer.
        """
        if not asker.person:
            return Admission.ANSWER
        place = self.place(asker)
        rates: dict[Hashable, Rate | None] = {("person", asker.platform, asker.person, overheard): place.person_limit}
        if asker.place:
            rates["place", asker.platform, asker.tenant, asker.place, overheard] = place.place_limit
        return self._limits.admit(rates)

    def ask(self, text: str, asker: Asker) -> Reply:
        """Answer a question; never raises for anything that a person can type."""
        started = time.perf_counter()
        snapshot, today, language = self.seen_from(asker), self.today, self._language(asker)
        text = text[: MAX_QUESTION + 1]  # a longer one is declined for its length, and would fill what is kept
        reply = self._reply(snapshot, text, None, today, language)
        # What is answered or declined by itself refers to nothing, so it reads the same whatever was asked before.
        alone = reply.outcome == "answer" or reply.decision.stock_reply is not None
        if not alone and (context := self._memory.recall(asker)) is not None:
            reply = self._reply(snapshot, text, context, today, language)
        if reply.outcome == "answer":
            self._memory.remember(asker, _topic(reply.decision))
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
        return self._compose(refuse(decision, entry_ids), asker, self.seen_from(asker))

    def entry(self, entry_id: str, asker: Asker) -> Card:
        """An entry in full, picked by its id; one polite line if it is gone. A follow-up may refer to it."""
        knowledge = self.seen_from(asker).knowledge
        entry = knowledge.by_id.get(entry_id)
        if entry is not None:
            self._memory.remember(asker, entry.title)
        return card_of(entry_id, today=self.today, locale=self._language(asker), knowledge=knowledge)

    def settled(self, entry_id: str, asker: Asker) -> Card | None:
        """What moderators settled a question with: an entry in full, or a fixed reply; None if it is not in force."""
        knowledge, several = self.seen_from(asker).knowledge, len(self._snapshot.knowledge.collections) > 1
        if entry_id in knowledge.by_id:
            return self.entry(entry_id, asker)
        stock = next((one for name, one in out_of_scope(knowledge, several=several) if name == entry_id), None)
        return stock_card(stock, locale=self._language(asker), knowledge=knowledge) if stock else None

    def again(self, entry_id: str, question: str | None, asker: Asker) -> Card | None:
        """What an entry says now, in the form that this question got it in; None if the entry is gone."""
        snapshot = self.seen_from(asker)
        entry = snapshot.knowledge.by_id.get(entry_id)
        if entry is None:
            return None
        decision = snapshot.engine.decide(question) if question else None
        if decision and decision.outcome == "answer" and decision.matches[0].entry is entry:
            return self._compose(decision, asker, snapshot).card
        return card_of(entry_id, today=self.today, locale=self._language(asker), knowledge=snapshot.knowledge)

    def withdrawn(self, entry_id: str, on: date, asker: Asker) -> Card:
        """What stands in the place of an entry that is gone since a day."""
        return withdrawn(entry_id, on=on, locale=self._language(asker), knowledge=self.seen_from(asker).knowledge)

    def topics(self, asker: Asker) -> tuple[Topics, ...]:
        """Everything that can be asked, by collection."""
        knowledge, locale = self.seen_from(asker).knowledge, self._language(asker)
        found = []
        for one in knowledge.collections:
            questions = offer((e for e in one.entries if e.kind == "faq"), locale=locale, knowledge=knowledge)
            sections = offer((e for e in one.entries if e.kind == "section"), locale=locale, knowledge=knowledge)
            found.append(Topics(title=one.title, questions=questions, sections=sections))
        return tuple(found)

    def complete(self, text: str, asker: Asker, *, limit: int = 25) -> tuple[Suggestion, ...]:
        """Entries to offer while a question is being typed, best first; the pinned ones before anything is typed."""
        snapshot = self.seen_from(asker)
        entries = snapshot.engine.complete(text, limit=limit)
        return offer(entries, locale=self._language(asker), knowledge=snapshot.knowledge)

    def scope(self, asker: Asker) -> Document:
        """What the knowledge covers, in one sentence or a list."""
        return scope(self.seen_from(asker).knowledge, self.wording(asker))

    def wording(self, asker: Asker) -> Wording:
        """The bot's own words in the asker's language, else in the knowledge's."""
        collections = self.seen_from(asker).knowledge.collections
        return wording(self._language(asker), *(one.language for one in collections[:1]))

    def concerning(self, problems: Iterable[Problem], asker: Asker) -> tuple[Problem, ...]:
        """Give those problems of the files that are about what is known where somebody asks, for them to read."""
        own = self.seen_from(asker)
        folders = [one.path for one in own.knowledge.collections]
        whole = own is self._snapshot
        return tuple(
            one.seen_from(own.path)
            for one in problems
            if whole or any(one.origin.path.is_relative_to(at) for at in folders)
        )

    def status(self, asker: Asker | None = None) -> Status:
        """What is in force, since when, and why the last reload was refused, if it was; as far as `asker` may know."""
        snapshot = self._snapshot if asker is None else self.seen_from(asker)
        refused, refused_at = self._refused or (None, None)
        return Status(
            path=snapshot.path,
            version=snapshot.knowledge.version,
            loaded_at=snapshot.loaded_at,
            entries={one.name: len(one.entries) for one in snapshot.knowledge.collections},
            refused=refused,
            refused_at=refused_at,
            settings_at=self._places_at,
            settings_refused=self._places_refused,
        )

    def listen(self, hear: Callable[[Reloaded | Refused], None]) -> None:
        """Call `hear` with what became of every reload, whoever began it, in that one's thread.

        Nothing is told of a reload that changes no content, unless it ends a refusal, nor twice of the same errors.
        """
        self._listeners.append(hear)

    def reload(self, *, progress: Progress | None = None) -> bool:
        """Read the knowledge again; say whether anything changed.

        Raises KnowledgeError if it has errors: then nothing changes, and `status` tells why.
        """
        with self._reloading:
            old = self._snapshot
            try:
                new = open_snapshot(
                    old.path, cache=old.cache, transformer=old.engine.transformer, progress=progress, now=self.now
                )
            except KnowledgeError as error:
                known = self._refused is not None and str(self._refused[0]) == str(error)
                self._refused = (error, self._moment())
                if not known:
                    self._tell(Refused(error=error, in_force_since=old.loaded_at))
                raise
            mended = self._refused is not None
            self._snapshot, self._refused = new, None
            self._reply.cache_clear()  # they would keep the old version in memory
            logger.info("knowledge reloaded: version %s, was %s", new.knowledge.version, old.knowledge.version)
            for problem in self._places.problems(new.knowledge):
                logger.warning("the settings do not fit the knowledge any more: %s", problem)
            found = differences(old.knowledge, new.knowledge)
            if found or mended:
                before, after = old.knowledge, new.knowledge
                self._tell(Reloaded(entries=found, before=before, after=after, since=old.loaded_at))
            return new.knowledge.version != old.knowledge.version

    def _tell(self, news: Reloaded | Refused) -> None:
        for hear in self._listeners:
            hear(news)

    def reload_places(self, read: Callable[[], Places]) -> None:
        """Put other settings of places into force; warnings go to the log.

        Raises ConfigError if they cannot be read or name what is not there: then nothing changes, and `status` tells.
        """
        try:
            places = read()
            problems = places.problems(self._snapshot.knowledge)
            if any(problem.level == "error" for problem in problems):
                raise refused(problems)
        except ConfigError as error:
            self._places_refused = error
            raise
        self._places, self._places_at, self._places_refused = places, self._moment(), None
        for problem in problems:
            logger.warning("settings: %s", problem)

    def forget(self, asker: Asker) -> None:
        """Forget what somebody asked, as far as follow-ups would refer to it."""
        self._memory.forget(asker)

    def _compose(self, decision: Decision, asker: Asker, snapshot: Snapshot) -> Reply:
        return compose(decision, today=self.today, locale=self._language(asker), knowledge=snapshot.knowledge)

    def _language(self, asker: Asker) -> str | None:
        return self.place(asker).language or asker.locale or self._locale


def _reply(snapshot: Snapshot, text: str, context: str | None, today: date, locale: str | None) -> Reply:
    decision = snapshot.engine.decide(text, context=context)
    return compose(decision, today=today, locale=locale, knowledge=snapshot.knowledge)


def out_of_scope(knowledge: Knowledge, *, several: bool) -> Iterator[tuple[str, StockReply]]:
    """Name what is out of scope, by ids as everywhere outside the files; `several` collections are loaded."""
    for one in knowledge.collections:
        for reply in one.stock_replies:
            if reply.reason == "out_of_scope":
                yield f"{one.name}:out_of_scope/{reply.id}" if several else f"out_of_scope/{reply.id}", reply


def _topic(decision: Decision) -> str:
    """What a follow-up to an answered question is about.

    The question, or where it was a follow-up itself, the title of what answered it: a whole question.
    """
    return decision.question if decision.context is None else decision.matches[0].entry.title
