"""Markdown trees as Discord's Markdown, where everything that was not meant as markup shows as typed."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from bot import markdown as md
from bot.markdown import plain

if TYPE_CHECKING:
    from collections.abc import Iterable

# Discord reads a backslash before any punctuation as "show this as it is". `<` begins mentions, timestamps and emoji.
_MARKUP = re.compile(r"([\\*_~|`\[\]<>#])")
_LIST_START = re.compile(r"^(\s*)(?:([-+])|(\d+)(\.))(?=\s)", re.MULTILINE)
_CROWD = re.compile(r"@(?=everyone|here)")
_URL = re.compile(r"https?://[^\s<>|*`~\\()\[\]]+")
_LANGUAGE = re.compile(r"[A-Za-z0-9+#-]{1,20}")
_ZERO_WIDTH_SPACE = "\u200b"
_LISTS = (md.BulletList, md.NumberedList)
_Listing: TypeAlias = md.BulletList | md.NumberedList


def escape(text: str) -> str:
    """Make text show as typed: no styles, links, lists, mentions or previews come of it."""
    return _plain(text).replace("://", ":\\/\\/")


def render(blocks: Iterable[md.Block]) -> str:
    """Render blocks, a blank line between them."""
    return "\n\n".join(text for block in blocks if (text := render_block(block)))


@lru_cache(maxsize=4096)
def render_block(block: md.Block) -> str:
    """Render one block; the empty string where nothing of it would show."""
    match block:
        case md.Paragraph(children):
            return _inlines(children).strip()
        case md.Heading(level, children):
            text = _inlines(children).replace("\n", " ").strip()
            # The card's title stands above every heading of the text, so these begin at Discord's smallest.
            return text and (f"### {text}" if level < 3 else f"**{_inlines(children, bold=True).strip()}**")  # noqa: PLR2004 (the third level)
        case md.CodeBlock(text, language):
            mark = language if _LANGUAGE.fullmatch(language) else ""
            return f"```{mark}\n{unfenced(text)}\n```" if text.strip() else ""
        case md.Quote(children):
            # Discord has one level of quotes: an inner one is part of the outer.
            inner = (child for one in children for child in (one.children if isinstance(one, md.Quote) else (one,)))
            return "\n".join(f"> {line}" for line in render(inner).splitlines())
        case md.BulletList() | md.NumberedList():
            return "\n".join(_items(block, indent=""))


def _items(listing: _Listing, indent: str) -> Iterable[str]:
    number = listing.start if isinstance(listing, md.NumberedList) else None
    for item in listing.items:
        mark = "-" if number is None else f"{number}."
        text = _inlines(item.children).strip().replace("\n", f"\n{indent}  ")
        yield f"{indent}{mark} {text or _ZERO_WIDTH_SPACE}"
        if item.sublist:
            yield from _items(item.sublist, indent + "  ")
        number = None if number is None else number + 1


def _inlines(children: Iterable[md.Inline], *, bold: bool = False) -> str:
    return "".join(_inline(child, bold=bold) for child in children)


def _inline(node: md.Inline, *, bold: bool) -> str:  # noqa: PLR0911 (one for each kind of node)
    match node:
        case md.Text(text):
            return _literal(text)
        case md.Strong(children):
            return _inlines(children, bold=True) if bold else _styled("**", _inlines(children, bold=True))
        case md.Emphasis(children):
            return _styled("_", _inlines(children, bold=bold))
        case md.Strike(children):
            return _styled("~~", _inlines(children, bold=bold))
        case md.Code(text):
            return _code(text)
        case md.Link(url, children):
            return _link(url, children, bold=bold)
        case md.Break():
            return "\n"


def _styled(mark: str, text: str) -> str:
    """Put marks around text, outside of which its spaces stay: Discord does not open a style before a space."""
    core = text.strip()
    if not core:
        return text
    before, after = text[: len(text) - len(text.lstrip())], text[len(text.rstrip()) :]
    return f"{before}{mark}{core}{mark}{after}"


def _literal(text: str) -> str:
    """Escape text but for the addresses in it, which may be followed."""
    text = " ".join(re.split(r"\s*\n\s*", text))
    pieces, end = [], 0
    for url in _URL.finditer(text):
        pieces += [_plain(text[end : url.start()]), url[0]]
        end = url.end()
    return "".join((*pieces, _plain(text[end:])))


def _plain(text: str) -> str:
    text = _MARKUP.sub(r"\\\1", text)
    text = _LIST_START.sub(lambda m: f"{m[1]}\\{m[2]}" if m[2] else f"{m[1]}{m[3]}\\.", text)
    return _CROWD.sub(f"@{_ZERO_WIDTH_SPACE}", text)


def _code(text: str) -> str:
    text = " ".join(text.split("\n")).replace("``", "`\u200b`")
    if not text.strip():
        return ""
    return f"`` {text} ``" if "`" in text else f"`{text}`"


def unfenced(text: str) -> str:
    """Break up what would end a block of code."""
    return text.replace("```", f"`{_ZERO_WIDTH_SPACE}``")


def _link(url: str, children: tuple[md.Inline, ...], *, bold: bool) -> str:
    label = plain(md.Document((md.Paragraph(children),))).strip()
    address = url.removeprefix("mailto:")
    if not url.startswith(("http://", "https://")):
        # Discord links to no mail addresses: tell the address instead.
        return _plain(address) if label in {"", address} else f"{_inlines(children, bold=bold)} ({_plain(address)})"
    safe = re.sub(r"[\s()<>\\|*`~\[\]]", lambda m: f"%{ord(m[0]):02X}", url)
    # A label that looks like an address is not made a link, so that none can pretend to be another.
    if not label or "://" in label or label == url:
        return safe
    return f"[{_inlines(children, bold=bold)}]({safe})"
