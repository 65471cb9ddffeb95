"""The memory of what happened: questions, votes, removals, requests, posts, edits; the bot answers without it."""

from __future__ import annotations

import secrets
import threading
import time
from concurrent.futures import Future
from typing import TYPE_CHECKING, Self

from bot.errors import ConfigError, StoreError
from bot.store import reading, rows
from bot.store.backend import Backend
from bot.store.database import default_url
from bot.store.desk import Desk
from bot.store.records import StoreStatus
from bot.store.writer import AWAY
from bot.store.writes import (
    ChoiceMade,
    Erasure,
    ModeratorsAsked,
    QuestionAsked,
    Remembered,
    ReplyRemoved,
    VoteCast,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection, Engine

    from bot.config import Settings
    from bot.model import Asker, Complaint, Reply
    from bot.privacy import Marker
    from bot.store.records import OwnData, Post, Vote
    from bot.store.writes import Write

_CLAIMS_IN_MEMORY = 10_000
_GRACE = 5.0  # seconds for which a claim does not try a database that was away a moment ago


def new_key() -> str:
    """Make the key of one reply: 12 url-safe characters, for the ids of its buttons."""
    return secrets.token_urlsafe(9)


class Store:
    """Records at once, writes later, reads when asked.

    Safe to use from every thread. The `record_*` methods, `ask_moderators` and `remember` only queue: they take
    microseconds, touch no disk and raise nothing when the database is slow, full or gone. The rest blocks on the
    database: call it from a thread where an event loop is running. `claim`, `recall` and `swap` never raise either;
    what moderators read raises StoreError when it cannot be read.

    The futures handed back resolve to True once the record is durable, to False when it was given up.
    """

    def __init__(self, backend: Backend | None, *, now: Callable[[], float]) -> None:
        self._backend, self._now = backend, now
        self._lock = threading.Lock()
        self._claims: dict[str, float] = {}
        self._memory: dict[str, str] = {}  # what was swapped here; and stands in where there is no database
        self._claims_away_until = 0.0

    @classmethod
    def open(
        cls,
        url: str | None,
        *,
        keys: Sequence[bytes] = (),
        retention_days: int = 90,
        backlog: int = 10_000,
        now: Callable[[], float] = time.time,
    ) -> Self:
        """Open the store of a database URL; None keeps nothing, and everything else still works.

        `keys` are the secrets behind the marks that tell people apart, the present one and those of before; without,
        SQLite keeps its own beside the file and PostgreSQL within. Raises ConfigError for a URL that can never work; a
        database that is merely away is waited for.
        """
        if url is None:
            return cls(None, now=now)
        return cls(Backend(url, keys=keys, retention_days=retention_days, limit=backlog, now=now), now=now)

    @classmethod
    def configured(cls, settings: Settings) -> Self:
        """Open the store that the settings name: their URL, "none" to keep nothing, else the default one."""
        url = settings.database_url or default_url()
        return cls.open(
            None if url == "none" else url, keys=settings.privacy_key, retention_days=settings.retention_days
        )

    def close(self, timeout: float = 5.0) -> int:
        """Write what waits, for at most `timeout` seconds; return how many records could not be written."""
        return self._backend.close(timeout) if self._backend else 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def keeps(self) -> bool:
        """Whether anything is kept at all."""
        return self._backend is not None

    @property
    def retention_days(self) -> int:
        """After how many days things are deleted; 0 where nothing is kept."""
        return self._backend.retention_days if self._backend else 0

    @property
    def engine(self) -> Engine | None:
        """The database's connections, for tables that a platform's own library keeps there; None without a database."""
        return self._backend.database.engine if self._backend else None

    def status(self) -> StoreStatus:
        """Tell how the store is doing, from memory alone."""
        if not self._backend:
            return StoreStatus(kind="none", backlog=0, dropped=0, trouble=None)
        writer = self._backend.writer
        return StoreStatus(
            kind=self._backend.database.kind,
            backlog=writer.backlog,
            dropped=writer.dropped,
            trouble=writer.trouble,
        )

    # --- recording ---------------------------------------------------------------------------

    def record_question(self, key: str, reply: Reply, asker: Asker) -> Future[bool]:
        """Keep a question and what became of it; greetings and blanks are no questions and are not kept."""
        if reply.reason in {"small_talk", "empty"}:
            return _settled(written=False)
        return self._put(QuestionAsked(key=key, reply=reply, asker=asker, at=self._now()), precious=False)

    def record_choice(self, key: str, entry_id: str) -> Future[bool]:
        """Keep which suggestion the asker of question `key` took: what they had meant."""
        return self._put(ChoiceMade(key=key, entry_id=entry_id), precious=False)

    def record_vote(
        self, key: str, asker: Asker, vote: Vote, *, entry_id: str | None = None, complaint: Complaint | None = None
    ) -> Future[bool]:
        """Keep a vote on reply `key`; a person's last one counts. `entry_id` is what the reply showed."""
        cast = VoteCast(key=key, asker=asker, vote=vote, entry_id=entry_id, complaint=complaint, at=self._now())
        return self._put(cast)

    def record_removal(self, key: str, asker: Asker, *, entry_id: str | None = None) -> Future[bool]:
        """Keep that `asker` (the one who pressed) removed the public reply `key`."""
        return self._put(ReplyRemoved(key=key, asker=asker, entry_id=entry_id, at=self._now()))

    def ask_moderators(self, key: str, question: str, asker: Asker) -> Future[bool]:
        """Pass a question on to the moderators, with where to bring their answer.

        Where it is given up, as it is without a database: tell the moderators, or the asker, yourself.
        """
        return self._put(ModeratorsAsked(key=key, question=question, asker=asker, at=self._now()))

    def record_post(self, post: Post) -> Future[bool]:
        """Keep where a public message of ours shows an entry, so that a correction can reach it."""
        return self._put(post, precious=False)

    def remember(self, key: str, value: str | None) -> Future[bool]:
        """Keep a small fact by name; None forgets it."""
        if not self._backend:
            with self._lock:
                self._memory.pop(key, None)
                if value is not None:
                    self._memory[key] = value
        return self._put(Remembered(key=key, value=value))

    def _put(self, record: Write, *, precious: bool = True) -> Future[bool]:
        return self._backend.writer.put(record, precious=precious) if self._backend else _settled(written=False)

    # --- between processes -------------------------------------------------------------------

    def recall(self, key: str) -> str | None:
        """Give back a remembered fact, written or still waiting; None if there is none or it cannot be read."""
        if not self._backend:
            return self._memory.get(key)
        for record in reversed(self._backend.writer.waiting()):
            if isinstance(record, Remembered) and record.key == key:
                return record.value
        try:
            return self._backend.read(lambda connection, _: reading.memory(connection, key))
        except StoreError:
            return None

    def claim(self, key: str, ttl: float) -> bool:
        """Take `key` for `ttl` seconds: True for the first to ask among all processes, False for everyone after.

        Without a database, or while it is away, the first in this process.
        """
        now = self._now()
        with self._lock:
            if self._claims.get(key, 0) > now:
                return False
            if len(self._claims) >= _CLAIMS_IN_MEMORY:
                self._claims = {held: until for held, until in self._claims.items() if until > now}
            self._claims[key] = now + ttl
        if not self._backend or now < self._claims_away_until:
            return True
        try:
            name = self._backend.prepare().name(key)
            with self._backend.database.writing() as connection:
                return rows.claimed(connection, name, now, now + ttl)
        except AWAY:
            self._claims_away_until = now + _GRACE
            return True

    def swap(self, key: str, value: str) -> bool:
        """Put a remembered fact in the place of the one before: True for the first among all processes to do so.

        Without a database, or while it is away, the first in this process.
        """
        with self._lock:
            if self._memory.get(key) == value:
                return False
            self._memory[key] = value
        if not self._backend:
            return True
        try:
            self._backend.prepare()
            with self._backend.database.writing() as connection:
                return rows.swapped(connection, key, value)
        except AWAY:
            return True

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard`, in some thread, soon after questions were settled: by any process where PostgreSQL is used.

        With SQLite, what another process settles is found by looking.
        """
        if self._backend:
            self._backend.listen(heard)

    # --- people's own, and the moderators' ----------------------------------------------------

    def own_data(self, asker: Asker) -> OwnData:
        """Give everything kept about a person; raises StoreError when it cannot be read."""
        backend = self._required()
        backend.forget_keys()

        def read(connection: Connection, marker: Marker) -> OwnData:
            marks = marker.asker_marks(asker, backend.since(), self._now())
            return reading.own_data(connection, asker, marks=marks, voters=marker.voter_marks(asker))

        return backend.read(read)

    def erase(self, asker: Asker) -> Future[bool]:
        """Delete everything kept about a person, what still waits to be written included."""
        since = self._backend.since() if self._backend else 0
        return self._put(Erasure(asker=asker, since=since, at=self._now()))

    def renew_key(self) -> None:
        """Tell people apart by a new key from now on; what older ones marked is found for as long as it is kept.

        Raises ConfigError where the operator sets the key, StoreError where there is no database, or none to be had.
        """
        backend = self._required()
        if backend.keys_given:
            raise ConfigError("BACKCHANNEL_PRIVACY_KEY is set: put the new key before the old one there, and restart.")
        try:
            backend.renew_key()
        except AWAY as error:
            raise StoreError("The database cannot be reached; the key is as it was.") from error

    @property
    def desk(self) -> Desk:
        """The moderators' side of the store; raises StoreError where no database is kept."""
        return Desk(self._required())

    def _required(self) -> Backend:
        if not self._backend:
            raise StoreError("Nothing is kept: no database is set. Set BACKCHANNEL_DATABASE_URL.")
        return self._backend


def _settled(*, written: bool) -> Future[bool]:
    future: Future[bool] = Future()
    future.set_result(written)
    return future
