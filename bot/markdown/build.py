"""Markdown text into the tree, by way of markdown-it; and what the tree has no place for."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from markdown_it import MarkdownIt

from bot.markdown.tree import (
    Block,
    Break,
    BulletList,
    Code,
    CodeBlock,
    Document,
    Emphasis,
    Heading,
    Inline,
    Link,
    ListItem,
    NumberedList,
    Paragraph,
    Quote,
    Strike,
    Strong,
    Text,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from markdown_it.token import Token

# Deeper than anyone writes by hand. It also keeps the parser's recursion, and its time on hostile text, in bounds.
_MAX_NESTING = 24
_MAX_HEADING = 3
_ADDRESS = re.compile(r"(?:https?://|mailto:)[^\s]", re.IGNORECASE)
_LANGUAGE = re.compile(r"[\w+#.-]{1,40}")
# Text that reads the same with and without a Markdown parser: no sign of a construct, no indentation, no odd space.
_NOT_PROSE = re.compile(
    r"[\\`*_~<>&\[\]\x00]|[^\S \n]|^[ #=|:+-]|^\d{1,9}[.)]|\|| $",
    re.MULTILINE,
)
_BLANK_LINES = re.compile(r"\n{2,}")


class _Parser(MarkdownIt):
    def validateLink(self, url: str) -> bool:  # noqa: ARG002, N802 - the library's name
        """Accept every address: the builder judges them, and says what is wrong."""
        return True


_PARSER = _Parser("commonmark", {"maxNesting": _MAX_NESTING}).enable(["table", "strikethrough"])


def parse(source: str) -> Document:
    """Parse Markdown; total: what the tree cannot hold degrades to text that reads well."""
    if not _NOT_PROSE.search(source):
        return Document(_prose(source))
    return Document(_Builder(source).blocks)


def unsupported(source: str) -> list[tuple[int, str]]:
    """List what the format does not allow, as (line from 0, sentence without its full stop), in order.

    Allowed are paragraphs, bold, italic, strike, inline and fenced code, links (http, https, mailto), bullet and
    numbered lists of at most two levels, quotes and headings 1 to 3.
    """
    return sorted(_Builder(source).faults) if _NOT_PROSE.search(source) else []


def _prose(source: str) -> tuple[Block, ...]:
    parts = _BLANK_LINES.split(source.strip("\n"))
    return tuple([Paragraph((Text(part.replace("\n", " ")),)) for part in parts if part])


@dataclass(slots=True)
class _Span:
    """An inline construct that is open while its children are gathered."""

    kind: str
    url: str = ""
    children: list[Inline] = field(default_factory=list)

    def add(self, node: Inline) -> None:
        """Append a node; neighbouring texts become one."""
        last = self.children[-1] if self.children else None
        if isinstance(node, Text) and isinstance(last, Text):
            self.children[-1] = Text(last.text + node.text)
        elif node != Text(""):
            self.children.append(node)

    def closed(self) -> tuple[Inline, ...]:
        """Give the finished node, or its bare children where the tree has no node for it."""
        children = tuple(self.children)
        match self.kind:
            case "strong" if children:
                return (Strong(children),)
            case "em" if children:
                return (Emphasis(children),)
            case "s" if children:
                return (Strike(children),)
            case "link" if self.url:
                return (Link(self.url, children or (Text(self.url),)),)
        return children


class _Builder:
    """Turns markdown-it's tokens into the tree, and notes what it had to leave out."""

    def __init__(self, source: str) -> None:
        self.faults: list[tuple[int, str]] = []
        env: dict[str, Any] = {}
        self._tokens = _PARSER.parse(source, env)
        self._next = 0
        self.blocks: tuple[Block, ...]
        if any(token.level >= _MAX_NESTING - 1 for token in self._tokens):  # the parser drops what lies deeper
            self.faults.append((0, "This Markdown is nested too deeply; write it flat"))
            self.blocks = tuple([Paragraph((Text(part),)) for part in _literal(source)])
            return
        for reference in env.get("references", {}).values():
            if not _ADDRESS.match(reference["href"]):
                self._fault(reference["map"][0], _bad_link(reference["href"]))
        self.blocks = tuple(self._blocks_until("", in_quote=False))

    def _fault(self, line: int, what: str) -> None:
        if (line, what) not in self.faults:
            self.faults.append((line, what))

    def _take(self) -> Token:
        token = self._tokens[self._next]
        self._next += 1
        return token

    def _blocks_until(self, end: str, *, in_quote: bool) -> Iterator[Block]:
        while self._next < len(self._tokens):
            token = self._take()
            if token.type == end:
                return
            yield from self._block(token, in_quote=in_quote)

    def _block(self, token: Token, *, in_quote: bool) -> Iterable[Block]:
        line = token.map[0] if token.map else 0
        match token.type:
            case "paragraph_open":
                return _filled(Paragraph(self._inlines(self._take_inline())))
            case "heading_open":
                level = int(token.tag[1])
                if level > _MAX_HEADING:
                    self._fault(line, f"A heading of level {level} is too deep; use at most three #")
                return _filled(Heading(min(level, _MAX_HEADING), self._inlines(self._take_inline())))
            case "bullet_list_open" | "ordered_list_open":
                return (self._list(token, depth=1),)
            case "blockquote_open":
                if in_quote:
                    self._fault(line, "A quote inside a quote cannot be shown; write one quote after the other")
                inner = tuple(self._blocks_until("blockquote_close", in_quote=True))
                return inner if in_quote or not inner else (Quote(inner),)
            case "fence":
                name = _LANGUAGE.match(token.info)
                return (CodeBlock(token.content.rstrip("\n"), name.group() if name else ""),)
        return self._degraded(token, line)

    def _degraded(self, token: Token, line: int) -> Iterable[Block]:
        """Turn a block that the format does not allow into ones that it does."""
        match token.type:
            case "code_block":
                self._fault(line, "Four spaces before a line make it code; indent it less, or put ``` around code")
                return (CodeBlock(token.content.rstrip("\n")),)
            case "html_block":
                self._fault(line, _HTML)
                return [Paragraph((Text(part),)) for part in _literal(token.content)]
            case "table_open":
                self._fault(line, "A table cannot be shown in every chat; write a list instead")
                return _filled(Paragraph(self._table()))
            case "hr":
                self._fault(line, "A line across the page cannot be shown in every chat; use a heading instead")
        return ()

    def _take_inline(self) -> Token:
        """Take the inline token of a block that has just opened, and its closing token."""
        inline = self._take()
        self._take()
        return inline

    def _list(self, opening: Token, depth: int) -> BulletList | NumberedList:
        items: list[ListItem] = []
        while self._take().type == "list_item_open":
            items.extend(self._items(depth))
        if opening.type == "bullet_list_open":
            return BulletList(tuple(items))
        return NumberedList(tuple(items), int(opening.attrs.get("start", 1)))

    def _items(self, depth: int) -> list[ListItem]:
        """Build one item; below the second level, the items of its lists follow it as its equals."""
        words: list[Inline] = []
        sublist: BulletList | NumberedList | None = None
        deeper: list[ListItem] = []
        while (token := self._take()).type != "list_item_close":
            line = token.map[0] if token.map else 0
            if token.type in {"bullet_list_open", "ordered_list_open"}:
                below = self._list(token, depth + 1)
                if depth > 1:
                    self._fault(line, "A list may have at most two levels; move these items up")
                    deeper.extend(below.items)
                elif sublist is None:
                    sublist = below
                else:
                    self._fault(line, _IN_ITEM)
                    sublist = replace(sublist, items=sublist.items + below.items)
                continue
            if sublist is not None or token.type != "paragraph_open":
                self._fault(line, _IN_ITEM)
            for block in self._block(token, in_quote=False):
                words += [Break(), *_flat(block)] if words else _flat(block)
        return [ListItem(tuple(words), sublist), *deeper]

    def _table(self) -> tuple[Inline, ...]:
        """Write a table's rows as lines, its cells parted by bars."""
        span = _Span("table")
        first_in_row = True
        while (token := self._take()).type != "table_close":
            if token.type == "tr_open":
                if span.children:
                    span.add(Break())
                first_in_row = True
            elif token.type == "inline":
                if not first_in_row:
                    span.add(Text(" | "))
                first_in_row = False
                for node in self._inlines(token):
                    span.add(node)
        return tuple(span.children)

    def _inlines(self, token: Token) -> tuple[Inline, ...]:
        line = token.map[0] if token.map else 0
        spans = [_Span("")]
        for child in token.children or ():
            kind, _, edge = child.type.rpartition("_")
            match child.type:
                case "softbreak":
                    spans[-1].add(Text(" "))
                    line += 1
                case "hardbreak":
                    spans[-1].add(Break())
                    line += 1
                case "code_inline":
                    spans[-1].add(Code(child.content))
                case "image":
                    self._fault(line, "An image cannot be shown in every chat; link to it instead")
                    spans[-1].add(_image(child))
                case "html_inline":
                    self._fault(line, _HTML)
                    spans[-1].add(Text(" ".join(child.content.split("\n"))))
                    line += child.content.count("\n")
                case _ if edge == "open":
                    # A span inside its like changes nothing to see, and could nest without end.
                    repeated = any(span.kind == kind for span in spans)
                    spans.append(_Span("" if repeated else kind, self._url(child, line)))
                case _ if edge == "close":
                    for node in spans.pop().closed():
                        spans[-1].add(node)
                case _:
                    spans[-1].add(Text(child.content))
        return tuple(spans[0].children)

    def _url(self, token: Token, line: int) -> str:
        url = str(token.attrs.get("href", ""))
        if token.type == "link_open" and not _ADDRESS.match(url):
            self._fault(line, _bad_link(url))
            return ""
        return url


