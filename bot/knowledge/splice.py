"""Changes to a YAML text by cutting in new characters where they are meant and nowhere else.

Each function takes a text and gives a text. Comments, order, quotes, blank lines and line ends of everything that is
not meant stay as they are, because they are never written anew.
"""

from __future__ import annotations

import json
import re
from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from yaml import MappingNode, Node, ScalarNode, SequenceNode

from bot.errors import EditError
from bot.knowledge import render, spans
from bot.knowledge.spans import column, content_end, is_block, line_end, line_start, next_line, pair, start

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.knowledge.spans import Plain

# The order in which the format's own page presents them; a new key goes after those that come before it.
_ORDER = (
    *("id", "question", "title", "alternates", "not", "keywords", "examples", "answer", "text", "reply", "related"),
    *("sources", "positions", "as_of", "review_by", "owner", "tags", "pinned", "translations"),
)
_RANK = {key: rank for rank, key in enumerate(_ORDER)}
_FLOW_WIDTH = 120  # columns that a list in brackets may fill before it goes on in a new line


def as_plain(value: object) -> Plain:
    """Give a value as `spans.plain` would read it back."""
    if isinstance(value, dict):
        return {str(key): as_plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_plain(item) for item in value]
    return value.strip() if isinstance(value, str) else render.on_line(value)


def find_item(root: MappingNode | None, kind: str, slug: str) -> MappingNode | None:
    """Find the item of a top-level list by its id."""
    items = spans.value_of(root, kind) if root else None
    for item in items.value if isinstance(items, SequenceNode) else ():
        if isinstance(item, MappingNode) and getattr(spans.value_of(item, "id"), "value", None) == slug:
            return item
    return None


def set_fields(text: str, path: tuple[str, ...], fields: Mapping[str, object]) -> str:
    """Set fields of the item at `path`: its kind, its id, and keys below; an empty value takes the field away."""
    # Additions before removals: a mapping is never left empty in between.
    for key, value in sorted(fields.items(), key=lambda field: not field[1] and field[1] is not False):
        text = _set_field(text, path, key, value)
    return text


def add_item(text: str, kind: str, fields: Mapping[str, object]) -> str:
    """Add an item at the end of a top-level list, which is begun if there is none."""
    root, line_break = spans.compose(text), _line_break(text)
    found = pair(root, kind) if root else None
    if found is None:
        head = text if not text or text.endswith("\n") else text + line_break
        gap = line_break if head.strip() else ""
        return head + gap + line_break.join([f"{kind}:", *render.entry(fields, dash=2, indent=4), ""])
    name, items = found
    if not isinstance(items, SequenceNode) or not items.value:
        lines = render.entry(fields, dash=column(name) + 2, indent=column(name) + 4, step=_step(text))
        end = name.end_mark.index if isinstance(items, ScalarNode) else content_end(items, text)
        rest = line_end(end, text)
        remark = text[end:rest].removeprefix(":")
        return text[: name.end_mark.index] + ":" + remark + "".join(line_break + line for line in lines) + text[rest:]
    if not is_block(items):
        return _edit_list(text, items, [*(spans.plain(item) for item in items.value), fields])
    last = items.value[-1]
    lines = render.entry(fields, dash=column(items), indent=column(last), step=_step(text))
    place = _own_end(last, column(items), text)
    apart = len(items.value) == 1 or _follows_blank(_dash(last, column(items), text), text)
    return text[:place] + line_break * apart + "".join(line_break + line for line in lines) + text[place:]


def remove_item(text: str, kind: str, slug: str, remark: str) -> str:
    """Take an item out of its list, with the comments inside it; `remark` is the comment that stays in its place."""
    root = spans.compose(text)
    item, found = find_item(root, kind, slug), pair(root, kind) if root else None
    if item is None or found is None:
        raise EditError(f"There is no {kind} item {slug} in the file.")
    name, items = found
    remark += _line_break(text)
    if isinstance(items, SequenceNode) and not is_block(items):  # no line of a list in brackets is its own
        rest = _edit_list(text, items, [spans.plain(other) for other in items.value if other is not item])
        return rest + (remark if rest.endswith("\n") else _line_break(text) + remark)
    first, after = (
        line_start(_dash(item, column(items), text), text),
        next_line(_own_end(item, column(items), text), text),
    )
    if len(items.value) == 1:
        colon = text.index(":", name.end_mark.index) + 1
        return text[:colon] + " []" + text[colon:first] + remark + text[after:]
    return text[:first] + remark + text[after:]


