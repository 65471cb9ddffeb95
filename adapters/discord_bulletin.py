"""What is told in the moderators' channel on Discord: bulletins, and questions that people ask them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from adapters.discord_components import Json, Page, button, container, row, section, text
from adapters.discord_ids import Press, short
from adapters.discord_pages import MAX_BYTES, MAX_TEXT
from adapters.discord_text import escape, unfenced
from bot.clamp import clamp
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.bulletin import Bulletin, Line, Part

_FENCES = len("```\n\n```")


def bulletin_view(bulletin: Bulletin) -> Page:
    """Build the message; what Discord has no room for is cut at the end."""
    return Page(container(*_components(bulletin)))


def note(lead: str, question: str = "", key: str = "") -> Page:
    """Build a note for the moderators' channel; with the `key` of a kept question, it can be reviewed from there."""
    parts = [text(f"-# {lead}")]
    if question:
        parts.insert(0, text(escape(question)))
    if key:
        parts.append(row(button(Press(verb="review", key=key), wording(None).moderator.review)))
    return Page(container(*parts))


def _components(bulletin: Bulletin) -> Iterator[Json]:
    label = wording(bulletin.language).news.still_true
    room, octets = MAX_TEXT, MAX_BYTES
    for written, line, fenced in _pieces(bulletin):
        fences = _FENCES if fenced else 0
        cut = clamp(written, room - fences, max_bytes=octets - fences)
        if not cut:
            return
        room, octets = room - len(cut) - fences, octets - len(cut.encode()) - fences
        shown = text(f"```\n{cut}\n```" if fenced else cut)
        if line is None:
            yield shown
        else:
            yield section(shown, button(Press(verb="stilltrue", argument=short(line.still_true)), label))


def _pieces(bulletin: Bulletin) -> Iterator[tuple[str, Line | None, bool]]:
    """Give each text with the line that a press belongs to, and whether it is a tool's output."""
    yield f"## {escape(bulletin.title)}", None, False
    for part in bulletin.parts:
        if part.verbatim:
            yield unfenced("\n".join(line.text for line in part.lines)), None, True
        else:
            yield from ((written, line, False) for written, line in _lines(part))


def _lines(part: Part) -> Iterator[tuple[str, Line | None]]:
    """Give the texts of a part: one for all plain lines, one for each line with a press."""
    together = [f"**{escape(part.heading)}**"] if part.heading else []
    for line in part.lines:
        written = f"- {escape(line.text)}" if part.heading else escape(line.text)
        if not line.still_true:
            together.append(written)
            continue
        if together:
            yield "\n".join(together), None
            together = []
        yield written, line
    if together:
        yield "\n".join(together), None
