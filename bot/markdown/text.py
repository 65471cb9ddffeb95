"""The tree as plain text, for terminals, previews and search."""

from __future__ import annotations

from functools import lru_cache

from bot.markdown.build import parse
from bot.markdown.tree import (
    Block,
    Break,
    BulletList,
    Code,
    CodeBlock,
    Document,
    Inline,
    Link,
    ListItem,
    NumberedList,
    Quote,
    Text,
)


@lru_cache(maxsize=1024)  # the same few texts are measured and shown again and again
def plain(node: Document | Block | Inline) -> str:
    """Write a node as readable text without markup; a link's address follows its words in brackets."""
    return _plain(node, urls=True)


def paragraphs(source: str) -> tuple[str, ...]:
    """Give the plain text of each top-level block, in order, without the addresses of links."""
    return tuple([_plain(block, urls=False) for block in parse(source).blocks])


def _plain(node: Document | Block | Inline, *, urls: bool) -> str:  # noqa: PLR0911 - one return for each kind of node
    match node:
        case Text(text) | Code(text) | CodeBlock(text):
            return text
        case Break():
            return "\n"
        case Link(url, children):
            words = _joined(children, urls=urls)
            return words if not urls or words in {url, url.removeprefix("mailto:")} else f"{words} ({url})"
        case Quote(children):
            return "\n".join(f"> {line}".rstrip() for line in _stacked(children, urls=urls).split("\n"))
        case BulletList(items):
            return "\n".join(_item("- ", item, urls=urls) for item in items)
        case NumberedList(items, start):
            return "\n".join(_item(f"{number}. ", item, urls=urls) for number, item in enumerate(items, start))
        case Document(blocks):
            return _stacked(blocks, urls=urls)
    return _joined(node.children, urls=urls)


def _joined(children: tuple[Inline, ...], *, urls: bool) -> str:
    return "".join([_plain(child, urls=urls) for child in children])


def _stacked(blocks: tuple[Block, ...], *, urls: bool) -> str:
    return "\n\n".join([_plain(block, urls=urls) for block in blocks])


def _item(marker: str, item: ListItem, *, urls: bool) -> str:
    text = _joined(item.children, urls=urls)
    if item.sublist is not None:
        text += "\n" + _plain(item.sublist, urls=urls)
    return marker + text.replace("\n", "\n" + " " * len(marker))
