"""What a moderator in Slack is about to change: small enough to travel in a form, enough to propose it anew."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Literal, get_args

from bot.errors import EditConflict, EditError
from bot.knowledge import form
from bot.knowledge.form import lines
from bot.knowledge.slug import slug
from bot.store.records import Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.knowledge.spans import Plain
    from bot.learn import Group
    from bot.moderation import Moderator
    from bot.proposal import Proposal

Task = Literal["alternate", "new_entry", "out_of_scope", "split", "edit", "retire", "undo"]
Kind = Literal["line", "text", "list", "choice", "choices", "entry"]

MAX_TYPED = 3000  # characters of one field, Slack's
MAX_ID = 200  # characters; a collection's folder, its kind and its slug
_WORDINGS = 5  # of a group, offered for a new entry


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """A change that somebody works on; the files are read anew at each step, so nothing of them is carried."""

    task: Task
    entry_id: str = ""
    key: str = ""  # of the group in the queue that it settles
    page: int = 0  # where in the queue that is
    change: str = ""  # the one to take back
    phrasing: str = ""  # typed after the command
    successor: str = ""  # of an entry to retire
    stamp: str = ""  # of the entry as it was when the form was opened
    weighed: str = ""  # of the change whose effects were shown; empty before

    @property
    def verdict(self) -> Verdict | None:
        """How the group is settled by this; None where it settles none."""
        return next((one for one in get_args(Verdict) if self.key and one == self.task), None)

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
        texts = (value for name, value in asdict(intent).items() if name != "page")
        known = intent.task in get_args(Task) and isinstance(intent.page, int)
        return intent if known and all(isinstance(text, str) for text in texts) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One input of a form, with what is in it."""

    name: str
    kind: Kind
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()  # what each stands for, and how it is shown
    label: str = ""  # where the name is no word for people


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """The inputs of a form, and what of the entry does not fit into one."""

    fields: tuple[Field, ...]
    elsewhere: tuple[str, ...] = ()


def mark(proposal: Proposal) -> str:
    """Name a change, so that what is confirmed is what was shown."""
    return hashlib.sha256(proposal.diff.encode()).hexdigest()[:16]


def phrasing_form(text: str, entry_id: str) -> Form:
    """Offer a wording as it would be added, and ask to which entry where that is not known."""
    entry = () if entry_id else (Field(name="entry", kind="entry", label="add_other"),)
    return Form(fields=(*entry, Field(name="alternates", kind="line", value=text[:MAX_TYPED])))


def split_form(group: Group) -> Form:
    """Offer a group's questions, to choose those that belong elsewhere."""
    options = tuple((one.keys[0], f"{one.times} x {one.text}") for one in group.wordings)
    return Form(fields=(Field(name="apart", kind="choices", options=options, label="split_about"),))


def retire_form(entry_id: str, successor: str) -> Form:
    """Ask which entry to take away, where that is not known, and what to read in its place."""
    entry = () if entry_id else (Field(name="entry", kind="entry"),)
    return Form(fields=(*entry, Field(name="see", kind="entry", value=successor)))


def entry_form(group: Group | None, prefix: str) -> Form:
    """Offer a new entry, for a group where there is one; `prefix` is that of its collection's ids."""
    text = group.text if group else ""
    others = [wording.text for wording in group.wordings[1:_WORDINGS]] if group else []
    return Form(
        fields=(
            Field(name="question", kind="line", value=text[:MAX_TYPED]),
            Field(name="answer", kind="text"),
            Field(name="alternates", kind="list", value="\n".join(others)[:MAX_TYPED]),
            Field(name="id", kind="line", value=f"{prefix}faq/{slug(text)}"),
        )
    )


def scope_form(group: Group, prefix: str, known: tuple[str, ...]) -> Form:
    """Offer to put a group out of scope: by a topic that is already, or a new one."""
    options = tuple((one, one) for one in known)
    choice = (Field(name="known", kind="choice", options=options, label="known_topic"),) if known else ()
    examples = [wording.text for wording in group.wordings[:_WORDINGS]]
    return Form(
        fields=(
            *choice,
            Field(name="reply", kind="text"),
            Field(name="examples", kind="list", value="\n".join(examples)[:MAX_TYPED]),
            Field(name="id", kind="line", value=f"{prefix}out_of_scope/"),
        )
    )


def which_form() -> Form:
    """Ask which entry is meant."""
    return Form(fields=(Field(name="entry", kind="entry"),))


def present_form(present: Mapping[str, Plain]) -> Form:
    """Offer an entry's fields as they stand in the file, and those that it may get."""
    shown = {name: text for name, text in form.editable(present).items() if len(text) <= MAX_TYPED}
    elsewhere = tuple(name for name in present if name not in shown and name != "id")
    return Form(fields=tuple(_field(name, text) for name, text in shown.items()), elsewhere=elsewhere)


def refilled(form: Form, typed: Mapping[str, str]) -> Form:
    """Keep in a form what somebody typed."""
    fields = tuple(replace(one, value=typed.get(one.name, "")) for one in form.fields)
    return replace(form, fields=fields)


def propose(moderator: Moderator, intent: Intent, typed: Mapping[str, str]) -> Proposal:
    """Propose what a form says. Raises EditError, EditConflict with what is there now."""
    entry_id = intent.entry_id or typed.get("entry", "")
    match intent.task:
        case "alternate":
            return moderator.add_alternate(entry_id, typed.get("alternates", ""))
        case "new_entry":
            fields = {"question": typed.get("question", ""), "alternates": lines(typed.get("alternates", ""))}
            return moderator.add_entry(typed.get("id", ""), fields | {"answer": typed.get("answer", "")})
        case "out_of_scope":
            return _out_of_scope(moderator, typed)
        case "edit":
            present, now = moderator.present(entry_id)
            # What somebody else changed meanwhile would look like a change of this form's.
            meant = form.changed(typed, present) if now == intent.stamp else dict(typed)
            return moderator.edit(entry_id, meant, seen=intent.stamp)
        case "retire":
            return moderator.retire(entry_id, typed.get("see") or None)
        case "undo":
            return moderator.undo(intent.change)
        case "split":
            raise EditError("A split changes no entry.")


def _out_of_scope(moderator: Moderator, typed: Mapping[str, str]) -> Proposal:
    examples = lines(typed.get("examples", ""))
    if known := typed.get("known"):
        return moderator.add_alternate(known, examples[0] if examples else "")
    return moderator.add_entry(typed.get("id", ""), {"examples": examples, "reply": typed.get("reply", "")})


def conflict(error: EditConflict, typed: Mapping[str, str]) -> tuple[str, str]:
    """Give both sides of a conflict as text: what is there now, and what was typed."""
    return error.present, "\n".join(f"{name}: {text}" for name, text in typed.items() if text)


def _field(name: str, text: str) -> Field:
    if name in form.LISTS or name == "sources":
        return Field(name=name, kind="list", value=text)
    return Field(name=name, kind="text" if name in form.LONG or "\n" in text else "line", value=text)
