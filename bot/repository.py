"""Keeps moderators' changes in Git, in the order they were made; what Git refuses is remembered and tried again."""

from __future__ import annotations

import json
import logging
import threading
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import EditError
from bot.knowledge import git

if TYPE_CHECKING:
    from bot.config import GitMode
    from bot.knowledge.patch import Change
    from bot.store import Store

_log = logging.getLogger(__name__)

_WAITING = "git/waiting"  # under this name the store remembers the commits that Git has not taken
_PATIENCE = 300.0  # seconds between two attempts


@dataclass(frozen=True, slots=True, kw_only=True)
class _Commit:
    """A commit to make."""

    root: str
    paths: tuple[str, ...]
    author: str
    message: str

    def make(self) -> str:
        return git.commit(Path(self.root), self.paths, author=self.author, message=self.message)


class Repository:
    """The Git side of every change; one for a process."""

    def __init__(self, store: Store, mode: GitMode, *, patience: float = _PATIENCE) -> None:
        self._store, self._mode, self._patience = store, mode, patience
        self._turn = threading.Lock()
        self._timer: threading.Timer | None = None
        self._unpushed: set[Path] = set()  # Git itself knows what to push, and where to; only that it must is kept

    def commit(self, change: Change, *, author: str, message: str) -> tuple[str | None, str | None]:
        """Commit a change that is in the files, before the next one is written there.

        Returns the commit's id, and a sentence about what did not work; both None where Git is off.
        """
        if self._mode == "off":
            return None, None
        paths = tuple(file.path for file in change.files)
        wanted = _Commit(root=str(change.root), paths=paths, author=author, message=message)
        with self._turn:
            waiting = self._waiting()
            try:
                self._commit(waiting)
                return wanted.make(), None
            except EditError as error:
                _log.warning("a commit failed and is tried again: %s", error)
                self._remember([*waiting, wanted])
                self._later()
                return None, f"The change is in the files but not in Git; the commit is tried again. {error}"

    def push(self, change: Change) -> str | None:
        """Push what is committed, where that is set; give a sentence about what did not work. It may take a while."""
        if self._mode != "push":
            return None
        with self._turn:
            self._unpushed.add(change.root)
            try:
                self._push()
            except EditError as error:
                _log.warning("a push failed and is tried again: %s", error)
                self._later()
                return f"The change is committed but not pushed; the push is tried again. {error}"
        return None

    def retry(self) -> None:
        """Try again what Git refused."""
        if self._mode == "off":
            return
        with self._turn:
            try:
                self._commit(self._waiting())
                self._push()
            except EditError as error:
                _log.warning("Git still refuses: %s", error)
                self._later()

    def _commit(self, waiting: list[_Commit]) -> None:
        """Make the commits that wait, in their order; those that are made are taken off the list."""
        while waiting:
            waiting[0].make()
            if self._mode == "push":
                self._unpushed.add(Path(waiting[0].root))
            del waiting[0]
            self._remember(waiting)

    def _push(self) -> None:
        for root in sorted(self._unpushed):
            git.push(root)
            self._unpushed.discard(root)

    def _waiting(self) -> list[_Commit]:
        found = json.loads(self._store.recall(_WAITING) or "[]")
        return [_Commit(**{**one, "paths": tuple(one["paths"])}) for one in found]

    def _remember(self, waiting: list[_Commit]) -> None:
        self._store.remember(_WAITING, json.dumps([asdict(one) for one in waiting]) if waiting else None)

    def _later(self) -> None:
        if self._timer is None:
            self._timer = threading.Timer(self._patience, self._again)
            self._timer.daemon = True  # what waits is tried again by the next process
            self._timer.start()

    def _again(self) -> None:
        self._timer = None
        self.retry()
