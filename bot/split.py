"""Cuts parsed Markdown into parts that fit a limit, with every part still well formed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from bot.clamp import boundary
from bot.markdown import (
    BulletList,
    Code,
    CodeBlock,
    Emphasis,
    Heading,
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
    from collections.abc import Callable, Iterator

    from bot.markdown import Block, Inline

_Part = TypeVar("_Part")


def parts(block: Block, fits: Callable[[Block], bool]) -> Iterator[Block]:
    """Yield the block, cut as often as it takes for each part to fit; what cannot be cut further comes as it is."""
    if fits(block):
        yield block
        return
    first, second = halves(block)
    for half in (first, second) if second else ():
        yield from parts(half, fits)
    if second is None:
        yield first


def halves(block: Block) -> tuple[Block, Block | None]:
    """Cut a block near its middle: between items, lines or words. The second half is None where there is no place."""
    if isinstance(block, CodeBlock):
        left, right = _cut_lines(block.text)
        return (replace(block, text=left), replace(block, text=right)) if right else (block, None)
    if isinstance(block, Quote):
        return _halve_quote(block)
    if isinstance(block, (BulletList, NumberedList)):
        return _halve_list(block)
    lefts, rights = _cut(block.children, _length(block.children) // 2)
    if not lefts or not rights:
        return block, None
    second = (
        Paragraph(rights) if isinstance(block, Heading) and not _length(rights) else replace(block, children=rights)
    )
    return replace(block, children=lefts), second


def _halve_quote(quote: Quote) -> tuple[Block, Block | None]:
    if len(quote.children) > 1:
        left, right = _middle(quote.children)
        return Quote(left), Quote(right)
    if not quote.children:
        return quote, None
    first, second = halves(quote.children[0])
    return (Quote((first,)), Quote((second,))) if second else (quote, None)


def _halve_list(listing: BulletList | NumberedList) -> tuple[Block, Block | None]:
    if len(listing.items) > 1:
        left, right = _middle(listing.items)
        return replace(listing, items=left), _continued(listing, right, len(left))
    if not listing.items:
        return listing, None
    item = listing.items[0]
    if item.sublist and item.children:
        return replace(listing, items=(ListItem(item.children),)), item.sublist
    if item.sublist:
        return listing, None
    lefts, rights = _cut(item.children, _length(item.children) // 2)
    if not lefts or not rights:
        return listing, None
    return replace(listing, items=(ListItem(lefts),)), Paragraph(rights)


def _continued(listing: BulletList | NumberedList, items: tuple[ListItem, ...], skipped: int) -> Block:
    if isinstance(listing, NumberedList):
        return replace(listing, items=items, start=listing.start + skipped)
    return replace(listing, items=items)


def _middle(sequence: tuple[_Part, ...]) -> tuple[tuple[_Part, ...], tuple[_Part, ...]]:
    middle = len(sequence) // 2
    return sequence[:middle], sequence[middle:]


def _cut(children: tuple[Inline, ...], at: int) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    """Cut a run of inline nodes after about `at` characters."""
    lefts: list[Inline] = []
    for index, child in enumerate(children):
        size = _length((child,))
        if size <= at:
            lefts.append(child)
            at -= size
            continue
        left, right = _cut_one(child, at)
        return (*lefts, *left), (*right, *children[index + 1 :])
    return tuple(lefts), ()


def _cut_one(child: Inline, at: int) -> tuple[tuple[Inline, ...], tuple[Inline, ...]]:
    if isinstance(child, (Text, Code)):
        left, right = _cut_text(child.text, at)
        return tuple(replace(child, text=text) for text in (left,) if text), tuple(
            replace(child, text=text) for text in (right,) if text
        )
    if isinstance(child, (Strong, Emphasis, Strike, Link)):
        lefts, rights = _cut(child.children, at)
        return (
            (replace(child, children=lefts),) if lefts else (),
            (replace(child, children=rights),) if rights else (),
        )
    return (), (child,)


def _cut_text(text: str, at: int) -> tuple[str, str]:
    cut = boundary(text, at) or at
    return text[:cut].rstrip(), text[cut:].lstrip()


def _cut_lines(text: str) -> tuple[str, str]:
    middle = len(text) // 2
    line_end = text.rfind("\n", 1, middle + 1)
    cut = line_end if line_end > 0 else middle
    return text[:cut], text[cut:].removeprefix("\n")


def _length(children: tuple[Inline, ...]) -> int:
    return sum(
        len(child.text)
        if isinstance(child, (Text, Code))
        else _length(child.children)
        if isinstance(child, (Strong, Emphasis, Strike, Link))
        else 1
        for child in children
    )