_HTML = "HTML is shown as it stands; use Markdown instead, or put it between backticks"
_IN_ITEM = "A list item can hold text and then one list; move this out of the list"


def _bad_link(url: str) -> str:
    return f'The address "{url[:60]}" of a link is not whole; begin it with https://, http:// or mailto:'


def _image(token: Token) -> Inline:
    words, url = " ".join(token.content.split()), str(token.attrs.get("src", ""))
    return Link(url, (Text(words or url),)) if _ADDRESS.match(url) else Text(words)


def _literal(text: str) -> list[str]:
    parts = (part.strip() for part in re.split(r"\n\s*\n", text))
    return [" ".join(part.split()) for part in parts if part]


def _filled(block: Paragraph | Heading) -> tuple[Block, ...]:
    return (block,) if block.children else ()


def _flat(block: Block) -> list[Inline]:
    """Put a block's words on one level, its parts on lines of their own."""
    match block:
        case Paragraph(children) | Heading(_, children):
            return list(children)
        case CodeBlock(text):
            return _lines([[Code(line)] for line in text.split("\n")])
        case Quote(children):
            return _lines([_flat(child) for child in children])
        case BulletList(items) | NumberedList(items):
            return _lines(
                [[*item.children, *([Break(), *_flat(item.sublist)] if item.sublist else [])] for item in items]
            )


def _lines(parts: list[list[Inline]]) -> list[Inline]:
    joined: list[Inline] = []
    for part in parts:
        joined += [Break(), *part] if joined else part
    return joined
