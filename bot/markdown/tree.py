"""The tree that Markdown becomes: what every platform can show, and nothing else.

Its depth is bounded: no span stands inside its like, a quote holds no quote, and lists have at most two levels.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """Literal text."""

    text: str


@dataclass(frozen=True, slots=True)
class Strong:
    """Bold."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Emphasis:
    """Italic."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Strike:
    """Struck through."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Code:
    """Inline code."""

    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A link to an http, https or mailto address."""

    url: str
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Break:
    """A hard line break."""


Inline = Text | Strong | Emphasis | Strike | Code | Link | Break


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A paragraph."""

    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of level 1 to 3."""

    level: int
    children: tuple[Inline, ...]


@dataclass(frozen=True, slots=True)
class CodeBlock:
    """Fenced code."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Quote:
    """Quoted blocks."""

    children: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class ListItem:
    """One item: its text, and at most one list below it."""

    children: tuple[Inline, ...]
    sublist: BulletList | NumberedList | None = None


@dataclass(frozen=True, slots=True)
class BulletList:
    """A bullet list."""

    items: tuple[ListItem, ...]


@dataclass(frozen=True, slots=True)
class NumberedList:
    """A numbered list that counts from `start`."""

    items: tuple[ListItem, ...]
    start: int = 1


Block = Paragraph | Heading | CodeBlock | Quote | BulletList | NumberedList


@dataclass(frozen=True, slots=True)
class Document:
    """A whole text: its top-level blocks in order."""

    blocks: tuple[Block, ...]
