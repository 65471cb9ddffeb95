"""The moderators' forms on Discord: an entry to add or to change, a topic that is out of scope."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from adapters.discord_ids import Press, short
from bot.clamp import clamp
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.knowledge.spans import Plain
    from bot.learn import Group

_TITLE, _LABEL, _DESCRIPTION, _OPTION, _OPTIONS = 45, 45, 100, 100, 25  # Discord's limits
_TEXT = 4_000  # characters of one field
_FIELDS = 5  # of one form
_ONE_LINE, _LISTS = frozenset({"question", "title", "review_by"}), frozenset({"alternates", "not"})
_EDITABLE = (("question", "title"), ("answer", "text"), ("alternates",), ("not",), ("review_by",))
_LIFETIME = 900.0  # seconds: the library forgets the form after that; one that comes later is still understood
_SLUG = 40  # characters proposed for an id


def new_entry(group: Group, prefix: str, locale: str | None) -> ui.Modal:
    """Build the form for an entry that answers a group of questions; `prefix` is what its id begins with."""
    words = wording(locale).moderator
    form = _form("newfaq", words.new_entry, key=group.keys[0])
    others = "\n".join(one.text for one in group.wordings[1:])
    form.add_item(_input("id", words.new_id, default=f"{prefix}faq/{_slug(group.text)}", one_line=True))
    form.add_item(_input("question", "question", default=group.text, one_line=True))
    form.add_item(_input("answer", "answer"))
    form.add_item(_input("alternates", "alternates", words.one_a_line, default=others, required=False))
    return form


def out_of_scope(group: Group, prefix: str, known: Sequence[str], locale: str | None) -> ui.Modal:
    """Build the form that says that a group of questions is out of scope: by a known topic, or a new one."""
    words = wording(locale).moderator
    form = _form("newout", words.out_of_scope, key=group.keys[0])
    # A topic that is not in the menu can be written as an id.
    offered = [discord.SelectOption(label=one) for one in known if len(one) <= _OPTION][:_OPTIONS]
    if offered:
        menu: ui.Select[Any] = ui.Select(custom_id="topic", options=offered, required=False, min_values=0)
        form.add_item(ui.Label(text=clamp(words.known_topic, _LABEL), component=menu))
    new = f"{prefix}out_of_scope/{_slug(group.text)}"
    form.add_item(_input("id", words.new_id, default=new, one_line=True, required=False))
    form.add_item(_input("reply", "reply", required=not offered))
    return form


def edit(entry_id: str, present: Mapping[str, Plain], stamp: str, locale: str | None) -> ui.Modal:
    """Build the form with an entry's text as it stands in the file; `stamp` names what the moderator saw."""
    words = wording(locale)
    form = _form("edited", words.commands["edit_about"], argument=f"{stamp}.{short(entry_id)}")
    shown = editable(present)
    rest = [key for key in present if key not in shown and key != "id"]
    note = words.moderator.elsewhere.format(fields=", ".join(rest)) if rest else ""
    for name, text in list(shown.items())[:_FIELDS]:
        about = words.moderator.one_a_line if name in _LISTS else ""
        needed = name in {"question", "title", "answer", "text"}
        last = name == "review_by"
        form.add_item(
            _input(name, name, note if last else about, default=text, one_line=name in _ONE_LINE, required=needed)
        )
    return form


def editable(present: Mapping[str, Plain]) -> dict[str, str]:
    """Give the fields of an entry that a form can hold, as text; lists have one item a line."""
    section = "title" in present
    shown = {}
    for names in _EDITABLE:
        name = names[-1] if section else names[0]
        text = _text(present.get(name, ""))
        if text is not None and len(text) <= _TEXT:
            shown[name] = text
    return shown


def changed(written: Mapping[str, str], present: Mapping[str, Plain]) -> dict[str, object]:
    """Give the fields that a moderator wrote anew, as the YAML takes them."""
    shown = editable(present)
    return {
        name: lines(text) if name in _LISTS else text
        for name, text in written.items()
        if name in shown and _plain(text) != _plain(shown[name])
    }


def lines(text: str) -> list[str]:
    """Split what was written one a line."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def written(data: object) -> dict[str, str]:
    """Read a form that was sent: each field's text, or what was picked, by its name."""
    found: dict[str, str] = {}
    if isinstance(data, dict):
        name, value, values = data.get("custom_id"), data.get("value"), data.get("values")
        if isinstance(name, str) and isinstance(value, str):
            found[name] = value
        elif isinstance(name, str) and isinstance(values, list) and values:
            found[name] = str(values[0])
        for part in data.values():
            found |= written(part)
    elif isinstance(data, list):
        for part in data:
            found |= written(part)
    return found


def _form(verb: str, title: str, *, key: str = "", argument: str = "") -> ui.Modal:
    custom_id = str(Press(verb=verb, key=key, argument=argument))
    return ui.Modal(title=clamp(title, _TITLE), custom_id=custom_id, timeout=_LIFETIME)


def _input(  # noqa: PLR0913 - what Discord knows of a field
    name: str, label: str, about: str = "", *, default: str = "", one_line: bool = False, required: bool = True
) -> ui.Label[ui.Modal]:
    style = discord.TextStyle.short if one_line else discord.TextStyle.paragraph
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=name, style=style, default=clamp(default, _TEXT) or None, required=required, max_length=_TEXT
    )
    return ui.Label(text=clamp(label, _LABEL), component=text, description=clamp(about, _DESCRIPTION) or None)


def _text(value: Plain) -> str | None:
    """A field as text to change; None where a form cannot hold it."""
    if isinstance(value, str):
        return value
    if isinstance(value, list) and all(isinstance(one, str) and "\n" not in one for one in value):
        return "\n".join(str(one) for one in value)
    return None


def _plain(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.strip().splitlines())


def _slug(title: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else "-" for char in title.lower())
    return "-".join(part for part in plain.split("-") if part)[:_SLUG].strip("-") or "new"
