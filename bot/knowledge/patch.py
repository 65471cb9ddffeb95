"""A change to knowledge files as a value: what was there, what will be, and how to take it back byte for byte."""

from __future__ import annotations

import difflib
import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import EditConflict, EditError

if TYPE_CHECKING:
    from pathlib import Path

_CONTEXT = 3  # lines kept around a change, by which it is found again after others


@dataclass(frozen=True, slots=True, kw_only=True)
class FileChange:
    """One file's bytes before and after; None where the file is not there."""

    path: str  # relative to the change's root, with forward slashes
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Files to change together, in an order in which every step is valid by itself."""

    root: Path  # the collection's folder
    action: str  # "add alternate", "edit", "retire", "undo", ...
    entry_id: str | None  # within the collection: "faq/x", "section/y", "out_of_scope/z"
    files: tuple[FileChange, ...]

    @property
    def diff(self) -> str:
        """The change as a unified diff, for people."""
        return "".join(_diff(file) for file in self.files)

    @property
    def patch(self) -> str:
        """The change as JSON, for the history: each file's path, digests, and changed lines with a few around them."""
        return json.dumps([_hunk(file) for file in self.files], ensure_ascii=False)


def undone(root: Path, patch: str, *, entry_id: str | None = None) -> Change:
    """Make the change that takes a recorded one back.

    A file that has not changed since gets its very bytes back. In one that has, the changed lines are looked for with
    the lines around them. Raises EditConflict where they are not there exactly once.
    """
    files = tuple(_reverse(root, hunk) for hunk in reversed(json.loads(patch)))
    return Change(root=root, action="undo", entry_id=entry_id, files=files)


def digest(content: bytes | None) -> str:
    """Name a file's content: SHA-256 in hex, empty where there is no file."""
    return "" if content is None else hashlib.sha256(content).hexdigest()


def _diff(file: FileChange) -> str:
    old, new = (_text(content).splitlines(keepends=True) for content in (file.before, file.after))
    lines = difflib.unified_diff(old, new, f"a/{file.path}", f"b/{file.path}")
    return "".join(line if line.endswith("\n") else line + "\n" for line in lines)


def _text(content: bytes | None) -> str:
    return (content or b"").decode(errors="replace")


def _hunk(file: FileChange) -> dict[str, object]:
    old, new = (_text(content).splitlines(keepends=True) for content in (file.before, file.after))
    same = min(len(old), len(new))
    head = next((n for n in range(same) if old[n] != new[n]), same)
    tail = next((n for n in range(same - head) if old[-1 - n] != new[-1 - n]), same - head)
    first, rest = max(head - _CONTEXT, 0), max(tail - _CONTEXT, 0)
    return {
        "path": file.path,
        "before": digest(file.before),
        "after": digest(file.after),
        "at": len("".join(old[:first]).encode()),
        "old": "".join(old[first : len(old) - rest]),
        "new": "".join(new[first : len(new) - rest]),
    }


def _reverse(root: Path, hunk: dict[str, str]) -> FileChange:
    path = root / hunk["path"]
    present = path.read_bytes() if path.exists() else None
    old, new, at = hunk["old"].encode(), hunk["new"].encode(), int(hunk["at"])
    if digest(present) == hunk["after"]:
        restored = (present or b"")[:at] + old + (present or b"")[at + len(new) :]
        if digest(restored) != hunk["before"] and hunk["before"]:
            raise EditError(f"The history of {hunk['path']} is damaged: it would not give back what was there.")
        return FileChange(path=hunk["path"], before=present, after=restored if hunk["before"] else None)
    if present is None or not new or present.count(new) != 1:
        message = f"{hunk['path']} has changed too much since to take this back by itself; edit it as it is now."
        raise EditConflict(message, _text(present))
    return FileChange(path=hunk["path"], before=present, after=present.replace(new, old))


def applied(root: Path, patch: str) -> bool | None:
    """Tell whether a recorded change is in the files (True), was never made (False), or cannot be told (None)."""
    hunks = json.loads(patch)
    present = [digest(path.read_bytes() if (path := root / hunk["path"]).exists() else None) for hunk in hunks]
    if present == [hunk["after"] for hunk in hunks]:
        return True
    return False if present == [hunk["before"] for hunk in hunks] else None
