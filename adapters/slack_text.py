"""Markdown trees as Slack `rich_text`, where text is literal: nothing in it can ping, link or change its looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from bot import markdown as md

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

Json: TypeAlias = dict[str, Any]  # a part of a payload, as Slack's own reference writes it

_BOLD, _ITALIC, _STRIKE, _CODE = "bold", "italic", "strike", "code"


def escape(text: str) -> str:
    """Make text safe inside mrkdwn: the three characters that Slack reads as control characters."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def rich_text(blocks: Iterable[md.Block]) -> Json | None:
    """Render Markdown blocks as one `rich_text` block; None where nothing is left to show."""
    elements = _elements(blocks)
    return {"type": "rich_text", "elements": elements} if elements else None


def literal(*parts: str | Json) -> Json:
    """Build a `rich_text` block of one line; strings are shown as they are."""
    return {"type": "rich_text", "elements": [_section([text(p) if isinstance(p, str) else p for p in parts if p])]}


def text(value: str, *styles: str) -> Json:
    """Build a piece of text."""
    piece: Json = {"type": "text", "text": value}
    if styles:
        piece["style"] = dict.fromkeys(styles, True)
    return piece


def bold(value: str) -> Json:
    """Build a piece of bold text."""
    return text(value, _BOLD)


def _elements(blocks: Iterable[md.Block]) -> list[Json]:
    """Render blocks; running text shares one section with blank lines in it, as Slack's own editor writes it."""
    elements: list[Json] = []
    gap = ""
    for block in blocks:
        if isinstance(block, md.Paragraph | md.Heading):
            styles = (_BOLD,) if isinstance(block, md.Heading) else ()
            pieces = _inlines(block.children, styles)
            if not _visible(pieces):
                continue
            if elements and elements[-1]["type"] == "rich_text_section":
                elements[-1]["elements"] += [text(gap), *pieces]
            else:
                elements.append(_section([text("\n"), *pieces] if elements else pieces))
            gap = "\n" if isinstance(block, md.Heading) else "\n\n"
        else:
            elements += _block(block)
    return elements


def _block(block: md.CodeBlock | md.Quote | md.BulletList | md.NumberedList) -> list[Json]:
    match block:
        case md.CodeBlock(code, _):
            return [{"type": "rich_text_preformatted", "elements": [text(code)]}] if code.strip() else []
        case md.Quote(children):
            pieces = _inlines(_flat(children))
            return [{"type": "rich_text_quote", "elements": pieces}] if _visible(pieces) else []
        case md.BulletList():
            return _list(block, "bullet")
        case md.NumberedList():
            return _list(block, "ordered")


def _section(elements: Sequence[Json]) -> Json:
    return {"type": "rich_text_section", "elements": list(elements)}


def _visible(pieces: Sequence[Json]) -> bool:
    return any(piece["text"].strip() for piece in pieces)


def _list(block: md.BulletList | md.NumberedList, style: str, indent: int = 0) -> list[Json]:
    """Render a list; Slack nests by separate lists of a deeper indent, so one that is cut by a sublist counts on."""
    lists: list[Json] = []
    items: list[Json] = []
    first = block.start if isinstance(block, md.NumberedList) else 1

    def flush(upto: int) -> None:
        if items:
            entry: Json = {"type": "rich_text_list", "style": style, "indent": indent, "elements": list(items)}
            offset = first - 1 + upto - len(items)
            if style == "ordered" and offset:
                entry["offset"] = offset
            lists.append(entry)
            items.clear()

    for number, item in enumerate(block.items, start=1):
        # An element without content is refused, so an empty item keeps its place with a space.
        items.append(_section(_inlines(item.children) or [text(" ")]))
        if item.sublist is not None:
            flush(number)
            nested = "bullet" if isinstance(item.sublist, md.BulletList) else "ordered"
            lists += _list(item.sublist, nested, indent + 1)
    flush(len(block.items))
    return lists


def _flat(blocks: Sequence[md.Block]) -> list[md.Inline]:
    """Write blocks as lines of inline text: a Slack quote holds nothing else."""
    lines: list[md.Inline] = []
    for block in blocks:
        if lines:
            lines.append(md.Break())
        match block:
            case md.Paragraph(children) | md.Heading(_, children):
                lines += children
            case md.CodeBlock(code, _):
                lines.append(md.Code(code))
            case md.Quote(children):
                lines += _flat(children)
            case md.BulletList(items):
                lines += _flat_items(items, "• ")
            case md.NumberedList(items, start):
                lines += _flat_items(items, "", start)
    return lines


def _flat_items(items: Sequence[md.ListItem], marker: str, start: int = 1) -> list[md.Inline]:
    lines: list[md.Inline] = []
    for number, item in enumerate(items, start=start):
        if lines:
            lines.append(md.Break())
        lines += [md.Text(marker or f"{number}. "), *item.children]
        if item.sublist is not None:
            lines += [md.Break(), *_flat([item.sublist])]
    return lines


def _inlines(inlines: Iterable[md.Inline], styles: tuple[str, ...] = ()) -> list[Json]:
    pieces: list[Json] = []
    for inline in inlines:
        match inline:
            case md.Text(value):
                _append(pieces, value, styles)
            case md.Break():
                _append(pieces, "\n", styles)
            case md.Code(value):
                _append(pieces, value, (*styles, _CODE))
            case md.Strong(children):
                pieces += _inlines(children, (*styles, _BOLD))
            case md.Emphasis(children):
                pieces += _inlines(children, (*styles, _ITALIC))
            case md.Strike(children):
                pieces += _inlines(children, (*styles, _STRIKE))
            case md.Link(url, children):
                pieces.append(_link(url, children, styles))
    return pieces


def _append(pieces: list[Json], value: str, styles: tuple[str, ...]) -> None:
    piece = text(value, *styles)
    if not value:  # Slack refuses empty text
        return
    if pieces and pieces[-1]["type"] == "text" and pieces[-1].get("style") == piece.get("style"):
        pieces[-1]["text"] += value
    else:
        pieces.append(piece)


def _link(url: str, children: tuple[md.Inline, ...], styles: tuple[str, ...]) -> Json:
    label = "".join(piece["text"] for piece in _inlines(children)) or url
    link: Json = {"type": "link", "url": url, "text": label}
    if styles:
        link["style"] = dict.fromkeys(styles, True)
    return link
