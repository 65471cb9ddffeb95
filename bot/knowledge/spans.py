"""Where things stand in a YAML text, to the character: what an edit needs to touch nothing else.

PyYAML's composer gives each node its first and last character. Its block nodes end only where the next token begins,
past comments and blank lines that belong to nobody: `content_end` is where the node's own text ends.
"""

from __future__ import annotations

import re
from typing import Any, TypeAlias

import yaml
from yaml import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import EditError

try:
    from yaml import CSafeLoader as _Loader
except ImportError:  # PyYAML built without libyaml: the same nodes, some ten times slower
    from yaml import SafeLoader as _Loader  # type: ignore[assignment]

Plain: TypeAlias = "str | list[Plain] | dict[str, Plain]"

_LAST_LINE_WITH_TEXT = re.compile(r"[^\n]*\S[^\n]*(?=\s*\Z)")


def compose(text: str) -> MappingNode | None:
    """Read a knowledge file's text as nodes; None if there is nothing in it but comments.

    Raises EditError where the text is not YAML, or not a mapping.
    """
    try:
        root = yaml.compose(text, Loader=_Loader)
    except yaml.YAMLError as error:
        raise EditError("The file is not valid YAML at the moment; correct it first.") from error
    if root is None or isinstance(root, MappingNode):
        return root
    raise EditError("The file does not hold a mapping at the moment; correct it first.")


def plain(node: Node) -> Plain:
    """Give a node's value with every scalar as text: dates and truth values are spelled as in the file."""
    if isinstance(node, MappingNode):
        return {str(key.value): plain(value) for key, value in node.value}
    if isinstance(node, SequenceNode):
        return [plain(item) for item in node.value]
    return str(node.value).strip()


def is_block(node: Node) -> bool:
    """Tell a block collection from one in brackets, and `|` or `>` from scalars on the line."""
    if isinstance(node, ScalarNode):
        return node.style in ("|", ">")
    return isinstance(node, CollectionNode) and not node.flow_style


def start(node: Node) -> int:
    """Index of a node's first character."""
    return int(node.start_mark.index)


def column(node: Node) -> int:
    """Column of a node's first character, from 0."""
    return int(node.start_mark.column)


def content_end(node: Node, text: str) -> int:
    """Index just past a node's own last character: no comment, no blank line, no line end."""
    if isinstance(node, ScalarNode):
        first, last = start(node), int(node.end_mark.index)
        if not is_block(node):
            return last
        found = _LAST_LINE_WITH_TEXT.search(text, first, last)
        return found.end() - text[: found.end()].endswith("\r") if found else last
    if not is_block(node) or not node.value:
        return int(node.end_mark.index)
    if isinstance(node, MappingNode):
        key, value = node.value[-1]
        # An empty value may be reported anywhere up to the next token.
        empty = isinstance(value, ScalarNode) and not value.value and not value.style
        return line_end(start(key), text) if empty else content_end(value, text)
    return content_end(node.value[-1], text)


def line_start(index: int, text: str) -> int:
    """Index of the first character of the line around an index."""
    return text.rfind("\n", 0, index) + 1


def line_end(index: int, text: str) -> int:
    """Index just past the last character of the line around an index, its line end not included."""
    found = text.find("\n", index)
    end = len(text) if found < 0 else found
    return end - 1 if end > index and text[end - 1] == "\r" else end


def next_line(index: int, text: str) -> int:
    """Index where the line after the one around an index begins."""
    found = text.find("\n", index)
    return len(text) if found < 0 else found + 1


def pair(mapping: MappingNode, key: str) -> tuple[ScalarNode, Node] | None:
    """Find a key and its value."""
    for name, value in mapping.value:
        if name.value == key:
            return name, value
    return None


def value_of(mapping: MappingNode, key: str) -> Any:  # noqa: ANN401 - a node, whose kind the caller checks
    """Find a key's value; None if the key is absent."""
    found = pair(mapping, key)
    return found[1] if found else None
