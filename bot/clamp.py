"""Cuts text to a limit in characters and in bytes, never through the middle of what people see as one character."""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_JOINERS = frozenset("\u200d\u200c")  # zero-width joiner and non-joiner
_VIRAMA = 9  # the canonical combining class of a virama, which binds the next consonant to it
_REGIONAL = range(0x1F1E6, 0x1F200)  # a flag is two of these
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_WORD_SEARCH = 24  # characters to go back for the end of a word


def clamp(text: str, characters: int, *, max_bytes: int | None = None) -> str:
    """Shorten `text` to at most `characters` code points and `max_bytes` UTF-8 bytes, with an ellipsis if cut.

    Cuts at the end of a word when one is near. A limit too small for an ellipsis gives the empty string.
    """
    if len(text) <= characters and (max_bytes is None or len(text.encode()) <= max_bytes):
        return text
    room = characters - 1
    if max_bytes is not None:
        room = min(room, _prefix_within(text, max_bytes - len(ELLIPSIS.encode())))
    if room < 0:
        return ""
    kept = text[: boundary(text, room)].rstrip()
    return kept + ELLIPSIS


def _prefix_within(text: str, max_bytes: int) -> int:
    if max_bytes < 0:
        return -1
    return len(text.encode()[:max_bytes].decode(errors="ignore"))


def boundary(text: str, at: int) -> int:
    """Find the last good place to cut `text` at or before index `at`: a word's end nearby, else between characters."""
    word_end = max(
        text.rfind(" ", max(at - _WORD_SEARCH, 1), at + 1), text.rfind("\n", max(at - _WORD_SEARCH, 1), at + 1)
    )
    if word_end > 0:
        return word_end
    while 0 < at < len(text) and _joined(text, at):
        at -= 1
    return at


def _joined(text: str, at: int) -> bool:
    """Say whether a reader sees the characters on both sides of `at` as one."""
    before, after = text[at - 1], text[at]
    if before in _JOINERS or after in _JOINERS or unicodedata.combining(before) == _VIRAMA:
        return True
    if unicodedata.category(after) in {"Mn", "Mc", "Me"} or ord(after) in _SKIN_TONES:
        return True
    if ord(before) in _REGIONAL and ord(after) in _REGIONAL:
        start = at
        while start > 0 and ord(text[start - 1]) in _REGIONAL:
            start -= 1
        return (at - start) % 2 == 1
    return False
