"""Replies as the service gives them, for tests of what happens afterwards."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from bot.markdown import Document
from bot.model import Card, Decision, Entry, Evidence, Match, Origin, Reply

if TYPE_CHECKING:
    from bot.model import Outcome, Reason

_ORIGIN = Origin(path=Path("faq.yaml"), line=1, column=1)
_EVIDENCE = Evidence(phrasing="a", words=(), features={})


def reply(question: str, outcome: Outcome = "none", reason: Reason | None = None, entry_id: str = "faq/a") -> Reply:
    """A reply of an outcome, with one entry as the best match."""
    entry = Entry(id=entry_id, kind="faq", title="A?", body="A.", origin=_ORIGIN)
    because: Reason = reason or ("matched" if outcome == "answer" else "unknown")
    decision = Decision(
        question=question,
        outcome=outcome,
        reason=because,
        rule="a rule",
        matches=(Match(entry=entry, confidence=0.5, evidence=_EVIDENCE),),
    )
    card = Card(title="A?", body=Document(blocks=()), language="en")
    return Reply(
        question=question, outcome=outcome, reason=because, card=card, decision=decision, knowledge_version="v"
    )
