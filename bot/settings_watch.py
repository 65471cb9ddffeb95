"""Live reload of the settings file: what places set goes into force by itself, and a bad edit changes nothing."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.places import at_start, read_places

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from bot.places import Platform
    from bot.service import Service

logger = logging.getLogger(__name__)

_LOOK = 1.0  # seconds between two looks at the file; one costs microseconds
_SETTLE = 0.15  # seconds that an editor may take to write it
_SHOWN = 20  # problems told in the log


class SettingsWatcher:
    """Watches the settings file in a thread of its own and gives the service what it says of places.

    A file that is replaced, linked to anew or made later is followed all the same. `changed` is called in the thread
    after every change that went into force.
    """

    def __init__(
        self,
        service: Service,
        path: Path,
        platforms: Sequence[Platform],
        environ: Mapping[str, str],
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        self._service, self._path = service, path
        self._platforms, self._environ, self._changed = platforms, environ, changed
        self._seen = self._print()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backchannel-settings", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns once the thread has."""
        self._stop.set()
        self._thread.join()

    def look(self) -> None:
        """Read the file if it is not as it was."""
        now = self._print()
        while now != self._seen and not self._stop.is_set():
            self._seen = now
            self._stop.wait(_SETTLE)
            now = self._print()
            if now == self._seen:
                self._reload()

    def _run(self) -> None:
        while not self._stop.wait(_LOOK):
            self.look()

    def _reload(self) -> None:
        before = self._service.places
        since = self._service.status().settings_at
        try:
            self._service.reload_places(lambda: read_places(self._platforms, self._environ, self._path))
        except ConfigError as error:
            logger.error("the settings file has errors; what was set on %s UTC stays", f"{since:%Y-%m-%d %H:%M:%S}")  # noqa: TRY400 - told by line
            for line in str(error).splitlines()[:_SHOWN]:
                logger.error("refused: %s", line)  # noqa: TRY400 - told by line
            return
        logger.info("the settings file changed; what it says of places is in force")
        old, new = (at_start(self._platforms, one.file) for one in (before, self._service.places))
        if later := sorted(name for name in {*old, *new} if old.get(name) != new.get(name)):
            logger.warning("in force only after a restart: %s", ", ".join(later))
        self._changed()

    def _print(self) -> tuple[int, int, int] | None:
        """Tell one state of the file from another without reading it; None where there is none."""
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_ino, status.st_size, status.st_mtime_ns