def _set_field(text: str, path: tuple[str, ...], key: str, value: object) -> str:  # noqa: PLR0911 - a way for each shape
    mapping = _at(text, path)
    found = pair(mapping, key)
    empty = value is None or (not value and value is not False)
    if found is None:
        return text if empty else _insert(text, mapping, key, value)
    if empty:
        return _delete(text, mapping, found[0])
    name, node = found
    wanted = as_plain(value)
    if spans.plain(node) == wanted:
        return text
    if isinstance(value, dict) and isinstance(node, MappingNode) and node.value and _keeps_order(node, value):
        gone = {old.value: None for old, _ in node.value if old.value not in value}
        return set_fields(text, (*path, key), {**value, **gone})
    if isinstance(value, (list, tuple)) and isinstance(node, SequenceNode) and node.value:
        return _edit_list(text, node, value)
    if isinstance(node, ScalarNode) and not isinstance(value, (dict, list, tuple)):
        return _replace_scalar(text, node, value, column(name) if is_block(mapping) else None)
    without = _insert(text, mapping, key, value)  # as a second key for a moment: the old one shows where to cut
    return _delete(without, _at(without, path), name)


def _at(text: str, path: tuple[str, ...]) -> MappingNode:
    kind, slug, *keys = path
    node: Node | None = find_item(spans.compose(text), kind, slug)
    for key in keys:
        node = spans.value_of(node, key) if isinstance(node, MappingNode) else None
    if not isinstance(node, MappingNode):
        raise EditError(f"There is no {'/'.join(path)} in the file.")
    return node


def _keeps_order(node: MappingNode, value: Mapping[str, object]) -> bool:
    # New keys are added at the end: any other order is written anew.
    kept = [key.value for key, _ in node.value if key.value in value]
    return list(value)[: len(kept)] == kept


def _insert(text: str, mapping: MappingNode, key: str, value: object) -> str:
    rank = _RANK.get(key, len(_RANK))
    before = [one for one in mapping.value if _RANK.get(one[0].value, len(_RANK)) <= rank] or mapping.value
    name, node = before[-1]
    if not is_block(mapping):
        end = content_end(node, text)
        return (
            f"{text[:end]}, {render.on_line(key, bracketed=True)}: {render.on_line(value, bracketed=True)}{text[end:]}"
        )
    lines = render.field(key, value, indent=column(mapping.value[0][0]), step=_step(text))
    empty = isinstance(node, ScalarNode) and not node.value and not node.style
    place = line_end(start(name) if empty else content_end(node, text), text)
    return text[:place] + "".join(_line_break(text) + line for line in lines) + text[place:]


def _delete(text: str, mapping: MappingNode, name: ScalarNode) -> str:
    names = [one for one, _ in mapping.value]
    place = next(number for number, one in enumerate(names) if start(one) == start(name))
    node = mapping.value[place][1]
    if len(names) == 1:
        raise EditError(f"{name.value} is the only key left here; take away the whole item instead.")
    if not is_block(mapping):
        if place + 1 < len(names):
            return text[: start(name)] + text[start(names[place + 1]) :]
        return text[: content_end(mapping.value[place - 1][1], text)] + text[content_end(node, text) :]
    first = line_start(start(name), text)
    if text[first : start(name)].strip():  # on the line of the item's dash: the next key moves up beside it
        return text[: start(name)] + text[start(names[place + 1]) :]
    empty = isinstance(node, ScalarNode) and not node.value and not node.style
    return text[:first] + text[next_line(start(name) if empty else content_end(node, text), text) :]


def _replace_scalar(text: str, node: ScalarNode, value: object, indent: int | None) -> str:
    """Write a new scalar in the old one's style where it fits; `indent` is its key's column, None inside brackets."""
    begin, end = start(node), content_end(node, text)
    space = " " * (text[begin - 1] == ":")  # before a value that was empty
    long = indent is not None and isinstance(value, str) and ("\n" in value or is_block(node))
    if not long or indent is None:
        quote = node.style if node.style in ("'", '"') else None
        return text[:begin] + space + render.on_line(value, quote=quote, bracketed=indent is None) + text[end:]
    line_break = _line_break(text)
    if not is_block(node):
        rest = line_end(end, text)
        lines = ["|" + text[end:rest], *render.block_lines(str(value), indent + 2)]
        return text[:begin] + space + line_break.join(lines) + text[rest:]
    header, *old = [line.removesuffix("\r") for line in text[begin:end].split("\n")]
    margin = min((len(line) - len(line.lstrip(" ")) for line in old if line.strip()), default=indent + 2)
    folded = None
    if node.style == ">" and "\n" not in str(value):
        folded = render.folded_lines(str(value), margin, max(map(len, old), default=0))
    # A number in the header tells the indentation, which the lines now show by themselves.
    header = re.sub(r"\A[|>]([+-]?)\d?([+-]?)", (">" if folded else "|") + r"\1\2", header)
    return text[:begin] + line_break.join([header, *(folded or render.block_lines(str(value), margin))]) + text[end:]


