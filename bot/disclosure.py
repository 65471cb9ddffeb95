"""Everything that is kept about a person, written out for that person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.store import OwnData


def disclosure(own: OwnData) -> str | None:
    """Write what is kept as JSON, for people and programs; None where nothing is."""
    found: dict[str, list[dict[str, Any]]] = {
        "questions": [
            {"asked": _time(one.asked_at), "question": one.text, "outcome": one.outcome, "entry": one.entry_id}
            for one in own.questions
        ],
        "votes": [{"voted": _time(at), "vote": vote, "entry": entry_id or None} for entry_id, vote, at in own.votes],
        "waiting": [
            {
                "asked": _time(one.asked_at),
                "platform": one.platform,
                "person": one.person,
                "server": one.tenant,
                "channel": one.place,
                "language": one.locale,
            }
            for one in own.requests
        ],
    }
    return json.dumps(found, ensure_ascii=False, indent=1) if any(found.values()) else None


def _time(seconds: int) -> str:
    return f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%d %H:%M} UTC"
