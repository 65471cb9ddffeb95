"""Edits to a collection: each reads the files as they are and gives the change, which nobody sees before it is written.

Everything is checked before it is offered: the new text is read back, and has to hold exactly what was there plus what
was meant. What the format does not allow is for the loader to say, which checks the whole collection.
"""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import suppress
from datetime import date
from typing import TYPE_CHECKING, Any

from bot.errors import EditConflict, EditError
from bot.knowledge import files, render, retired, spans, splice
from bot.knowledge.patch import Change, FileChange

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from bot.knowledge.spans import Plain

_DATES = frozenset({"as_of", "review_by", "date"})
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_LISTS = {"faq": "faq", "section": "sections", "out_of_scope": "out_of_scope", "small_talk": "small_talk"}


def present(root: Path, entry_id: str) -> dict[str, Plain]:
    """Give an item's fields as they stand in the files, every scalar as text; raises EditError if there is none."""
    return _File.holding(root, entry_id).item(entry_id)


def stamp(fields: Mapping[str, Plain]) -> str:
    """Name what a moderator saw, in 16 hex digits, so that an edit can be refused when it has changed since."""
    return hashlib.sha256(json.dumps(fields, sort_keys=True).encode()).hexdigest()[:16]


def add_alternate(root: Path, entry_id: str, phrasing: str) -> Change:
    """Add a way to ask an entry; for out_of_scope and small_talk, an example."""
    key = "examples" if entry_id.startswith(("out_of_scope/", "small_talk/")) else "alternates"
    return _add_to_list(root, entry_id, key, phrasing, "add phrasing")


def add_reject(root: Path, entry_id: str, phrasing: str) -> Change:
    """Add a look-alike question that an entry must not answer."""
    return _add_to_list(root, entry_id, "not", phrasing, "add not")


def edit_fields(root: Path, entry_id: str, fields: Mapping[str, object], *, seen: str | None = None) -> Change:
    """Set fields by their names in the YAML; an empty value takes a field away.

    `seen` is the stamp of what the moderator saw. Raises EditConflict with what is there now if it no longer holds.
    """
    file = _File.holding(root, entry_id)
    there = file.item(entry_id)
    if seen is not None and seen != stamp(there):
        text = "\n".join(render.field("now", there, indent=0)[1:])
        raise EditConflict(f"{entry_id} was changed by somebody else meanwhile; nothing was written.", text)
    meant = {key: _cleaned(value, key) for key, value in fields.items()}
    if "id" in meant:
        raise EditError("An id never changes: buttons in old messages carry it. Retire the entry and add a new one.")
    wanted = {**there, **{key: splice.as_plain(value) for key, value in meant.items()}}
    wanted = {key: value for key, value in wanted.items() if key not in meant or _is_set(meant[key])}
    return file.change("edit", entry_id, lambda text: splice.set_fields(text, _path(entry_id), meant), wanted)


def add_entry(root: Path, entry_id: str, fields: Mapping[str, object], *, path: str | None = None) -> Change:
    """Add an entry, or a stock reply, at the end of its list.

    `path` names the file, relative to the collection; without it the one that holds most of its kind.
    """
    kind, slug = _path(entry_id)
    every = _File.all(root)
    if any(file.find(entry_id) is not None for file in every):
        raise EditError(f"{entry_id} is there already; choose another id, or edit it.")
    if any(one.entry_id == entry_id for file in every for one in retired.retirements(file.text)):
        raise EditError(f"{entry_id} was retired, and old messages still name it; choose another id.")
    if path is None:
        file = max(every, key=lambda one: len(one.items(kind)))
    else:
        file = next((one for one in every if one.path == path), None) or _File(root, path, None)
    meant = {"id": slug, **{key: value for key, value in _cleaned(dict(fields)).items() if _is_set(value)}}
    wanted = {key: splice.as_plain(value) for key, value in meant.items()}
    return file.change("add", entry_id, lambda text: splice.add_item(text, kind, meant), wanted)


def retire(root: Path, entry_id: str, successor: str | None = None) -> Change:
    """Take an entry away, and first every other entry's `related` that points to it.

    A comment stays in its place, so that old buttons can be answered: `successor` is what it tells them to read.
    """
    holder = _File.holding(root, entry_id)
    if not entry_id.startswith(("faq/", "section/")):
        raise EditError(f"{entry_id} is no entry that readers can come back to; take it out of the file by hand.")
    if successor == entry_id:
        raise EditError("An entry cannot stand for itself; name another one, or none.")
    if successor is not None:
        _File.holding(root, successor)
    changes = [change for file in _File.all(root) if (change := _without(file, entry_id, successor))]
    # Whoever points to it lets go first: each step is then valid by itself.
    changes.sort(key=lambda change: change.path == holder.path)
    return Change(root=root, action="retire", entry_id=entry_id, files=tuple(changes))


def _without(file: _File, entry_id: str, successor: str | None) -> FileChange | None:
    text = file.text
    for kind, prefix in (("faq", "faq"), ("sections", "section")):
        for item in file.items(kind):
            pointers = item.get("related")
            if isinstance(pointers, list) and entry_id in pointers and f"{prefix}/{item['id']}" != entry_id:
                rest = [pointer for pointer in pointers if pointer != entry_id]
                text = splice.set_fields(text, (kind, str(item["id"])), {"related": rest})
    if file.find(entry_id) is not None:
        text = splice.remove_item(text, *_path(entry_id), retired.remark(entry_id, successor))
    return file.to(text) if text != file.text else None


