"""Foresight: what the knowledge in force says is found out before a change is proposed, so that nobody waits for it."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.weighing import Weighing

_PAUSE = 15.0  # seconds between two looks: at a start there is enough to do, and one edit often follows another
_PATIENCE = 1.0  # seconds to wait for the thread at the end; its process ends with ours in any case


class Foresight:
    """Looks ahead in a thread of its own whenever another version of the knowledge is in force."""

    def __init__(self, weighing: Weighing, *, pause: float = _PAUSE) -> None:
        self._weighing, self._pause = weighing, pause
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="backchannel-foresight", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End."""
        self._stop.set()
        self._thread.join(_PATIENCE)

    def _run(self) -> None:
        known = None
        while not self._stop.wait(self._pause):
            version = self._weighing.version().knowledge.version
            if version != known:
                self._weighing.look_ahead(self._stop.is_set)
                known = version
