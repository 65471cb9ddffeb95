"""One knowledge file as read: its data, where each value stands, and what is wrong with it so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.knowledge.compose import Map, Seq, Value, compose
from bot.knowledge.finding import START, Mark
from bot.model import Level, Origin, Problem

if TYPE_CHECKING:
    from pathlib import Path

    from bot.knowledge.files import Text

Location = tuple[str | int, ...]  # keys and indexes from the file's top, as pydantic names them


class Sheet:
    """A file's data with its places; `data` is empty where the file could not be read."""

    __slots__ = ("_lines", "_taken", "collection", "complete", "data", "path", "problems", "text")

    def __init__(self, collection: str, path: Path, text: Text) -> None:
        self.collection = collection  # the folder's name
        self.path = path
        self.text = text.text or ""
        self.problems: list[Problem] = []
        composed = compose(self.text)
        self.complete = composed.complete and text.text is not None
        self.data = composed.root if isinstance(composed.root, Map) else Map(START)
        self._lines: list[str] | None = None
        self._taken: set[tuple[int, int]] = set()
        for finding in (*text.findings, *composed.findings):
            self.report(finding.mark, finding.code, finding.message)
            self._taken.add((finding.mark.line, finding.mark.column))
        if composed.root is not None and not isinstance(composed.root, Map):
            message = "A knowledge file has keys at its top, such as `faq:`; begin with one."
            self.report(START, "not-a-mapping", message)

    def report(self, mark: Mark, code: str, message: str, level: Level = "error") -> None:
        """Add a problem at a place."""
        self.problems.append(Problem(origin=self.origin(mark), level=level, code=code, message=message))

    def is_reported(self, mark: Mark) -> bool:
        """Tell whether reading the text already found something there: what follows needs no second message."""
        return (mark.line, mark.column) in self._taken

    def origin(self, mark: Mark) -> Origin:
        """Say where in this file a mark is, counted from 1."""
        return Origin(path=self.path, line=mark.line + 1, column=mark.column + 1)

    def line(self, number: int) -> str:
        """Give a line of the text, counted from 0; empty past the end."""
        if self._lines is None:
            self._lines = self.text.split("\n")
        return self._lines[number] if number < len(self._lines) else ""

    def value_mark(self, location: Location) -> Mark:
        """Find where the value at a location stands; the nearest value around it, if there is none."""
        if not location:
            return self.data.mark
        parent, step = self.value(location[:-1]), location[-1]
        if isinstance(parent, Map) and step in parent.values_at:
            return parent.values_at[str(step)]
        if isinstance(parent, Seq) and isinstance(step, int) and step < len(parent):
            return parent.items_at[step]
        return self.value_mark(location[:-1])

    def key_mark(self, location: Location) -> Mark:
        """Find where the key at a location stands; where its mapping begins, if the key is not there."""
        parent = self.value(location[:-1])
        if isinstance(parent, Map) and (mark := parent.keys_at.get(str(location[-1]))) is not None:
            return mark
        return self.value_mark(location)

    def value(self, location: Location) -> Value:
        """Find the value at a location, None if there is none."""
        value: Value = self.data
        for step in location:
            if isinstance(value, Map) and isinstance(step, str):
                value = value.get(step)
            elif isinstance(value, Seq) and isinstance(step, int) and step < len(value):
                value = value[step]
            else:
                return None
        return value