def _add_to_list(root: Path, entry_id: str, key: str, phrasing: str, action: str) -> Change:
    file = _File.holding(root, entry_id)
    there = file.item(entry_id)
    old = there.get(key) or []
    text = render.clean(" ".join(phrasing.split()))
    if not text:
        raise EditError("The phrasing is empty.")
    if not isinstance(old, list) or text in old:
        raise EditError(f"{entry_id} has this phrasing already.")
    values = [*old, text]

    def change(page: str) -> str:
        return splice.set_fields(page, _path(entry_id), {key: values})

    return file.change(action, entry_id, change, {**there, key: values})


def _path(entry_id: str) -> tuple[str, str]:
    prefix, slash, slug = entry_id.partition("/")
    if not slash or prefix not in _LISTS:
        raise EditError(f"{entry_id} is not an id; expected faq/..., section/... or out_of_scope/...")
    return _LISTS[prefix], slug


def _cleaned(value: Any, key: str = "") -> Any:  # noqa: ANN401 - what a field may hold, at any depth
    if isinstance(value, str):
        text = render.clean(value)
        if key in _DATES and _DATE.fullmatch(text):
            with suppress(ValueError):  # no day of the calendar: the loader explains it best
                return date.fromisoformat(text)
        return text == "true" if key == "pinned" and text in {"true", "false"} else text
    if isinstance(value, dict):
        return {name: cleaned for name, item in value.items() if _is_set(cleaned := _cleaned(item, name))}
    if isinstance(value, (list, tuple)):
        return [cleaned for item in value if _is_set(cleaned := _cleaned(item))]
    return value


def _is_set(value: object) -> bool:
    return value is False or bool(value)


class _File:
    """One file of a collection, as it was when it was read."""

    def __init__(self, root: Path, path: str, content: bytes | None) -> None:
        self.root, self.path, self.content = root, path, content
        try:
            self.text = (content or b"").removeprefix(_BYTE_ORDER_MARK).decode()
        except UnicodeDecodeError:
            raise EditError(f"{path} is not UTF-8; save it as UTF-8 first.") from None
        node = spans.compose(self.text)
        self._tree = {str(key.value): spans.plain(value) for key, value in node.value} if node else {}

    @classmethod
    def all(cls, root: Path) -> list[_File]:
        """Read every file of a collection."""
        found = sorted(file for folder in files.survey(root).folders for file in folder.files)
        if not found:
            raise EditError(f"{root.name} holds no YAML files.")
        return [cls(root, file.relative_to(root).as_posix(), file.read_bytes()) for file in found]

    @classmethod
    def holding(cls, root: Path, entry_id: str) -> _File:
        """Find the file that holds an entry."""
        every = cls.all(root)
        for file in every:
            if file.find(entry_id) is not None:
                return file
        for one in (one for file in every for one in retired.retirements(file.text) if one.entry_id == entry_id):
            raise EditError(f"{entry_id} was retired" + (f", see {one.successor}." if one.successor else "."))
        raise EditError(f"There is no {entry_id} in {root.name}.")

    def items(self, kind: str) -> list[dict[str, Plain]]:
        """Give the items of a top-level list."""
        items = self._tree.get(kind)
        return [item for item in items if isinstance(item, dict) and "id" in item] if isinstance(items, list) else []

    def find(self, entry_id: str) -> dict[str, Plain] | None:
        """Give an item's fields; None if it is not in this file."""
        kind, slug = _path(entry_id)
        return next((item for item in self.items(kind) if item["id"] == slug), None)

    def item(self, entry_id: str) -> dict[str, Plain]:
        """Give an item's fields."""
        return self.find(entry_id) or {}

    def change(self, action: str, entry_id: str, make: Callable[[str], str], wanted: dict[str, Plain]) -> Change:
        """Make the change and prove it: every other item as before, this one as wanted."""
        text = make(self.text)
        if text == self.text:
            raise EditError("Nothing changes: it is like that already.")
        kind, slug = _path(entry_id)
        after = _File(self.root, self.path, text.encode())
        others = [item for item in self.items(kind) if item["id"] != slug]
        proof = [item for item in after.items(kind) if item["id"] != slug]
        rest = all(self._tree.get(key) == after._tree.get(key) for key in {*self._tree, *after._tree} - {kind})
        if not rest or others != proof or _ordered(after.item(entry_id)) != _ordered(wanted):
            raise EditError(f"{self.path} is written in a way that cannot be edited from here; edit the file by hand.")
        return Change(root=self.root, action=action, entry_id=entry_id, files=(self.to(text),))

    def to(self, text: str) -> FileChange:
        """Make the change of this file to a new text."""
        mark = _BYTE_ORDER_MARK if (self.content or b"").startswith(_BYTE_ORDER_MARK) else b""
        return FileChange(path=self.path, before=self.content, after=mark + text.encode())


def _ordered(fields: dict[str, Plain]) -> dict[str, object]:
    # The order of an item's keys is the file's business; the order of positions is the moderators'.
    return {key: list(value.items()) if isinstance(value, dict) else value for key, value in fields.items()}
