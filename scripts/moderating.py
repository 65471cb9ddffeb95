"""What the pictures of moderators' work are of: knowledge that may be changed, a clock that stands, and a question."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from pictures import NOON, noon

from bot.moderation import Moderation
from bot.schedule import Weekly
from bot.service import Service
from bot.snapshot import open_snapshot
from tests.samples import places

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store

WAITS = ("Do the spy chiefs talk to each other?", "do the spy chiefs talk")  # asked by two people
ENTRY = "What is backchannel diplomacy"  # to which they are added
_WRITTEN = "review_by: 2027-05-12"
_DUE = ("2026-01-10", "2026-01-20")  # one entry's day is past, another's comes soon


def moderated(knowledge: Path, folder: Path, store: Store) -> Moderation:
    """Serve a copy of the knowledge, in which two entries are due for review."""
    shutil.copytree(knowledge, folder / "knowledge")
    (file,) = (folder / "knowledge").rglob("faq.yaml")
    written = file.read_text(encoding="utf-8")
    for day in _DUE:
        written = written.replace(_WRITTEN, f"review_by: {day}", 1)
    file.write_text(written, encoding="utf-8")
    return Moderation(Service(open_snapshot(folder / "knowledge", now=noon), now=noon), store)


def in_channel(moderation: Moderation, folder: Path, platform: str, channel: str) -> None:
    """Have moderators told in a channel."""
    moderation.service.reload_places(lambda: places(folder, f'{platform}.moderator_channel = "{channel}"'))


def let_the_week_end(moderation: Moderation, platform: str, channel: str) -> None:
    """Make the digest due."""
    moderation.weekly = Weekly(day=NOON.weekday(), hour=NOON.hour)
    moderation.store.swap(f"week/{platform}/{channel}", "the week before")
