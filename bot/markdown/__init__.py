"""Markdown as a small tree: parsed once, rendered by each platform in its own way."""

from bot.markdown.build import parse, unsupported
from bot.markdown.text import paragraphs, plain
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

__all__ = [
    "Block",
    "Break",
    "BulletList",
    "Code",
    "CodeBlock",
    "Document",
    "Emphasis",
    "Heading",
    "Inline",
    "Link",
    "ListItem",
    "NumberedList",
    "Paragraph",
    "Quote",
    "Strike",
    "Strong",
    "Text",
    "paragraphs",
    "parse",
    "plain",
    "unsupported",
]
