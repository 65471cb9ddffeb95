"""Makes changes to the knowledge: into the history, into the files, into force, and into Git; a crash loses none."""

from __future__ import annotations

import logging
import secrets
import threading
from concurrent.futures import TimeoutError as FutureTimeoutError
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.errors import EditError, StoreError
from bot.knowledge.diff import differences
from bot.knowledge.patch import applied
from bot.knowledge.write import write
from bot.proposal import Made
from bot.repository import Repository
from bot.store.records import Edit

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.config import GitMode
    from bot.model import Collection
    from bot.proposal import Proposal
    from bot.service import Service
    from bot.store import Store

_log = logging.getLogger(__name__)

_REMEMBERED = 2.0  # seconds to wait for the history before an edit is made without it


class Changes:
    """What becomes of the knowledge files; everything blocks on files or the database."""

    def __init__(self, service: Service, store: Store, git: GitMode) -> None:
        self._service, self._store, self.repository = service, store, Repository(store, git)
        self._making = threading.Lock()  # a reload that began earlier must not end later

    def reconcile(self) -> None:
        """Settle the edits that a crash left undecided, by what the files hold; call it once at the start.

        What Git refused before is tried again.
        """
        with suppress(StoreError):
            for pending in self._store.desk.pending_edits():
                collections = self._service.snapshot.knowledge.collections
                place = next((one for one in collections if one.name == pending.collection), None)
                if place is not None and (state := applied(place.path, pending.patch)) is not None:
                    self._store.desk.record_edit(replace(pending, state="done" if state else "void"))
        self.repository.retry()

    def place(self, entry_id: str, known: Sequence[Collection]) -> tuple[Collection, str]:
        """Find an id's collection and the id within it. Raises EditError where it is not among those known."""
        collections = self._service.snapshot.knowledge.collections
        name, colon, local = entry_id.partition(":")
        if colon:
            found = next((one for one in collections if one.name == name), None)
        else:
            found, local = (collections[0] if len(collections) == 1 else None), entry_id
        if found is None or all(one.name != found.name for one in known):
            names = ", ".join(one.name for one in known)
            raise EditError(
                f"{entry_id} names no collection that is known here; write <collection>:{local}, with one of {names}."
            )
        return found, local

    def make(self, proposal: Proposal, *, author: str, reason: str) -> Made:
        """Make a change: into the history, into the files, into force, and into Git where that is set."""
        record = Edit(
            key=secrets.token_hex(4),
            made_at=int(self._service.now()),
            author=author,
            reason=reason,
            action=proposal.change.action,
            entry_id=proposal.entry_id,
            collection=proposal.collection,
            patch=proposal.change.patch,
            undoes=proposal.undoes,
            state="pending",
        )
        with self._making:
            before = self._service.snapshot
            kept = self._record(record)
            try:
                write(proposal.change)
            except EditError:
                self._record(replace(record, state="void"))
                raise
            self._record(replace(record, state="done"))
            self._service.reload()
            after = self._service.snapshot
            message = f"{record.action} {record.entry_id}\n\n{reason}".strip()
            commit, trouble = self.repository.commit(proposal.change, author=author, message=message)
        if commit is not None:
            trouble = self.repository.push(proposal.change)
        unkept = None if kept else "The history could not be written, so this cannot be undone from here."
        _log.info("edit %s: %s %s", record.key, record.action, record.entry_id)
        entries = differences(before.knowledge, after.knowledge)
        return Made(
            key=record.key,
            entry_id=proposal.entry_id,
            entries=entries,
            commit=commit,
            trouble=" ".join(filter(None, (unkept, trouble))) or None,
        )

    def _record(self, record: Edit) -> bool:
        try:
            return self._store.desk.record_edit(record).result(_REMEMBERED)
        except FutureTimeoutError:  # it waits in the backlog, and is written when the database is back
            return True
        except StoreError:
            return False
