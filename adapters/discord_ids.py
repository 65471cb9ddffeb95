"""The ids in our buttons: versioned, stateless, and the same after a restart."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

MAX_CUSTOM_ID = 100  # characters, Discord's limit
VERSION = "bc1"  # a new layout of the ids gets a new one; what the old one meant stays readable
TEMPLATE = rf"{VERSION}:(?P<verb>[a-z]+):(?P<key>[\w-]{{0,12}}):(?P<person>\d{{0,20}}):(?P<argument>[\s\S]*)"
_PATTERN = re.compile(TEMPLATE)
_LONGEST_ENTRY = MAX_CUSTOM_ID - len(f"{VERSION}:topics:{'k' * 12}:{'9' * 20}:99.")
_DIGEST = 16  # hex digits: two ids out of a million entries collide once in 36 million collections


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """What a button stands for: what to do, about which reply, asked by whom, with which entry or page."""

    verb: str
    key: str = ""  # of the reply, as the store knows it
    person: str = ""  # who asked, as a decimal id
    argument: str = ""

    def __str__(self) -> str:
        return f"{VERSION}:{self.verb}:{self.key}:{self.person}:{self.argument}"

    @classmethod
    def parse(cls, custom_id: str) -> Press | None:
        """Read a custom id; None if it is not one of ours, or of another version."""
        match = _PATTERN.fullmatch(custom_id)
        return cls(**match.groupdict()) if match else None


def sign(custom_id: str, key: str, person: str) -> str:
    """Write the reply and its asker into the id of a press that has neither."""
    return custom_id.replace(":::", f":{key}:{person}:", 1)


def short(entry_id: str) -> str:
    """Write an entry's id so that it fits a button: the id itself, or its digest where a collection's name is long."""
    if len(entry_id) <= _LONGEST_ENTRY:
        return entry_id
    return "#" + hashlib.sha256(entry_id.encode()).hexdigest()[:_DIGEST]


def long(shortened: str, known: Iterable[str]) -> str:
    """Turn what `short` gave back into the entry's id; an unknown digest comes back as it is."""
    if not shortened.startswith("#"):
        return shortened
    return next((entry_id for entry_id in known if short(entry_id) == shortened), shortened)
