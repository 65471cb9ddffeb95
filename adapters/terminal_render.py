"""Draws cards and Markdown for a terminal; what people and files say is shown as typed and never acts."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.segment import Segment
from rich.style import Style
from rich.text import Text as RichText

from bot.markdown import (
    Break,
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
    Link,
    NumberedList,
    Paragraph,
    Quote,
    Strike,
    Strong,
    Text,
)
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from rich.console import Console, ConsoleOptions, RenderableType, RenderResult

    from bot.markdown import Block, Document, Inline
    from bot.model import Card, Source

_CONTROL_PICTURES = 0x2400  # U+2400 SYMBOL FOR NULL: one visible sign for each ASCII control character
_DELETE_PICTURE = "\u2421"
# Characters that reorder a line (the bidirectional overrides and isolates) could make a reader misread it.
_REORDERING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_STYLES = {Strong: Style(bold=True), Emphasis: Style(italic=True), Strike: Style(strike=True)}
_TITLE = Style(bold=True, color="cyan")
_QUIET = Style(dim=True)
_NOTICE = Style(color="yellow")
_INDENT = "  "


@dataclass(frozen=True, slots=True)
class _Indented:
    """Lines that begin with something: the first with one text, the others with another."""

    content: RenderableType
    first: str = _INDENT
    rest: str = _INDENT

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        narrower = options.update_width(max(1, options.max_width - max(len(self.first), len(self.rest))))
        prefix = self.first
        for segments in console.render_lines(self.content, narrower, pad=False):
            yield Segment(prefix)
            yield from segments
            yield Segment.line()
            prefix = self.rest


def visible(text: str) -> str:
    """The text with every character that could act on a terminal replaced by a sign for it; line ends and tabs stay."""
    return "".join(_sign(character) for character in text)


def card(shown: Card, choices: Sequence[str] | None = None) -> RenderableType:
    """A card as it is read in a terminal.

    `choices` are the lines to pick from, numbered from 1; without them the suggestions are only named.
    """
    words = wording(shown.language)
    parts: list[RenderableType] = []
    if shown.title:
        parts += [line(shown.title, _TITLE)]
    parts += [document(shown.body)]
    for position in shown.positions:
        parts += ["", line(position.holder, Style(bold=True)), _Indented(document(position.body))]
    if shown.notice:
        parts += ["", line(shown.notice, _NOTICE)]
    footer = [words.as_of.format(date=words.on(shown.as_of))] if shown.as_of else []
    if footer or shown.sources:
        parts += ["", *(line(one, _QUIET) for one in footer), *sources(shown.sources, words.sources)]
    offered = [*numbered(choices)] if choices else [_Indented(line(one.label), "• ") for one in shown.suggestions]
    if offered:
        heading = [line(shown.suggestions_title, Style(bold=True))] if shown.suggestions_title else []
        parts += ["", *heading, *offered]
    return Group(*parts)


def numbered(labels: Iterable[str], start: int = 1) -> Iterator[RenderableType]:
    """Lines that can be picked by their number."""
    for number, label in enumerate(labels, start=start):
        yield _Indented(line(label), f"{number:>3}  ", " " * 5)


def sources(listed: Sequence[Source], heading: str) -> Iterator[RenderableType]:
    """Where an answer's facts come from, one a line."""
    if listed:
        yield line(f"{heading}:", _QUIET)
    for source in listed:
        dated = f", {source.date.isoformat()}" if source.date else ""
        address = f" <{source.url}>" if source.url else ""
        yield _Indented(line(f"{source.title}{dated}{address}", _QUIET))


def line(text: str, style: Style | None = None) -> RichText:
    """One piece of literal text."""
    return RichText(visible(text), style=style or Style())


def outline(text: str) -> RenderableType:
    """Lines of literal text; one too long for the terminal goes on a little further in than it began."""
    lines = [(one, len(one) - len(one.lstrip())) for one in text.split("\n")]
    return Group(*(_Indented(line(one.lstrip()), " " * deep, " " * (deep + 4)) if one else "" for one, deep in lines))


def document(tree: Document) -> RenderableType:
    """A Markdown text: its blocks, a blank line between them."""
    return Group(*_spaced([_block(block) for block in tree.blocks]))


def _spaced(parts: Sequence[RenderableType]) -> Iterator[RenderableType]:
    for index, part in enumerate(parts):
        if index:
            yield ""
        yield part


def _block(block: Block) -> RenderableType:
    if isinstance(block, Paragraph):
        return _inlines(block.children)
    if isinstance(block, Heading):
        return _inlines(block.children, Style(bold=True, underline=block.level == 1))
    if isinstance(block, CodeBlock):
        return _Indented(line(block.text.rstrip("\n"), _QUIET))
    if isinstance(block, Quote):
        return _Indented(Group(*_spaced([_block(one) for one in block.children])), "│ ", "│ ")
    return Group(*_items(block))


def _items(block: BulletList | NumberedList) -> Iterator[RenderableType]:
    for index, item in enumerate(block.items):
        mark = f"{block.start + index}. " if isinstance(block, NumberedList) else "• "
        parts = [_inlines(item.children), *(_items(item.sublist) if item.sublist else ())]
        yield _Indented(Group(*parts), mark, " " * len(mark))


def _inlines(children: Sequence[Inline], style: Style | None = None) -> RichText:
    text = RichText(style=style or Style())
    for child in children:
        text.append_text(_inline(child))
    return text


def _inline(child: Inline) -> RichText:
    if isinstance(child, Text):
        return line(child.text)
    if isinstance(child, Code):
        return line(child.text, Style(bold=True))
    if isinstance(child, Break):
        return RichText("\n")
    if isinstance(child, Link):
        label = _inlines(child.children, Style(underline=True))
        address = "" if label.plain == child.url else f" <{child.url}>"
        return RichText.assemble(label, line(address, _QUIET))
    return _inlines(child.children, _STYLES[type(child)])


def _sign(character: str) -> str:
    if character in "\n\t" or character.isprintable():
        return character
    code = ord(character)
    if code < 0x20:  # noqa: PLR2004 (the ASCII control characters)
        return chr(_CONTROL_PICTURES + code)
    if character == "\x7f":
        return _DELETE_PICTURE
    if character in _REORDERING or unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"}:
        return "\ufffd"
    return character
