"""The moderators' forms on Discord: an entry to add, change or look for, a topic out of scope, a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import ui

from adapters.discord_ids import Press, short
from bot.clamp import clamp
from bot.knowledge.form import editable
from bot.knowledge.slug import slug
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.knowledge.spans import Plain
    from bot.learn import Group

_TITLE, _LABEL, _DESCRIPTION, _OPTION, _OPTIONS = 45, 45, 100, 100, 25  # Discord's limits
_TEXT = 4_000  # characters of one field
_REASON = 500  # characters
_ONE_LINE = frozenset({"question", "title", "as_of", "review_by", "owner", "pinned"})
Part = Literal["text", "details"]
# A form has at most five fields: what readers ask and read, and what stands around it.
_PARTS: Mapping[Part, tuple[str, ...]] = {
    "text": ("question", "title", "answer", "text", "alternates", "not", "keywords"),
    "details": ("positions", "sources", "as_of", "review_by", "related"),
}
_LIFETIME = 900.0  # seconds: the library forgets the form after that; one that comes later is still understood


def new_entry(group: Group | None, prefix: str, locale: str | None) -> ui.Modal:
    """Build the form for an entry, for a group of questions or for none; `prefix` is what its id begins with."""
    words = wording(locale).moderator
    form = _form("newfaq", words.new_entry, key=group.keys[0] if group else "")
    title, others = (group.text, [one.text for one in group.wordings[1:]]) if group else ("", [])
    form.add_item(_input("question", locale, default=title, one_line=True))
    form.add_item(_input("answer", locale))
    form.add_item(_input("alternates", locale, default="\n".join(others), required=False))
    form.add_item(_input("id", locale, default=f"{prefix}faq/{slug(title)}", one_line=True, required=False))
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
    form.add_item(_input("reply", locale, required=not offered))
    new = f"{prefix}out_of_scope/{slug(group.text)}"
    form.add_item(_input("id", locale, default=new, one_line=True, required=False))
    return form


def edit(entry_id: str, present: Mapping[str, Plain], stamp: str, part: Part, locale: str | None) -> ui.Modal:
    """Build the form with part of an entry as it stands in the file; `stamp` names what the moderator saw."""
    words = wording(locale)
    form = _form("edited", words.commands["edit_about"], argument=f"{stamp}.{short(entry_id)}")
    shown = {name: text for name, text in editable(present).items() if len(text) <= _TEXT}
    names = [name for name in _PARTS[part] if name in shown]
    there = {name for names in _PARTS.values() for name in names if name in shown}
    rest = [name for name in present if name not in there and name != "id"]
    for name in names:
        note = words.moderator.elsewhere.format(fields=", ".join(rest)) if rest and name == names[-1] else ""
        needed = name in {"question", "title", "answer", "text"}
        one_line = name in _ONE_LINE
        form.add_item(_input(name, locale, about=note, default=shown[name], one_line=one_line, required=needed))
    return form


def part_of(fields: Iterable[str]) -> Part:
    """Tell which part of an entry a form with these fields is for."""
    return "text" if {*fields} <= {*_PARTS["text"]} else "details"


def refilled(form: ui.Modal, typed: Mapping[str, str]) -> ui.Modal:
    """Put into a form what somebody typed into it before."""
    for label in form.children:
        part = label.component if isinstance(label, ui.Label) else None
        if isinstance(part, ui.TextInput):
            part.default = typed.get(part.custom_id) or None
        elif isinstance(part, ui.Select):
            for option in part.options:
                option.default = option.value == typed.get(part.custom_id)
    return form


def search(key: str, locale: str | None) -> ui.Modal:
    """Build the form that asks which entry a group belongs to."""
    words = wording(locale)
    form = _form("search", words.moderator.add_other, key=key)
    form.add_item(_input("entry", locale, words.commands["entry_about"], one_line=True))
    return form


def reason(draft: str, locale: str | None) -> ui.Modal:
    """Build the form that asks why a change is made; sending it makes the change."""
    words = wording(locale).moderator
    form = _form("reasoned", words.confirm, key=draft)
    form.add_item(_input("reason", locale, words.reason, one_line=True, limit=_REASON))
    return form


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
    name: str,
    locale: str | None,
    label: str = "",
    *,
    about: str = "",
    default: str = "",
    one_line: bool = False,
    required: bool = True,
    limit: int = _TEXT,
) -> ui.Label[ui.Modal]:
    style = discord.TextStyle.short if one_line else discord.TextStyle.paragraph
    text: ui.TextInput[ui.Modal] = ui.TextInput(
        custom_id=name, style=style, default=clamp(default, _TEXT) or None, required=required, max_length=limit
    )
    words = wording(locale)
    about = about or words.moderator.hint(name)
    called = clamp(label or words.fields[name], _LABEL)
    return ui.Label(text=called, component=text, description=clamp(about, _DESCRIPTION) or None)
