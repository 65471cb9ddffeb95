"""Renders a card as the blocks of a Slack message, a private message, or a page in a modal."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Literal, get_args

from adapters import slack_blocks as block
from adapters.slack_text import Json, bold, escape, literal, rich_text
from adapters.slack_values import Name, Value, action_id
from bot.answer import plain_text
from bot.clamp import clamp
from bot.markdown import CodeBlock, Document, Paragraph, Text, plain
from bot.model import Action
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.markdown import Block
    from bot.model import Card, PositionView, Source
    from bot.wording import Wording

Audience = Literal["everyone", "asker", "direct", "form"]  # a channel's message, an ephemeral or direct one, a modal

MAX_TEXT = 3_000  # characters of the plain form, which notifications and screen readers use
MAX_MESSAGE = 9_000  # characters in all blocks: Slack refuses a message somewhere past 12,000
MAX_PAGE = 2_800  # characters of knowledge on one page of a modal: a screen or two
MAX_ECHO = 300  # characters of the question shown above its answer
MAX_SOURCES = 6
MAX_SOURCE = 200  # characters of a source's title
MIN_SIDE = 100  # characters that a side is shown with, however many there are
_FORMATTING = frozenset("*_~`")  # Slack has no escape for these in mrkdwn
_ALL: frozenset[Audience] = frozenset(get_args(Audience))
_PRIVATE: frozenset[Audience] = frozenset({"asker", "form"})
_OFFERED: tuple[tuple[Action, Name, frozenset[Audience]], ...] = (
    (Action.WHOLE, Name.WHOLE, _ALL - {"form"}),
    (Action.HELPFUL, Name.HELPFUL, _PRIVATE),  # the others have thumbs
    (Action.NOT_THIS, Name.NOT_THIS, _PRIVATE),
    (Action.NONE_OF_THESE, Name.NONE_OF_THESE, _ALL),
    (Action.ASK_MODERATORS, Name.ASK_MODERATORS, _ALL),
    (Action.SHARE, Name.SHARE, frozenset({"asker"})),
    (Action.REMOVE, Name.REMOVE, frozenset({"everyone"})),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """Where a card is shown and to whom: what its buttons have to know."""

    audience: Audience
    value: Value
    echo: bool = False  # show the question above the answer
    shared_by: str = ""  # the person who made a private answer public, shown without a ping
    choose: bool = False  # the suggestions are what the asker may have meant


def fallback(card: Card) -> str:
    """Write a card as plain text."""
    parts = (card.title, plain_text(card), *(f"• {one.label}" for one in card.suggestions))
    # This text is read as mrkdwn where blocks cannot be shown.
    return clamp(escape("\n\n".join(part for part in parts if part)), MAX_TEXT) or "…"


def render(card: Card, setting: Setting) -> list[Json]:
    """Render a card: about a dozen blocks, each within its limits, and all together within a message's."""
    words = wording(card.language)
    head: list[Json] = []
    if setting.shared_by:
        head.append(block.note(words.room.asked.format(person=setting.shared_by)))
    if setting.echo and setting.value.question:
        head.append(block.note(f"{words.room.your_question}: {clamp(setting.value.question, MAX_ECHO)}"))
    if card.title:
        head.append(block.header(card.title))
    tail = _about(card, words)
    room = MAX_MESSAGE - _size(head) - _size(tail)
    knowledge, is_cut = _knowledge(card.body, card.positions, room)
    if is_cut and setting.value.entry_id and Action.WHOLE not in card.actions:
        card = replace(card, actions=(Action.WHOLE, *card.actions))
    return [*head, *knowledge, *tail, *_controls(card, setting, words)]


def pages(card: Card) -> tuple[Card, ...]:
    """Cut a long card into pages for a modal; what follows the text (sources, related) stands on the last."""
    chunks = list(_chunks(card.body, MAX_PAGE))
    if len(chunks) <= 1:
        return (card,)
    bare = replace(card, positions=(), sources=(), as_of=None, notice=None, suggestions=(), suggestions_title=None)
    first = (replace(bare, body=chunk) for chunk in chunks[:-1])
    return (*first, replace(card, body=chunks[-1]))


def _knowledge(body: Document, positions: tuple[PositionView, ...], room: int) -> tuple[tuple[Json, ...], bool]:
    """Render the body and the positions in so many characters, and say whether that cut them."""
    whole, size = _whole(body, positions)
    return (whole, False) if size <= room else _shortened(body, positions, room)


@lru_cache(maxsize=512)  # the same few entries answer most questions
def _whole(body: Document, positions: tuple[PositionView, ...]) -> tuple[tuple[Json, ...], int]:
    size = len(plain(body)) + sum(len(one.holder) + len(plain(one.body)) for one in positions)
    return _texts(body, positions), size


