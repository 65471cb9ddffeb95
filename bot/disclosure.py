"""What is kept about a person: told, written out and deleted for that person."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.errors import StoreError

if TYPE_CHECKING:
    from bot.model import Asker
    from bot.store import OwnData, Store
    from bot.wording import RoomWording

PATIENCE = 2.0  # seconds to wait for a deletion to be on disk before saying that it is on its way


def notice(words: RoomWording, days: int) -> str:
    """Tell what is kept, and for how many days; 0 where nothing is."""
    return f"{words.privacy} {words.kept_for.format(days=days)}" if days else words.privacy


def disclose(store: Store, asker: Asker, words: RoomWording) -> tuple[str, str | None]:
    """Give somebody what is kept about them: what to say, and the whole of it; waits for the database."""
    try:
        found = disclosure(store.own_data(asker))
    except StoreError as error:
        return str(error) if store.keeps else words.nothing_mine, None
    return words.mine if found else words.nothing_mine, found


def erase(store: Store, asker: Asker, words: RoomWording) -> str:
    """Delete what is kept about somebody, and say what became of it; waits for the database, but not for long."""
    if not store.keeps:
        return words.nothing_mine
    try:
        erased = store.erase(asker).result(PATIENCE)
    except TimeoutError:
        erased = False
    return words.deleted if erased else words.will_delete


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
