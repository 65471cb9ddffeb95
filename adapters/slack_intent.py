"""What a moderator in Slack is about to change: small enough to travel in a form, enough to propose it anew."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Literal, get_args

from bot.errors import EditConflict, EditError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.knowledge.spans import Plain
    from bot.learn import Group
    from bot.moderation import Moderator
    from bot.proposal import Proposal
    from bot.store.records import Verdict

Task = Literal["alternate", "new_entry", "out_of_scope", "edit", "undo"]
Kind = Literal["line", "text", "list", "choice"]

MAX_TYPED = 3000  # characters of one field, Slack's
MAX_ID = 200  # characters; a collection's folder, its kind and its slug
_WORDINGS = 5  # of a group, offered for a new entry
_LONG = frozenset({"answer", "text", "reply"})
# What an entry may get that it does not have yet; the other fields are for the file.
_OFFERED = {"faq": ("alternates", "not", "as_of", "review_by"), "section": ("alternates", "not", "as_of", "review_by")}
_LISTS = frozenset({"alternates", "not"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A change that somebody works on; the files are read anew at each step, so nothing of them is carried."""

    task: Task
    entry_id: str = ""
    key: str = ""  # of the group in the queue that it settles
    page: int = 0  # where in the queue that is
    change: str = ""  # the one to take back
    stamp: str = ""  # of the entry as it was when the form was opened
    weighed: str = ""  # of the change whose effects were shown; empty before

    @property
    def verdict(self) -> Verdict | None:
        """How the group is settled by this; None where it settles none."""
        return self.task if self.key and self.task not in {"edit", "undo"} else None  # type: ignore[return-value]  # those are left out

    def encode(self) -> str:
        """Write it for a form's metadata."""
        return json.dumps({name: value for name, value in asdict(self).items() if value})

    @classmethod
    def decode(cls, written: str) -> Intent | None:
        """Read it; None for anything that this version has not written."""
        try:
            data = json.loads(written)
            intent = cls(**{name: data[name] for name in data.keys() & cls.__slots__})
        except (ValueError, TypeError, AttributeError):
            return None
        texts = (intent.entry_id, intent.key, intent.change, intent.stamp, intent.weighed)
        known = intent.task in get_args(Task) and isinstance(intent.page, int)
        return intent if known and all(isinstance(text, str) for text in texts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form, with what is in it."""

    name: str
    kind: Kind
    value: str = ""
    options: tuple[str, ...] = ()
    label: str = ""  # where the name is no word for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The inputs of a form, and what of the entry does not fit into one."""

    fields: tuple[Field, ...]
    elsewhere: tuple[str, ...] = ()


def mark(proposal: Proposal) -> str:
    """Name a change, so that what is confirmed is what was shown."""
    return hashlib.sha256(proposal.diff.encode()).hexdigest()[:16]


def phrasing_form(group: Group) -> Form:
    """Offer a group's wording as it would be added."""
    return Form(fields=(Field(name="alternates", kind="line", value=group.text[:MAX_TYPED]),))


def entry_form(group: Group, prefix: str) -> Form:
    """Offer a new entry for a group; `prefix` is that of its collection's ids."""
    others = [wording.text for wording in group.wordings[1:_WORDINGS]]
    return Form(
        fields=(
            Field(name="id", kind="line", value=f"{prefix}faq/{_slug(group.text)}"),
            Field(name="question", kind="line", value=group.text[:MAX_TYPED]),
            Field(name="alternates", kind="list", value="\n".join(others)[:MAX_TYPED]),
            Field(name="answer", kind="text"),
        )
    )


def scope_form(group: Group, prefix: str, known: tuple[str, ...]) -> Form:
    """Offer to put a group out of scope: by a topic that is already, or a new one."""
    choice = (Field(name="known", kind="choice", options=known, label="known_topic"),) if known else ()
    examples = [wording.text for wording in group.wordings[:_WORDINGS]]
    return Form(
        fields=(
            *choice,
            Field(name="id", kind="line", value=f"{prefix}out_of_scope/", label="new_id"),
            Field(name="examples", kind="list", value="\n".join(examples)[:MAX_TYPED]),
            Field(name="reply", kind="text"),
        )
    )


def present_form(entry_id: str, present: Mapping[str, Plain]) -> Form:
    """Offer an entry's fields as they stand in the file."""
    fields: list[Field] = []
    elsewhere: list[str] = []
    for name, value in present.items():
        if name == "id":
            continue
        field = _field(name, value)
        if field is None or len(field.value) > MAX_TYPED:
            elsewhere.append(name)
        else:
            fields.append(field)
    kind = entry_id.rpartition(":")[2].partition("/")[0]
    absent = [name for name in _OFFERED.get(kind, ()) if name not in present]
    fields += [Field(name=name, kind="list" if name in _LISTS else "line") for name in absent]
    return Form(fields=tuple(fields), elsewhere=tuple(elsewhere))


def refilled(form: Form, typed: Mapping[str, str]) -> Form:
    """Keep in a form what somebody typed."""
    fields = tuple(
        Field(name=one.name, kind=one.kind, value=typed.get(one.name, ""), options=one.options, label=one.label)
        for one in form.fields
    )
    return Form(fields=fields, elsewhere=form.elsewhere)


def propose(moderator: Moderator, intent: Intent, typed: Mapping[str, str]) -> Proposal:
    """Propose what a form says. Raises EditError, EditConflict with what is there now."""
    match intent.task:
        case "alternate":
            return moderator.add_alternate(intent.entry_id, typed.get("alternates", ""))
        case "new_entry":
            fields = {"question": typed.get("question", ""), "alternates": _lines(typed.get("alternates", ""))}
            return moderator.add_entry(typed.get("id", ""), fields | {"answer": typed.get("answer", "")})
        case "out_of_scope":
            examples = _lines(typed.get("examples", ""))
            if known := typed.get("known"):
                return moderator.add_alternate(known, examples[0] if examples else "")
            entry_id = typed.get("id", "")
            if not entry_id.rpartition(":")[2].startswith("out_of_scope/"):
                raise EditError(f"{entry_id} is not an id of something out of scope; expected out_of_scope/...")
            return moderator.add_entry(entry_id, {"examples": examples, "reply": typed.get("reply", "")})
        case "edit":
            fields_meant = meant(moderator.present(intent.entry_id)[0], typed)
            return moderator.edit(intent.entry_id, fields_meant, seen=intent.stamp)
        case "undo":
            return moderator.undo(intent.change)


def meant(present: Mapping[str, Plain], typed: Mapping[str, str]) -> dict[str, object]:
    """Give the fields that a form changes: what is as it was stays as it is written, to the byte."""
    changed: dict[str, object] = {}
    for name, text in typed.items():
        old = present.get(name)
        if isinstance(old, list) or (old is None and name in _LISTS):
            if _lines(text) != list(old or ()):
                changed[name] = _lines(text)
        elif text.strip() != str(old or "").strip():
            ending = "\n" if str(old or "").endswith("\n") and text.strip() else ""
            changed[name] = text.strip() + ending
    return changed


def conflict(error: EditConflict, typed: Mapping[str, str]) -> tuple[str, str]:
    """Give both sides of a conflict as text: what is there now, and what was typed."""
    return error.present, "\n".join(f"{name}: {text}" for name, text in typed.items() if text)


def _field(name: str, value: Plain) -> Field | None:
    if isinstance(value, str):
        return Field(name=name, kind="text" if name in _LONG or "\n" in value else "line", value=value)
    if isinstance(value, list) and all(isinstance(one, str) and "\n" not in one for one in value):
        return Field(name=name, kind="list", value="\n".join(str(one) for one in value))
    return None


def _lines(text: str) -> list[str]:
    return [line.strip() for line in text.splitlines() if line.strip()]


def _slug(title: str) -> str:
    plain = "".join(char if char.isascii() and char.isalnum() else " " for char in title.lower())
    return "-".join(plain.split())[:40].strip("-")
