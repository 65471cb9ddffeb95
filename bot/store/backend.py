"""A database with its writer, its secret key and its housekeeping."""

from __future__ import annotations

import logging
import os
import secrets
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import select
from sqlalchemy.dialects import postgresql

from bot.errors import ConfigError, StoreError
from bot.privacy import Marker
from bot.store import keeping, writes
from bot.store.bell import Bell, ring
from bot.store.database import Database
from bot.store.schema import MEMORY
from bot.store.writer import AWAY, Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from sqlalchemy import Connection

_T = TypeVar("_T")

_log = logging.getLogger(__name__)

_KEY_BYTES = 32
_KEY_NAME = "privacy-key"
_DAY = 86_400  # seconds
_SWEEP_EVERY = 3_600.0  # seconds between sweeps that found little
_SWEEP_PAUSE = 0.05  # seconds between two bites of one sweep, so that readers and other processes get their turn


class Backend:
    """Holds the database ready: migrated, its key known; both are made up for later when it was away at the start."""

    def __init__(
        self, url: str, *, key: bytes | None, retention_days: int, limit: int, now: Callable[[], float]
    ) -> None:
        self.database = Database(url)
        self._marker = Marker(key) if key else None
        self._retention, self._now = retention_days * _DAY, now
        self._ready = False
        try:
            self.prepare()
        except ConfigError:
            self.database.dispose()
            raise
        except AWAY as error:
            _log.warning("the store is away at the start (%s); the bot answers without it", type(error).__name__)
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
        if self._marker is None:
            self._marker = Marker(_file_key(file.with_suffix(file.suffix + ".key")) if file else self._stored_key())
        return self._marker

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
            _log.warning("the store cannot be read: %s", type(getattr(error, "orig", None) or error).__name__)
            raise StoreError("What was kept cannot be read just now: the database is away. Try again later.") from error

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
        with self.database.writing() as connection:
            writes.apply(connection, batch, marker)
            settled = any(isinstance(write, writes.Settlement) for write in batch)
            if settled:
                ring(connection)
        if settled:
            self._heard()

    def _heard(self) -> None:
        for heard in self._listeners:
            heard()

    def _sweep(self) -> float:
        self.prepare()
        with self.database.writing() as connection:
            more = keeping.sweep(connection, before=int(self.since()), now=self._now())
        return _SWEEP_PAUSE if more else _SWEEP_EVERY

    def _stored_key(self) -> bytes:
        # Without a setting, processes on several machines have only the database to agree on a key.
        insert = postgresql.insert(MEMORY).values(key=_KEY_NAME, value=secrets.token_hex(_KEY_BYTES))
        with self.database.writing() as connection:
            connection.execute(insert.on_conflict_do_nothing())
            return bytes.fromhex(
                connection.execute(select(MEMORY.c.value).where(MEMORY.c.key == _KEY_NAME)).scalar_one()
            )


def _file_key(path: Path) -> bytes:
    """Read the key kept beside SQLite's file, made at the first start and readable by its owner alone."""
    fresh = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    try:
        return bytes.fromhex(path.read_text())
    except FileNotFoundError:
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(secrets.token_hex(_KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(fresh, path)  # the first of several processes wins, and nobody ever reads half a key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
    return bytes.fromhex(path.read_text())
