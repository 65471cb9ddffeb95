"""Makes an entry's id from what somebody wrote in its place, or else from the entry's question."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

_LONGEST: Final = 40  # characters, the format's


def slug(title: str) -> str:
    """Write a title as an id's part; empty where it has no Latin letters and no digits."""
    bare = (char for char in unicodedata.normalize("NFKD", title.lower()) if not unicodedata.combining(char))
    words = "".join(char if char.isascii() and char.isalnum() else " " for char in bare).split()
    return "-".join(words)[:_LONGEST].strip("-")


def completed(typed: str, title: str, kind: str, taken: Container[str]) -> str:
    """Complete an id: with `kind`, such as faq, and with a free part made from the title, where these are missing.

    What stands there is kept as far as an id can hold it, taken or not.
    """
    folder, colon, rest = typed.strip().rpartition(":")
    prefix, _, own = rest.rpartition("/")
    home = f"{folder}{colon}{prefix or kind}/"
    if own := slug(own):
        return home + own
    made = slug(title) or "new"
    number, entry_id = 1, home + made
    while entry_id in taken:
        number += 1
        entry_id = f"{home}{made[: _LONGEST - len(str(number)) - 1].strip('-')}-{number}"
    return entry_id
