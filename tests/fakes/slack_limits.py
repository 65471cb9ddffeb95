"""What Slack refuses in blocks and views: the SDK's own models, and the limits that they leave out."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from slack_sdk.errors import SlackObjectFormationError
from slack_sdk.models.blocks import Block
from slack_sdk.models.views import View

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

SURFACES = {"message": 50, "ephemeral": 50, "modal": 100, "home": 100}
MESSAGE_CHARACTERS = 12_000  # a message whose blocks hold more than about 13,200 is refused whole
VIEW_BYTES = 250_000
OUR_PIECES = {"text", "link"}  # any other could ping somebody or be something that nobody typed
PARTS = {"rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"}


def block_problems(blocks: Sequence[dict[str, Any]], surface: str = "message") -> list[str]:
    """List everything that Slack would refuse in the blocks of a message, an ephemeral message, a modal or the Home."""
    problems: list[str] = []
    if len(blocks) > SURFACES[surface]:
        problems.append(f"{len(blocks)} blocks, at most {SURFACES[surface]}")
    for block in blocks:
        problems += _model_problems(block)
        problems += _own_problems(block, surface)
    if surface in {"message", "ephemeral"} and (size := sum(len(text) for text in texts(list(blocks)))) > (
        MESSAGE_CHARACTERS
    ):
        problems.append(f"{size} characters of text in one message")
    ids = [block["block_id"] for block in blocks if "block_id" in block]
    if len(ids) != len(set(ids)):
        problems.append("a block_id occurs twice")
    return problems


def view_problems(view: dict[str, Any]) -> list[str]:
    """List everything that Slack would refuse in a view."""
    problems = block_problems(view.get("blocks", []), view.get("type", ""))
    try:
        View(**view).to_dict()
    except (SlackObjectFormationError, TypeError) as error:
        problems.append(str(error))
    if len(json.dumps(view).encode()) > VIEW_BYTES:
        problems.append("a view of more than 250 KB")
    for name in ("title", "submit", "close"):
        if len(view.get(name, {}).get("text", "")) > 24:
            problems.append(f"{name} has more than 24 characters")
    if view.get("type") == "modal":
        if not view.get("title"):
            problems.append("a modal without a title")
        if any(block["type"] == "input" for block in view["blocks"]) and "submit" not in view:
            problems.append("inputs without a submit button")
    if len(view.get("private_metadata", "")) > 3000:
        problems.append("private_metadata has more than 3,000 characters")
    return problems


def texts(node: object) -> Iterator[str]:
    """Walk every text that people see in blocks."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key == "text" and isinstance(value, str):
                yield value
            elif key not in {"value", "action_id", "block_id", "url"}:
                yield from texts(value)
    elif isinstance(node, list):
        for item in node:
            yield from texts(item)


def _model_problems(block: dict[str, Any]) -> list[str]:
    parsed = Block.parse(block)
    if parsed is None:
        return [f"unknown block type {block.get('type')!r}"]
    try:
        rendered = parsed.to_dict()
    except SlackObjectFormationError as error:
        return [f"{block['type']}: {error}"]
    return [] if rendered.get("type") == block.get("type") else [f"{block['type']}: not understood by the models"]


def _own_problems(block: dict[str, Any], surface: str) -> Iterator[str]:
    kind = block["type"]
    if kind == "context_actions" and surface != "message":
        yield f"context_actions in {surface}"
    if kind == "rich_text":
        yield from _rich_text_problems(block)
    if kind == "context":
        if not 1 <= len(block["elements"]) <= 10:
            yield "context needs 1 to 10 elements"
        yield from (
            "empty or over-long context text" for e in block["elements"] if not 1 <= len(e.get("text", " ")) <= 2000
        )
    if kind in {"header", "section"} and not block["text"]["text"]:
        yield f"{kind} without text"
    if kind in {"actions", "context_actions"}:
        elements = block["elements"]
        if not 1 <= len(elements) <= (25 if kind == "actions" else 5):
            yield f"{kind} with {len(elements)} elements"
        ids = [element.get("action_id") for element in elements]
        if len(ids) != len(set(ids)):
            yield f"{kind}: an action_id occurs twice"
        for element in elements:
            yield from _button_problems(element)


def _button_problems(element: dict[str, Any]) -> Iterator[str]:
    buttons = [element] if element["type"] == "button" else []
    buttons += [element[name] for name in ("positive_button", "negative_button") if name in element]
    for button in buttons:
        if not 1 <= len(button["text"]["text"]) <= 75:
            yield f"button text of {len(button['text']['text'])} characters"
        if len(button.get("value", "")) > 2000:
            yield f"button value of {len(button['value'])} characters"
    if len(element.get("action_id", "")) > 255:
        yield "over-long action_id"


def _rich_text_problems(block: dict[str, Any]) -> Iterator[str]:
    if not block["elements"]:
        yield "rich_text without elements"
    for part in block["elements"]:
        if part["type"] not in PARTS:
            yield f"rich_text part {part['type']!r}"
        pieces = part["elements"]
        if part["type"] == "rich_text_list":
            if part["style"] not in {"bullet", "ordered"} or not 0 <= part.get("indent", 0) <= 8:
                yield "a list of an unknown style or indent"
            pieces = [piece for item in part["elements"] for piece in item["elements"]]
        if not pieces:
            yield f"{part['type']} without elements"
        for piece in pieces:
            yield from _piece_problems(piece)


def _piece_problems(piece: dict[str, Any]) -> Iterator[str]:
    if piece["type"] not in OUR_PIECES:
        yield f"rich text piece {piece['type']!r}"
    if not piece.get("text"):
        yield "an empty piece of rich text"
    if piece["type"] == "link" and not piece["url"].startswith(("http://", "https://", "mailto:")):
        yield "a link to nowhere"
