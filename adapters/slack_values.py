"""What our buttons carry: versioned action ids, and values that name an entry, never a label."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from adapters.slack_blocks import MAX_VALUE
from bot.clamp import clamp

VERSION = "bc1"
_MAX_ENTRY = 200  # characters; a collection's folder, its kind and its slug


class Name(StrEnum):
    """What a control is for; part of its action id."""

    ENTRY = "entry"  # show an entry
    CHOOSE = "choose"  # show the entry that was meant, in place of the choices
    WHOLE = "whole"  # open the whole section, page by page
    PAGE = "page"  # another page of an open section
    FEEDBACK = "feedback"  # one of the two thumbs
    HELPFUL = "helpful"
    NOT_THIS = "not_this"
    COMPLAINT = "complaint"  # what was wrong with an answer
    NONE_OF_THESE = "none_of_these"
    ASK_MODERATORS = "ask_moderators"
    SHARE = "share"
    COPY = "copy"
    REMOVE = "remove"
    SHOW = "show"  # the answer behind an unasked one-liner
    ASK = "ask"  # open the form for a question
    MINE = "mine"  # what is kept about the one who presses
    FORGET = "forget"
    PICK = "pick"  # the type-ahead over the knowledge
    # For moderators.
    REVIEW = "review"  # the queue, at a place in it
    ADD = "add"  # a group's wording to an entry
    ADD_OTHER = "add_other"  # the same, by type-ahead
    SPLIT = "split"
    NEW_ENTRY = "new_entry"
    OUT_OF_SCOPE = "out_of_scope"
    DISMISS = "dismiss"
    EDIT = "edit"
    STILL_TRUE = "still_true"  # confirms an entry of the weekly bulletin


@cache
def action_id(name: Name, number: int = 0) -> str:
    """Build an action id; numbers keep those of one message apart, as Slack demands."""
    return f"{VERSION}:{name}:{number}"


def matching(name: Name) -> re.Pattern[str]:
    """Match every action id of one name."""
    return re.compile(rf"^{VERSION}:{name}:\d+$")


_JSON = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
_TEXTS = {"key": "k", "entry_id": "e", "question": "q", "asker": "u", "vote": "v"}


def name_of(action_id: str) -> Name | None:
    """Read what an action id is for; None for one that this version has not made."""
    version, _, rest = action_id.partition(":")
    name = rest.partition(":")[0]
    return next((one for one in Name if version == VERSION and one == name), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a pressed button says about the reply that it stands under."""

    key: str = ""  # of the reply, in the store
    entry_id: str = ""
    question: str = ""  # as it was asked; cut when it is too long to carry
    asker: str = ""  # a person's id
    page: int = 0
    vote: str = ""
    unasked: bool = False  # the reply came without being asked for

    def encode(self) -> str:
        """Write it for a button; at most Slack's 2,000 characters."""
        data: dict[str, str | int] = {letter: one for name, letter in _TEXTS.items() if (one := getattr(self, name))}
        if self.page:
            data["p"] = self.page
        if self.unasked:
            data["x"] = 1
        written = _JSON.encode(data)
        room = len(self.question)
        while len(written) > MAX_VALUE and room:
            # Escapes make the JSON longer than the text: halve until it fits.
            room //= 2
            data["q"] = clamp(self.question, room)
            written = _JSON.encode(data)
        return written

    @classmethod
    def decode(cls, written: str | None) -> Value | None:
        """Read a button's value; None for anything that this version has not written."""
        try:
            data = json.loads(written or "")
        except ValueError:
            return None
        if not isinstance(data, dict):
            return None
        texts = {name: data.get(letter, "") for name, letter in _TEXTS.items()}
        page, unasked = data.get("p", 0), data.get("x", 0)
        if not all(isinstance(value, str) for value in texts.values()) or len(texts["entry_id"]) > _MAX_ENTRY:
            return None
        if not isinstance(page, int) or not isinstance(unasked, int):
            return None
        return cls(**texts, page=page, unasked=bool(unasked))
