"""Weighs changes against the knowledge in force, and keeps what both were asked for the next time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import StoreError
from bot.impact import RECENT, foresee, impact, proposed
from bot.version import Version

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.evaluate import Case
    from bot.impact import Impact
    from bot.knowledge.patch import Change
    from bot.progress import Progress
    from bot.service import Service
    from bot.store import AskedQuestion, Store


class Weighing:
    """The version in force and the proposed one looked at last, each with what it has said."""

    def __init__(self, service: Service, store: Store, cases: Sequence[Case] = ()) -> None:
        self._service, self._store, self._cases = service, store, tuple(cases)
        self._version: Version | None = None
        self._weighed: tuple[tuple[str, str], Version] | None = None  # by what it was proposed for, and the change

    def weigh(
        self, change: Change, questions: Iterable[str], *, seconds: float | None, progress: Progress | None
    ) -> Impact:
        """Work out what a change would do to questions, in so many seconds; what is left is done the next time.

        Raises KnowledgeError with every problem that it would bring.
        """
        new, cases = self.proposed(change, progress), self._cases
        return impact(self.version(), new, questions=questions, cases=cases, seconds=seconds, progress=progress)

    def look_ahead(self, stopped: Callable[[], bool]) -> None:
        """Ask the knowledge in force what changes to it will be tried on; a process does, until it is `stopped`."""
        questions = [one.text for one in self.recent()]
        foresee(self.version(), questions=questions, cases=self._cases, stopped=stopped)

    def recent(self) -> Sequence[AskedQuestion]:
        """Give the last real questions to try changes on; none while the database is away."""
        with suppress(StoreError):  # an edit does not wait for it
            return self._store.desk.recent_questions(limit=RECENT)
        return ()

    def version(self) -> Version:
        """Give the knowledge in force, with what it has already been asked."""
        snapshot = self._service.snapshot
        if self._version is None or self._version.engine is not snapshot.engine:
            known = self._weighed[1] if self._weighed else None
            if known is None or known.knowledge.version != snapshot.knowledge.version:
                known = Version(knowledge=snapshot.knowledge, engine=snapshot.engine)
            self._version = replace(known, knowledge=snapshot.knowledge, engine=snapshot.engine)
        return self._version

    def proposed(self, change: Change, progress: Progress | None = None) -> Version:
        """Give the knowledge as it would be. Raises KnowledgeError."""
        snapshot, key = self._service.snapshot, (self._service.snapshot.knowledge.version, change.patch)
        if self._weighed is None or self._weighed[0] != key:
            transformer = snapshot.engine.transformer
            new = proposed(snapshot.path, change, transformer=transformer, progress=progress)
            self._weighed = (key, new.after(self.version()))
        return self._weighed[1]
