"""Discord's components as the payloads that they travel as, and the page that hands them to the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from discord import ButtonStyle, ComponentType, ui

from adapters.discord_ids import Press, sign
from bot.clamp import clamp

if TYPE_CHECKING:
    from collections.abc import Iterable

Json: TypeAlias = dict[str, Any]

MAX_LABEL = 80  # characters of a button's label
MENU = "menu:"  # begins the custom id of a menu; the rest is a press
_ABOUT = 1024  # characters of a picture's description
_OPTION = 100  # characters of an option's label


class Page(ui.LayoutView):
    """A message's components, ready to be sent.

    The library keeps every view that it sends and waits for somebody to press its buttons: private ones for a quarter
    of an hour, each with a task of its own. Ours are found by their ids (see `discord_items`), so there is nothing to
    wait for: a page is finished from the start.
    """

    def __init__(self, *components: Json) -> None:
        super().__init__(timeout=None)
        self._components = list(components)

    def to_components(self) -> list[Json]:
        """Give the payloads."""
        return self._components

    def has_components_v2(self) -> bool:
        """Say that the message is one of components alone."""
        return True

    def is_finished(self) -> bool:
        """Say that nobody waits."""
        return True

    def is_dispatchable(self) -> bool:
        """Say that nothing is to be remembered."""
        return False


def text(content: str) -> Json:
    """Make a text, in Discord's Markdown."""
    return {"type": ComponentType.text_display.value, "content": content}


def separator() -> Json:
    """Make a line between two parts."""
    return {"type": ComponentType.separator.value, "divider": True, "spacing": 1}


def button(press: Press, label: str, style: ButtonStyle = ButtonStyle.secondary) -> Json:
    """Make a button."""
    return {
        "type": ComponentType.button.value,
        "style": style.value,
        "label": clamp(label, MAX_LABEL),
        "custom_id": str(press),
    }


def menu(press: Press, placeholder: str, options: Iterable[tuple[str, str]]) -> Json:
    """Make a menu; an option is its label and its value."""
    return {
        "type": ComponentType.string_select.value,
        "custom_id": f"{MENU}{press}",
        "placeholder": placeholder,
        "options": [{"label": clamp(label, _OPTION), "value": value} for label, value in options],
    }


def gallery(url: str, about: str) -> Json:
    """Make a picture, with its words for who cannot see it."""
    item = {"media": {"url": url}, "description": clamp(about, _ABOUT)}
    return {"type": ComponentType.media_gallery.value, "items": [item]}


def section(content: Json, accessory: Json) -> Json:
    """Put a button beside a text."""
    return {"type": ComponentType.section.value, "components": [content], "accessory": accessory}


def row(*parts: Json) -> Json:
    """Put up to five buttons, or one menu, beside each other."""
    return {"type": ComponentType.action_row.value, "components": list(parts)}


def signed(framed: Json, key: str, person: str) -> Json:
    """Give a container whose buttons, made for no reply and nobody, stand for this reply and its asker."""
    parts = [
        row(*[one | {"custom_id": sign(one["custom_id"], key, person)} for one in part["components"]])
        if "components" in part
        else part
        for part in framed["components"]
    ]
    return framed | {"components": parts}


def container(*parts: Json, accent: int | None = None) -> Json:
    """Put a frame around parts, with a coloured edge."""
    colour = {} if accent is None else {"accent_color": accent}
    return {"type": ComponentType.container.value, "components": list(parts), **colour}
