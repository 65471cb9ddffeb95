"""Live reload: edits to the knowledge files go into force by themselves, and a bad one changes nothing."""

from __future__ import annotations

import logging
import os
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

from watchfiles import watch

from bot.errors import KnowledgeError

if TYPE_CHECKING:
    from pathlib import Path

    from bot.service import Service

_log = logging.getLogger(__name__)

_LOOK_ANYWAY = 1.0  # seconds: some network and container file systems tell nobody of changes
_SETTLE = 0.15  # seconds without a change before the files are read: a checkout writes many
_SUFFIXES = (".yaml", ".yml", ".YAML", ".YML")
_PATIENCE = 6  # times that long is waited for files that never rest


class Watcher:
    """Watches the knowledge folder in a thread of its own and reloads the service, which tells what became of it."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._stop = threading.Event()
        self._print = _print_of(service.snapshot.path)
        self._thread = threading.Thread(target=self._run, name="backchannel-watch", daemon=True)

    def start(self) -> None:
        """Begin to watch."""
        self._thread.start()

    def stop(self) -> None:
        """End; returns once the thread has."""
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.is_set():
            try:
                self._follow()
            except OSError as error:  # the folder is gone, or the system has no watches left: look again soon
                _log.debug("the knowledge folder cannot be watched just now: %s", type(error).__name__)
                self._look()
                self._stop.wait(_LOOK_ANYWAY)

    def _follow(self) -> None:
        pause = int(_LOOK_ANYWAY * 1000)
        for _ in watch(
            self._service.snapshot.path,
            watch_filter=None,
            debounce=400,
            step=100,
            stop_event=self._stop,
            rust_timeout=pause,
            yield_on_timeout=True,
            raise_interrupt=False,
        ):
            self._look()

    def _look(self) -> None:
        """Reload if the files are not as they were, once they have come to rest."""
        now = _print_of(self._service.snapshot.path)
        if now == self._print or self._stop.is_set():
            return
        for _ in range(_PATIENCE):
            self._stop.wait(_SETTLE)
            before, now = now, _print_of(self._service.snapshot.path)
            if before == now:
                break
        self._print = now
        with suppress(KnowledgeError):  # the service tells of it
            self._service.reload()


def _print_of(path: Path) -> frozenset[tuple[str, int, int, int]]:
    """Tell one state of the files from another without reading them: name, identity, size and time of each."""
    found = set()
    seen = set()
    for folder, folders, names in os.walk(path, followlinks=True):
        here = os.stat(folder)  # noqa: PTH116 - this and the next: thousands of files, every second
        if (here.st_dev, here.st_ino) in seen:  # a link that leads back
            folders.clear()
            continue
        seen.add((here.st_dev, here.st_ino))
        folders[:] = [name for name in folders if not name.startswith(".")]
        for name in names:
            if name.endswith(_SUFFIXES) and not name.startswith("."):
                with suppress(FileNotFoundError):
                    status = os.stat(f"{folder}/{name}")  # noqa: PTH116
                    found.add((f"{folder}/{name}", status.st_ino, status.st_size, status.st_mtime_ns))
    return frozenset(found)
