"""Answers that nobody asked for: given where the core is sure and it is polite, and not where people took them away."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING

from bot.autoanswer import Budget, Verdict
from bot.limits import Admission
from bot.seen import Seen
from bot.store import new_key

if TYPE_CHECKING:
    from bot.model import Asker, Reply
    from bot.service import Service
    from bot.store import Store

logger = logging.getLogger(__name__)


class Unasked:
    """What may be said to people who asked nobody, place by place; for one thread, as the adapters run."""

    def __init__(self, service: Service, store: Store, budget: Budget | None = None) -> None:
        self._service = service
        self._store = store
        self._budget = budget or Budget()
        self._restored = Seen()

    def overheard(self, text: str, asker: Asker) -> tuple[str, Reply] | None:
        """Judge something that was overheard: the reply that may be given and its key in the store, or None."""
        place = _place(asker)
        if self._budget.muted_until(place) or self._service.admit(asker, overheard=True) is not Admission.ANSWER:
            return None
        # Nobody in particular: what people tell each other is no question that a follow-up could refer to.
        reply = self._service.ask(text, replace(asker, person=""))
        if reply.entry is None or reply.outcome != "answer":
            return None
        hourly_cap = self._service.place(asker).auto_answer_hourly
        verdict = self._budget.spend(place, reply.entry.id, hourly_cap=hourly_cap)
        if verdict is not Verdict.ALLOWED:
            logger.info("an unasked answer was held back: %s", verdict)
            return None
        key = new_key()
        self._store.record_question(key, reply, asker)
        return key, reply

    def removed(self, asker: Asker) -> bool:
        """Count an unasked answer that was taken away; say whether that was the last straw and mutes the place."""
        place = _place(asker)
        if not self._budget.removal(place):
            return False
        self._store.remember(_mute(asker), str(self._budget.muted_until(place)))
        return True

    def is_new(self, asker: Asker) -> bool:
        """Say, once for each place, whether `restore` has to look for what an earlier process knew of it."""
        return self._restored.first_time(_place(asker))

    def restore(self, asker: Asker) -> None:
        """Take up a mute that an earlier process began; waits for the database."""
        if until := self._store.recall(_mute(asker)):
            self._budget.mute_until(_place(asker), float(until))


def _place(asker: Asker) -> str:
    return f"{asker.tenant}/{asker.place}"


def _mute(asker: Asker) -> str:
    return f"{asker.platform}:mute:{_place(asker)}"
