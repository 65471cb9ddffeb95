"""The Block Kit blocks that our messages are made of, each cut to Slack's limit for it.

The limits are those that slack_sdk's own models enforce. The blocks are plain dicts all the same: building a card
from the models takes as long as everything else the library does for a command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.clamp import clamp

if TYPE_CHECKING:
    from collections.abc import Sequence

    from adapters.slack_text import Json

MAX_VIEW_BLOCKS = 100  # in a modal and on the Home tab
MAX_HEADER = 150
MAX_BUTTON_TEXT = 75
MAX_VALUE = 2000  # of a button
MAX_OPTION_TEXT = 75
MAX_OPTION_VALUE = 150
MAX_OPTIONS = 100
MAX_CONTEXT = 10  # elements of a context block
MAX_ACTIONS = 25  # elements of an actions block
MAX_VIEW_TITLE = 24  # and of its buttons
MAX_CONFIRM_TITLE = 100
MAX_CONFIRM_TEXT = 300
MAX_CONFIRM_BUTTON = 30
MAX_PLAIN = 2000  # ours: a context line or an input's label


def plain(text: str, limit: int = MAX_PLAIN) -> Json:
    """Build a plain text object: nothing in it is formatted, linked or turned into an emoji."""
    return {"type": "plain_text", "text": clamp(text, limit) or " ", "emoji": False}


def header(text: str) -> Json:
    """Build a header; line breaks would not show in it."""
    return {"type": "header", "text": plain(" ".join(text.split()), MAX_HEADER)}


def context(*elements: Json) -> Json:
    """Build a line of small text."""
    return {"type": "context", "elements": list(elements)[:MAX_CONTEXT]}


def note(text: str) -> Json:
    """Build a line of small plain text."""
    return context(plain(text))


def divider() -> Json:
    """Build a thin line."""
    return {"type": "divider"}


def actions(elements: Sequence[Json]) -> Json:
    """Build a row of buttons and menus."""
    return {"type": "actions", "elements": list(elements)[:MAX_ACTIONS]}


def button(text: str, action_id: str, value: str, *, style: str | None = None) -> Json:
    """Build a button; `value` must fit by itself, for a cut one would not be understood."""
    element: Json = {
        "type": "button",
        "text": plain(" ".join(text.split()), MAX_BUTTON_TEXT),
        "action_id": action_id,
        "value": value,
    }
    if style:
        element["style"] = style
    return element


def confirm(title: str, text: str, yes: str, no: str) -> Json:
    """Build the question that Slack puts before a button does anything."""
    return {
        "title": plain(title, MAX_CONFIRM_TITLE),
        "text": plain(text, MAX_CONFIRM_TEXT),
        "confirm": plain(yes, MAX_CONFIRM_BUTTON),
        "deny": plain(no, MAX_CONFIRM_BUTTON),
    }


def option(text: str, value: str) -> Json:
    """Build one choice of a menu."""
    return {"text": plain(" ".join(text.split()), MAX_OPTION_TEXT), "value": value}


def feedback(action_id: str, *, up: tuple[str, str], down: tuple[str, str]) -> Json:
    """Build the pair of thumbs that Slack shows under a message, each as (text, value); not for private messages."""
    return {
        "type": "context_actions",
        "elements": [
            {
                "type": "feedback_buttons",
                "action_id": action_id,
                "positive_button": {"text": plain(up[0], MAX_BUTTON_TEXT), "value": up[1]},
                "negative_button": {"text": plain(down[0], MAX_BUTTON_TEXT), "value": down[1]},
            }
        ],
    }


def view(kind: str, blocks: Sequence[Json], **fields: object) -> Json:
    """Build a modal or a Home tab; `title`, `submit` and `close` are plain strings."""
    made: Json = {"type": kind, "blocks": list(blocks)[:MAX_VIEW_BLOCKS]}
    for name, value in fields.items():
        if value is not None:
            made[name] = plain(str(value), MAX_VIEW_TITLE) if name in {"title", "submit", "close"} else value
    return made
