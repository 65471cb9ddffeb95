"""A card's words as Discord's Markdown, cut into as many pages as Discord's limits make of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import TYPE_CHECKING

from adapters.discord_text import escape, render, render_block
from bot.clamp import clamp
from bot.split import parts
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.markdown import Block
    from bot.model import Card, PositionView, Source

MAX_TEXT, MAX_BYTES = 3_800, 9_500  # of 4,000 characters, and of some 10,170 bytes above which Discord answers 500
MAX_CONTENT = 2_000  # characters of a message without components
_MAX_FOOTER, _MAX_SOURCE, _MAX_URL, _MAX_NOTICE = 700, 80, 300, 300
_PER_TEXT = 12  # bytes that each text costs beyond its own
_SPARE = 60  # characters for the number of the page and the blank lines


@dataclass(frozen=True, slots=True)
class Words:
    """What a card says: what stands above the text, the text page by page, and what stands below it."""

    head: str
    pages: tuple[str, ...]
    foot: str

    def page(self, number: int) -> int:
        """The page of that number, the last for one past the end."""
        return min(number, len(self.pages) - 1)


@dataclass(frozen=True, slots=True)
class _Room:
    """How much text still fits."""

    characters: int
    octets: int

    def holds(self, text: str) -> bool:
        return len(text) <= self.characters and len(text.encode()) <= self.octets

    def less(self, *texts: str) -> _Room:
        taken = sum(map(len, texts))
        octets = sum(len(text.encode()) + _PER_TEXT for text in texts)
        return _Room(self.characters - taken, self.octets - octets)


def words_of(card: Card, lead: str = "", limit: int = MAX_TEXT) -> Words:
    """Write a card; `lead` is a line above its title, `limit` the characters of all that one message shows."""
    title = f"## {escape(' '.join(card.title.split()))}" if card.title.strip() else ""
    head, foot = "\n".join(filter(None, (lead, title))), _footer(card)
    room = _Room(limit - _SPARE, MAX_BYTES - _SPARE).less(head, foot, card.suggestions_title or "")
    return Words(head, _pages(card, room), foot)


def plain(card: Card, *, lead: str = "") -> str:
    """Write a card as ordinary content of at most 2,000 characters."""
    words = words_of(card, lead, MAX_CONTENT)
    more = "\n…" if len(words.pages) > 1 else ""
    return "\n".join(filter(None, (words.head, words.pages[0] + more, words.foot))) or "…"


def _footer(card: Card) -> str:
    words = wording(card.language)
    lines = [f"-# ⚠️ {escape(clamp(card.notice, _MAX_NOTICE))}"] if card.notice else []
    facts = []
    if card.as_of:
        # Noon in UTC is the same day almost everywhere, and Discord writes it as the reader is used to.
        noon = int(datetime.combine(card.as_of, time(12), UTC).timestamp())
        facts.append(words.as_of.format(date=f"<t:{noon}:D>"))
    if card.sources:
        facts.append(f"{words.sources}: {_sources(card.sources)}")
    return "\n".join((*lines, *((f"-# {' · '.join(facts)}",) if facts else ())))


def _sources(sources: tuple[Source, ...]) -> str:
    told: list[str] = []
    for source in sources:
        label = escape(clamp(" ".join(source.title.split()), _MAX_SOURCE))
        linked = (
            source.url if source.url and len(source.url) <= _MAX_URL and not set(source.url) & set("()<> ") else None
        )
        text = f"[{label}]({linked})" if linked and "\\/\\/" not in label else label
        if told and sum(map(len, told)) + len(text) > _MAX_FOOTER:
            told.append(f"+{len(sources) - len(told)}")
            break
        told.append(text)
    return ", ".join(told)


def _pages(card: Card, room: _Room) -> tuple[str, ...]:
    pages = [""]
    for piece in _pieces(card, room):
        joined = f"{pages[-1]}\n\n{piece}" if pages[-1] else piece
        if room.holds(joined):
            pages[-1] = joined
        else:
            pages.append(piece)
    return tuple(pages)


def _pieces(card: Card, room: _Room) -> Iterator[str]:
    yield from _split(card.body.blocks, room)
    together = "\n\n".join(f"{_holder(one)}\n{render(one.body.blocks)}" for one in card.positions)
    if together and room.holds(together):
        # Positions on a disputed matter stand side by side as long as they can.
        yield together
        return
    for one in card.positions:
        yield _holder(one)
        yield from _split(one.body.blocks, room)


def _split(blocks: Iterable[Block], room: _Room) -> Iterator[str]:
    for block in blocks:
        for part in parts(block, lambda one: room.holds(render_block(one))):
            if text := render_block(part):
                yield text if room.holds(text) else clamp(text, room.characters, max_bytes=room.octets)


def _holder(position: PositionView) -> str:
    return f"**{escape(position.holder)}**"