def _shortened(body: Document, positions: tuple[PositionView, ...], room: int) -> tuple[tuple[Json, ...], bool]:
    """No side of a disputed matter is ever left out for another: all are cut alike."""
    count = len(positions)
    share = min(MAX_PAGE, room // (count + 1)) if count else 0
    sides = [_cut(one.body, share - len(one.holder)) for one in positions]
    text, is_cut = _cut(body, room - count * share)
    cut = tuple(replace(one, body=side) for one, (side, _) in zip(positions, sides, strict=True))
    return _texts(text, cut), is_cut or any(shortened for _, shortened in sides)


def _texts(body: Document, positions: tuple[PositionView, ...]) -> tuple[Json, ...]:
    parts: list[Json] = _elements(body)
    for position in positions:
        parts += literal("\n" if parts else "", bold(clamp(position.holder, block.MAX_HEADER)))["elements"]
        parts += _elements(position.body)
    return ({"type": "rich_text", "elements": parts},) if parts else ()


def _elements(document: Document) -> list[Json]:
    return list((rich_text(document.blocks) or {}).get("elements", []))


def _cut(document: Document, limit: int) -> tuple[Document, bool]:
    chunks = _chunks(document, max(limit, MIN_SIDE))
    return next(chunks, document), next(chunks, None) is not None


def _size(blocks: list[Json]) -> int:
    """Count the characters of plain blocks: headers and context lines."""
    texts = (part["text"] for one in blocks for part in one.get("elements", [one.get("text")]))
    return sum(len(text) for text in texts if isinstance(text, str))


def _chunks(document: Document, limit: int) -> Iterator[Document]:
    """Cut a document between blocks, and inside one only where it alone is longer than the limit."""
    chunk: list[Block] = []
    length = 0
    for piece in document.blocks:
        for part in _parts(piece, limit):
            size = len(plain(part))
            if chunk and length + size > limit:
                yield Document(tuple(chunk))
                chunk, length = [], 0
            chunk.append(part)
            length += size
    if chunk:
        yield Document(tuple(chunk))


def _parts(piece: Block, limit: int) -> Iterator[Block]:
    written = plain(piece)
    if len(written) <= limit:
        yield piece
        return
    while written:
        end = len(written)
        if end > limit:
            end = max(written.rfind(" ", 1, limit), written.rfind("\n", 1, limit))
            end = end if end > 0 else limit
        part, written = written[:end], written[end:].lstrip()
        yield CodeBlock(part) if isinstance(piece, CodeBlock) else Paragraph((Text(part),))


def _about(card: Card, words: Wording) -> list[Json]:
    """Render what a reader has to know about the answer: its date, its sources, and whether it is stale."""
    blocks = [block.note(f"⚠ {card.notice}")] if card.notice else []
    line = [words.as_of.format(date=words.on(card.as_of))] if card.as_of else []
    if card.sources:
        line.append(f"{words.sources}:")
    elements = [block.plain(" · ".join(line))] if line else []
    for source in card.sources[:MAX_SOURCES]:
        elements += _source(source, words)
    if elements:
        blocks.append(block.context(*elements))
    return blocks


def _source(source: Source, words: Wording) -> list[Json]:
    """Name a source; its title is a link's label only where Slack shows it as it is."""
    name = source.title + (f", {words.on(source.date)}" if source.date else "")
    if source.url is None or len(source.url) > block.MAX_PLAIN // 2:
        return [block.plain(name, MAX_SOURCE)]
    address = escape(source.url).replace("|", "%7C")
    if _FORMATTING.isdisjoint(name):
        return [_link(f"<{address}|{escape(clamp(name, MAX_SOURCE))}>")]
    return [block.plain(name, MAX_SOURCE), _link(f"<{address}>")]


def _link(mrkdwn: str) -> Json:
    return {"type": "mrkdwn", "text": mrkdwn}


def _controls(card: Card, setting: Setting, words: Wording) -> list[Json]:
    blocks: list[Json] = []
    value = setting.value
    if card.suggestions:
        if card.suggestions_title:
            blocks.append(block.note(card.suggestions_title))
        name = Name.CHOOSE if setting.choose else Name.ENTRY
        offers = [
            block.button(one.label, action_id(name, number), replace(value, entry_id=one.entry_id).encode())
            for number, one in enumerate(card.suggestions)
        ]
        blocks.append(block.actions(offers))
    written = value.encode()
    buttons = [block.button(label, action_id(name), written) for name, label in _buttons(card, setting, words)]
    for made in buttons:
        if made["action_id"] == action_id(Name.ASK_MODERATORS):
            made["confirm"] = block.confirm(
                words.actions[Action.ASK_MODERATORS],
                words.room.ask_moderators_note,
                words.room.submit,
                words.room.close,
            )
    if buttons:
        blocks.append(block.actions(buttons))
    if Action.HELPFUL in card.actions and setting.audience in {"everyone", "direct"}:
        up, down = replace(value, vote=Action.HELPFUL), replace(value, vote=Action.NOT_THIS)
        thumbs = [(words.actions[Action(one.vote)], one.encode()) for one in (up, down)]
        blocks.append(block.feedback(action_id(Name.FEEDBACK), up=thumbs[0], down=thumbs[1]))
    return blocks


def _buttons(card: Card, setting: Setting, words: Wording) -> Iterator[tuple[Name, str]]:
    """Choose the buttons that this audience can use, the one that people want most first."""
    for action, name, audiences in _OFFERED:
        if action in card.actions and setting.audience in audiences:
            yield name, words.actions[action]
    if Action.SHARE in card.actions and setting.audience in _PRIVATE:
        yield Name.COPY, words.room.copy
