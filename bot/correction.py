"""Which of our public messages say something that the knowledge no longer says."""

from __future__ import annotations

import hashlib
from collections import Counter
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.model import Entry, Knowledge
    from bot.store.records import Post

RETIRED = "retired"  # stands for the reading of an entry that is gone
MOST = 50  # messages of one entry that are corrected, the newest: platforms limit edits
# What is only typography: signs that print alike, and Markdown's own.
_ALIKE = str.maketrans(
    {
        **dict.fromkeys("\u2018\u2019\u201a\u201b\u2032\u00b4`", "'"),
        **dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"'),
        **dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2212", "-"),
        "\u2026": "...",
        **dict.fromkeys("*_~#>\u00ad\u200b\u200c\u200d\ufeff"),
    }
)


def reading(entry: Entry | None) -> str:
    """Name what a reader takes from an entry: equal for equal words, whatever their spacing and typography.

    Counted are the title, the body, the positions and their translations; a new date or another phrasing changes
    nothing for somebody who has read the answer. None stands for an entry that is gone.
    """
    if entry is None:
        return RETIRED
    parts = [entry.title, entry.body]
    for position in entry.positions:
        parts += [position.holder, position.text]
    for tag, translation in sorted(entry.translations.items()):
        parts += [tag, translation.title or "", translation.body or ""]
    return _digest(tuple(parts))


@lru_cache(maxsize=1024)  # the same few entries answer most questions
def _digest(parts: tuple[str, ...]) -> str:
    plain = ("".join(part.translate(_ALIKE).split()) for part in parts)
    return hashlib.sha256("\0".join(plain).encode(errors="backslashreplace")).hexdigest()[:32]


def outdated(posts: Iterable[Post], knowledge: Knowledge) -> Iterator[Post]:
    """Give the messages that now read otherwise, of each entry's newest; `posts` come newest first."""
    seen: Counter[str] = Counter()
    readings: dict[str, str] = {}
    for post in posts:
        seen[post.entry_id] += 1
        if seen[post.entry_id] > MOST or not post.digest:
            continue
        if post.entry_id not in readings:
            readings[post.entry_id] = reading(knowledge.by_id.get(post.entry_id))
        if post.digest != readings[post.entry_id]:
            yield post
