"""The thread that writes: batches off the event loop, a bounded backlog, patience with a database that is away."""

from __future__ import annotations

import logging
import threading
import time
from collections import deque
from concurrent.futures import Future
from itertools import islice
from typing import TYPE_CHECKING

from sqlalchemy.exc import DataError, IntegrityError, SQLAlchemyError

from bot.errors import BackchannelError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.writes import Write

_log = logging.getLogger(__name__)

_BATCH = 500  # records in one transaction
_GATHERING = 0.25  # seconds that an ordinary record waits for others: a transaction costs as much as dozens of them
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 30.0  # seconds between attempts while the database is away
# What the record itself causes: it would fail again tomorrow. Everything else is the database's trouble, and passes.
_IMPOSSIBLE = (DataError, IntegrityError, ValueError)
# What a database raises that cannot be used now: it is away, on a full disk, or of a schema that is not ours.
AWAY = (SQLAlchemyError, OSError, BackchannelError)


def kind_of(error: Exception) -> str:
    """Say what a database's error is, such as `OperationalError, SQLITE_FULL`.

    The driver's message may quote a record's words: only the kind is repeated, and the code, SQLite's or SQL's own.
    """
    cause = getattr(error, "orig", None) or error
    code = getattr(cause, "sqlite_errorname", None) or getattr(cause, "sqlstate", None)
    return ", ".join(filter(None, (type(cause).__name__, code)))


class Writer:
    """Takes records at once and writes them in their order, when the database can.

    `write` writes a batch in one transaction or raises; it must bear being repeated. `chore` is called when nothing
    waits; it does one small piece of housekeeping and says how many seconds it wants to be left alone.
    """

    def __init__(
        self, write: Callable[[Sequence[Write]], None], chore: Callable[[], float], *, limit: int, name: str = "store"
    ) -> None:
        self._write, self._chore, self._limit = write, chore, limit
        self._backlog: deque[tuple[Write, Future[bool]]] = deque()
        self._changed = threading.Condition()
        self._urgent = False  # whether somebody waits for one of the records
        self._stop_at: float | None = None  # monotonic; set once closing
        self._chore_at = time.monotonic()
        self.dropped = 0
        self.trouble: str | None = None
        self._thread = threading.Thread(target=self._run, name=f"backchannel-{name}", daemon=True)
        self._thread.start()

    def put(self, record: Write, *, precious: bool) -> Future[bool]:
        """Queue a record; the future says whether it was written (True) or given up (False).

        Past `limit` waiting records the ordinary ones are given up, past twice that the precious ones too.
        """
        written: Future[bool] = Future()
        with self._changed:
            if self._stop_at is not None or len(self._backlog) >= self._limit * (2 if precious else 1):
                self.dropped += 1
                written.set_result(False)
            else:
                self._backlog.append((record, written))
                self._urgent = self._urgent or precious
                # Waking the thread for each record would cost more than writing it.
                if precious or len(self._backlog) in {1, _BATCH}:
                    self._changed.notify()
        return written

    @property
    def backlog(self) -> int:
        """How many records wait."""
        return len(self._backlog)

    def waiting(self) -> tuple[Write, ...]:
        """List the records not yet written, oldest first."""
        with self._changed:
            return tuple(record for record, _ in self._backlog)

    def close(self, timeout: float) -> int:
        """Write what waits for at most `timeout` seconds; return how many records had to be given up."""
        with self._changed:
            self._stop_at = time.monotonic() + timeout
            self._changed.notify()
        self._thread.join(timeout + 1)
        with self._changed:
            left = list(self._backlog)
            self._backlog.clear()
        for _, written in left:
            _settle(written, written=False)
        return len(left)

    def _run(self) -> None:
        pause = _FIRST_PAUSE
        while batch := self._next():
            if self._attempt(batch):
                pause = _FIRST_PAUSE
            elif not self._rest(pause):
                return
            else:
                pause = min(pause * 2, _LONGEST_PAUSE)

    def _next(self) -> list[tuple[Write, Future[bool]]]:
        """Wait for work and look at it, doing chores meanwhile; nothing means that it is time to end."""
        while True:
            with self._changed:
                if not self._backlog and self._stop_at is None:
                    self._changed.wait(max(self._chore_at - time.monotonic(), 0))
                if self._backlog or self._stop_at is not None:
                    self._changed.wait_for(self._is_due, _GATHERING)
                    self._urgent = False
                    return list(islice(self._backlog, _BATCH))
            self._do_chore()

    def _is_due(self) -> bool:
        return self._urgent or len(self._backlog) >= _BATCH or self._stop_at is not None

    def _attempt(self, batch: list[tuple[Write, Future[bool]]]) -> bool:
        try:
            self._write([record for record, _ in batch])
        except _IMPOSSIBLE:
            return self._attempt_singly(batch)
        except AWAY as error:
            self._note_trouble(error)
            return False
        self._finish(batch, written=True)
        return True

    def _attempt_singly(self, batch: list[tuple[Write, Future[bool]]]) -> bool:
        for item in batch:
            try:
                self._write([item[0]])
            except _IMPOSSIBLE as error:
                _log.warning("a %s cannot be stored: %s", type(item[0]).__name__, type(error).__name__)
                self._finish([item], written=False)
            except AWAY as error:
                self._note_trouble(error)
                return False
            else:
                self._finish([item], written=True)
        return True

    def _finish(self, batch: list[tuple[Write, Future[bool]]], *, written: bool) -> None:
        with self._changed:
            if not self._backlog:
                return  # closed while the database kept us waiting: these were given up
            for _ in batch:
                self._backlog.popleft()
            if not written:
                self.dropped += len(batch)
        if self.trouble:
            _log.info("the store is back; %d records wait", len(self._backlog))
            self.trouble = None
        for _, future in batch:
            _settle(future, written=written)

    def _rest(self, seconds: float) -> bool:
        """Pause after a failure, shorter when closing; False when there is no time left."""
        with self._changed:
            if self._stop_at is None:
                self._changed.wait_for(lambda: self._stop_at is not None, seconds)
                return True
            left = self._stop_at - time.monotonic()
            if left > 0:
                time.sleep(min(left, _FIRST_PAUSE))
            return left > 0

    def _do_chore(self) -> None:
        try:
            self._chore_at = time.monotonic() + self._chore()
        except AWAY as error:
            self._note_trouble(error)
            self._chore_at = time.monotonic() + _LONGEST_PAUSE

    def _note_trouble(self, error: Exception) -> None:
        kind = kind_of(error)
        if not self.trouble:
            _log.warning("the store cannot be written (%s); keeping a backlog", kind)
        self.trouble = f"The database cannot be written ({kind}); records wait until it can."


def _settle(future: Future[bool], *, written: bool) -> None:
    # The one who waited may have stopped waiting.
    if future.set_running_or_notify_cancel():
        future.set_result(written)
