"""A database with its writer, its secret key and its housekeeping."""

from __future__ import annotations

import logging
import time
from typing import TYPE_CHECKING, TypeVar, cast

from bot.errors import ConfigError, StoreError
from bot.privacy import Marker
from bot.store import keeping, rows, writes
from bot.store.bell import Bell, ring
from bot.store.database import Database
from bot.store.keys import kept, renew
from bot.store.writer import AWAY, Writer, kind_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from sqlalchemy import Connection

    from bot.store.keys import Key

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_KEYS_AGE = 60.0  # seconds that another process's new key may go unnoticed; what is erased is found anyway
_DAY = 86_400  # seconds
_SWEEP_EVERY = 3_600.0  # seconds between sweeps that found little
_SWEEP_PAUSE = 0.05  # seconds between two bites of one sweep, so that readers and other processes get their turn


class Backend:
    """Holds the database ready: migrated, its key known; both are made up for later when it was away at the start."""

    def __init__(
        self, url: str, *, keys: Sequence[bytes], retention_days: int, limit: int, now: Callable[[], float]
    ) -> None:
        self.database = Database(url)
        self.keys_given = bool(keys)
        self._given = Marker(*keys) if keys else None
        self._marker: Marker | None = None
        self._read_at = float("-inf")
        self.retention_days = retention_days
        self._retention, self._now = retention_days * _DAY, now
        self._ready = False
        try:
            self.prepare()
        except ConfigError:
            self.database.dispose()
            raise
        except AWAY as error:
            place = self.database.file or self.database.kind
            _log.warning("the store %s is away at the start (%s); the bot answers without it", place, kind_of(error))
        self._listeners: list[Callable[[], None]] = []
        self._bell: Bell | None = None
        self.writer = Writer(self._write, self._sweep, limit=limit)

    def prepare(self) -> Marker:
        """Migrate once and find the key; raises what `AWAY` names while the database is away."""
        file = self.database.file
        if self._ready and file and not file.exists():
            # Somebody removed or moved the file: writing on into the old one would lose everything silently.
            self.database.dispose()
            self._ready = False
        if not self._ready:
            self.database.migrate()
            self._ready = True
        if self._given:
            return self._given
        if self._marker is None or time.monotonic() - self._read_at > _KEYS_AGE:
            self._take(kept(self.database))
        return cast("Marker", self._marker)

    def renew_key(self) -> None:
        """Begin to use a new key; only where no setting gives the keys."""
        self.prepare()
        self._take(renew(self.database, now=self._now(), retention=self._retention))

    def forget_keys(self) -> None:
        """Look for the keys anew next time: another process may have made one."""
        self._read_at = float("-inf")

    def _take(self, keys: Sequence[Key]) -> None:
        self._marker, self._read_at = Marker(*(key.secret for key in keys)), time.monotonic()

    def since(self) -> float:
        """Tell from when on things are kept, in seconds since the epoch."""
        return self._now() - self._retention

    def read(self, read: Callable[[Connection, Marker], _T]) -> _T:
        """Run a query in one consistent view; raises StoreError when the database is away."""
        try:
            marker = self.prepare()
            with self.database.reading() as connection:
                return read(connection, marker)
        except AWAY as error:
            _log.warning("the store cannot be read: %s", kind_of(error))
            raise StoreError(
                f"What was kept cannot be read just now: the database is away ({kind_of(error)}). Try again later."
            ) from error

    def listen(self, heard: Callable[[], None]) -> None:
        """Call `heard`, in some thread, whenever this process or another has settled questions."""
        self._listeners.append(heard)
        if self._bell is None and self.database.kind == "postgresql":
            self._bell = Bell(self.database, self._heard)

    def close(self, timeout: float) -> int:
        """Flush for at most `timeout` seconds; return how many records were given up."""
        if self._bell:
            self._bell.close()
        left = self.writer.close(timeout)
        self.database.dispose()
        return left

    def _write(self, batch: Sequence[writes.Write]) -> None:
        marker = self.prepare()
        erasing = any(isinstance(write, writes.Erasure) for write in batch)
        settling = any(isinstance(write, writes.Settlement) for write in batch)
        if erasing:
            self.forget_keys()
            marker = self.prepare()
        with self.database.writing() as connection:
            rows.apply(connection, batch, marker)
            if settling:
                ring(connection)
        if erasing:
            self.database.clean_up()
        if settling:
            self._heard()

    def _heard(self) -> None:
        for heard in self._listeners:
            heard()

    def _sweep(self) -> float:
        self.prepare()
        with self.database.writing() as connection:
            more = keeping.sweep(connection, before=int(self.since()), now=self._now())
        return _SWEEP_PAUSE if more else _SWEEP_EVERY