def _edit_list(text: str, node: SequenceNode, values: Sequence[object]) -> str:
    """Turn a list into another, touching only the items that differ."""
    old = [json.dumps(spans.plain(item), sort_keys=True) for item in node.value]
    new = [json.dumps(as_plain(value), sort_keys=True) for value in values]
    steps = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    change = _change_block if is_block(node) else _change_flow
    for step, first, last, new_first, new_last in reversed(steps):
        if step != "equal":
            text = change(text, node, first, last, values[new_first:new_last])
    return text


def _change_block(text: str, node: SequenceNode, first: int, last: int, values: Sequence[object]) -> str:
    items, dash = node.value, column(node)
    scalars = all(isinstance(item, ScalarNode) and not is_block(item) for item in items[first:last])
    if last - first == len(values) and scalars:
        for item, value in reversed(list(zip(items[first:last], values, strict=True))):
            text = _replace_item(text, item, value)
        return text
    line_break = _line_break(text)
    lines = [render.list_item(value, indent=dash) for value in values]
    if first == 0:
        place = line_start(_dash(items[0], dash, text), text)
        added = "".join(line + line_break for line in lines)
    else:
        place = line_end(content_end(items[first - 1], text), text)
        added = "".join(line_break + line for line in lines)
    for item in reversed(items[first:last]):
        begin = line_start(_dash(item, dash, text), text)
        text = text[:begin] + text[next_line(content_end(item, text), text) :]
    return text[:place] + added + text[place:]


def _replace_item(text: str, item: ScalarNode, value: object) -> str:
    quote = item.style if item.style in ("'", '"') else None
    return text[: start(item)] + render.on_line(value, quote=quote) + text[content_end(item, text) :]


def _change_flow(text: str, node: SequenceNode, first: int, last: int, values: Sequence[object]) -> str:
    items, added = node.value, render.items_of(values)
    if last > first and added:
        return text[: start(items[first])] + ", ".join(added) + text[content_end(items[last - 1], text) :]
    if last > first:
        if last < len(items):
            return text[: start(items[first])] + text[start(items[last]) :]
        begin = content_end(items[first - 1], text) if first else start(items[0])
        return text[:begin] + text[content_end(items[-1], text) :]
    if first == 0:
        return text[: start(items[0])] + "".join(item + ", " for item in added) + text[start(items[0]) :]
    place = content_end(items[first - 1], text)
    width = line_end(place, text) - line_start(place, text) + sum(len(item) + 2 for item in added)
    gap = _line_break(text) + " " * column(items[0]) if width > _FLOW_WIDTH else " "
    return text[:place] + "".join("," + gap + item for item in added) + text[place:]


def _dash(item: Node, dash: int, text: str) -> int:
    """Index of the dash before an item of a block list whose dashes stand at column `dash`."""
    first = line_start(start(item), text)
    while text[first : first + dash + 1].strip() != "-":
        first = line_start(first - 1, text)
    return first + dash


def _own_end(item: Node, dash: int, text: str) -> int:
    """Index of the end of an item's last line, with the comments right after it that stand further in than its dash."""
    end = line_end(content_end(item, text), text)
    while True:
        first = next_line(end, text)
        line = text[first : line_end(first, text)]
        if not line.lstrip(" ").startswith("#") or len(line) - len(line.lstrip(" ")) <= dash:
            return end
        end = line_end(first, text)


def _follows_blank(index: int, text: str) -> bool:
    before = line_start(index, text)
    return before > 0 and not text[line_start(before - 1, text) : before].strip()


def _line_break(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _step(text: str) -> int:
    """How far the file's lists stand in from their keys, as its first list does; 2 where it has none."""
    root = spans.compose(text)
    items = [item for _, node in root.value if isinstance(node, SequenceNode) for item in node.value] if root else []
    for mapping in items:
        for name, node in mapping.value if isinstance(mapping, MappingNode) and is_block(mapping) else ():
            if isinstance(node, SequenceNode) and node.value and is_block(node):
                return column(node) - column(name)
    return 2
