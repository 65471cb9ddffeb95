"""Tells one process that another has written something it waits for; PostgreSQL carries the word."""

from __future__ import annotations

import logging
import threading
from contextlib import closing
from typing import TYPE_CHECKING

from sqlalchemy import text

from bot.store.writer import AWAY

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from bot.store.database import Database

_log = logging.getLogger(__name__)

_CHANNEL = "backchannel"
_LOOK_UP = 1.0  # seconds between two looks at whether to end
_PAUSE = 5.0  # seconds before a connection that was lost is made anew; polling goes on meanwhile


def ring(connection: Connection) -> None:
    """Tell every process that listens, once this transaction has committed; SQLite has nobody to tell."""
    if connection.dialect.name == "postgresql":
        connection.execute(text(f"NOTIFY {_CHANNEL}"))


class Bell:
    """Listens in a thread of its own and calls `heard` there."""

    def __init__(self, database: Database, heard: Callable[[], None]) -> None:
        self._database, self._heard = database, heard
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backchannel-bell", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End; the thread is gone within a second or two."""
        self._stop.set()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._listen()
            except (*AWAY, self._database.driver_error) as error:
                _log.debug("other processes cannot be heard just now: %s", type(error).__name__)
                self._stop.wait(_PAUSE)

    def _listen(self) -> None:
        with closing(self._database.detached()) as connection:
            connection.execute(f"LISTEN {_CHANNEL}")
            while not self._stop.is_set():
                if any(True for _ in connection.notifies(timeout=_LOOK_UP, stop_after=1)):
                    self._heard()
