"""Tells which pictures in the documents show something else than what the bot sends now; draws nothing itself.

Beside the pictures lies `drawn.json`: for each, what was shown when it was drawn, and the drawing itself, both as
digests. `--check` of the scripts that draw compares them, without a browser.
"""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Mapping

PICTURES: Final = Path(__file__).parents[1] / "docs" / "pictures"
NOON: Final = datetime(2026, 1, 15, 12, tzinfo=UTC)  # of what the documents show: later, answers may be called old
_KEPT: Final = PICTURES / "drawn.json"
_CHANGE: Final = re.compile(r"(/backchannel undo) [0-9a-f]{8}")  # the key is another each time
# What a message has and nobody sees: ids, made anew for each one, and what a button or a form carries for us.
_UNSEEN: Final = frozenset({"id", "custom_id", "action_id", "block_id", "callback_id", "private_metadata"})


def noon() -> float:
    """Tell the time, which stands still."""
    return NOON.timestamp()


def stale(scenes: Mapping[str, Any]) -> list[str]:
    """Name the pictures that are missing, or of something else than these payloads, by the pictures' names."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.exists() else {}
    return [name for name, payload in scenes.items() if kept.get(name) != _digests(name, payload)]


def keep(scenes: Mapping[str, Any]) -> None:
    """Note that these payloads have just been drawn."""
    kept = json.loads(_KEPT.read_text(encoding="utf-8")) if _KEPT.exists() else {}
    kept |= {name: _digests(name, payload) for name, payload in scenes.items()}
    _KEPT.write_text(json.dumps(kept, indent=2, sort_keys=True) + "\n", encoding="utf-8")


def _digests(name: str, payload: object) -> dict[str, str]:
    picture = PICTURES / name
    seen = json.dumps(_seen(payload), sort_keys=True, ensure_ascii=False).encode()
    drawing = picture.read_bytes() if picture.exists() else b""
    return {"shows": hashlib.sha256(seen).hexdigest()[:16], "picture": hashlib.sha256(drawing).hexdigest()[:16]}


def _seen(part: object) -> object:
    """A payload without what nobody sees of it."""
    if isinstance(part, list):
        return [_seen(one) for one in part]
    if not isinstance(part, dict):
        return _CHANGE.sub(r"\1", part) if isinstance(part, str) else part
    # A button and an option show their words, and carry a value; an input shows its value.
    unseen = _UNSEEN | ({"value"} if part.keys() & {"text", "label"} else set())
    return {key: _seen(one) for key, one in part.items() if key not in unseen and one is not None}
