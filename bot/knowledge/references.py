"""What the files of a collection say about each other: ids given once, one header, related entries that exist."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.knowledge import schema
from bot.knowledge.compose import Map, Seq
from bot.knowledge.files import problem
from bot.knowledge.finding import Spot, nearest, shown
from bot.knowledge.retired import retirements
from bot.model import Origin, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.sheet import Sheet

# The lists of a file whose items have ids, and what stands before an id's slug.
KINDS = {"faq": "faq", "sections": "section", "out_of_scope": "out_of_scope", "small_talk": "small_talk"}

_ENTRY_ID = re.compile(schema.ENTRY_ID)
_ID_LINE = re.compile(r"^[ \t]*(?:-[ \t]+)?id:[ \t]*[\"']?([a-z0-9-]+)", re.MULTILINE)
# Comparing is slow: a mistyped id among many is compared with those that begin alike, and only so often.
_MANY = 2_000  # ids
_ALIKE = 7  # characters, "faq/" and the like included
_MOST_HINTS = 200


class References:
    """Gathers ids and references sheet by sheet; works on raw data, so that one broken entry hides no other."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._origins: dict[str, Origin] = {}
        self._glimpsed: set[str] = set()  # slugs in files that could not be read to the end
        self._bare = True  # no file has an entry, nor a mistake where one may have been meant
        self._unread = False  # some file could not be read at all: any id may be in it
        self._open: list[tuple[Origin, str]] = []  # references to ids not seen yet
        self._retired: dict[str, str] = {}  # ids that are gone, with what to read in their place
        self._sent_on: list[tuple[Origin, str]] = []  # where readers of retired entries are sent
        self._header: Origin | None = None

    def take(self, sheet: Sheet) -> None:
        """Add one sheet, and report on it what the earlier ones already have."""
        if not sheet.complete:
            self._glimpsed.update(_ID_LINE.findall(sheet.text))
            self._unread = self._unread or not sheet.text
        self._bare = self._bare and not (sheet.problems or sheet.data.get("faq") or sheet.data.get("sections"))
        self._take_header(sheet)
        self._take_retired(sheet)
        for key, kind in KINDS.items():
            items = sheet.data.get(key)
            for item in items if isinstance(items, Seq) else ():
                if isinstance(item, Map):
                    self._take_id(sheet, item, kind)
                    self._take_related(sheet, item)

    def problems(self) -> list[Problem]:
        """List the references that no sheet answers to, and the lack of any entry."""
        if self._bare:
            message = "This collection has no entries; add one under `faq:` or `sections:`."
            return [problem(self._folder, "no-entries", message)]
        if self._unread:
            return []
        known = [entry_id for entry_id in self._origins if entry_id.startswith(("faq/", "section/"))]
        unknown = [reference for reference in self._open if not self._knows(reference[1])]
        nowhere = [(origin, one) for origin, one in self._sent_on if not (self._knows(one) or one in self._retired)]
        return [
            *(
                _unknown(origin, entry_id, known if number < _MOST_HINTS else [])
                for number, (origin, entry_id) in enumerate(unknown)
            ),
            *(_nowhere(origin, entry_id) for origin, entry_id in nowhere),
        ]

    def _take_header(self, sheet: Sheet) -> None:
        mark = sheet.data.keys_at.get("collection")
        if mark is None:
            return
        if self._header is None:
            self._header = sheet.origin(mark)
            return
        message = (
            f"The collection is already described at {self._header}; keep one of the two. "
            "If these are two collections, give each its own folder and leave no YAML file beside those folders."
        )
        sheet.report(mark, "second-header", message)

    def _take_retired(self, sheet: Sheet) -> None:
        for one in retirements(sheet.text):
            mark = Spot(one.line, 0)
            if not one.entry_id:
                message = (
                    "This line cannot be understood; write `# retired: faq/old` or `# retired: faq/old, see faq/new`."
                )
                sheet.report(mark, "retired", message, "warning")
                continue
            self._retired[one.entry_id] = one.successor
            if one.successor:
                self._sent_on.append((sheet.origin(mark), one.successor))

    def _take_id(self, sheet: Sheet, item: Map, kind: str) -> None:
        slug = item.get("id")
        if not isinstance(slug, str):
            return
        mark, full = item.values_at["id"], f"{kind}/{slug}"
        if (first := self._origins.get(full)) is not None:
            sheet.report(
                mark, "duplicate-id", f"The id {shown(slug)} is already used at {first}; give this one another id."
            )
        else:
            self._origins[full] = sheet.origin(mark)

    def _take_related(self, sheet: Sheet, item: Map) -> None:
        related = item.get("related")
        if isinstance(related, Seq):
            for entry_id, mark in zip(related, related.items_at, strict=True):
                if isinstance(entry_id, str) and entry_id not in self._origins:
                    self._open.append((sheet.origin(mark), entry_id))

    def _knows(self, entry_id: str) -> bool:
        if not _ENTRY_ID.fullmatch(entry_id):
            return True  # badly written, and reported as such
        return entry_id in self._origins or entry_id.partition("/")[2] in self._glimpsed


def _unknown(origin: Origin, entry_id: str, known: list[str]) -> Problem:
    if len(known) > _MANY:
        known = [other for other in known if other.startswith(entry_id[:_ALIKE])][:_MANY]
    close = nearest(entry_id, known)
    hint = f"did you mean {close}?" if close else "correct it, or remove it."
    message = f"There is no entry {shown(entry_id)} in this collection; {hint}"
    return Problem(origin=origin, level="error", code="unknown-related", message=message)


def _nowhere(origin: Origin, entry_id: str) -> Problem:
    message = f"There is no entry {shown(entry_id)} to send readers to; name one that exists, or none."
    return Problem(origin=origin, level="warning", code="retired", message=message)
