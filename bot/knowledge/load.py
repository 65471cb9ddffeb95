"""Loads knowledge: folders of YAML in, one immutable snapshot out, or every reason why not."""

from __future__ import annotations

import gc
from contextlib import contextmanager
from dataclasses import dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeVar

from bot.errors import KnowledgeError
from bot.knowledge import convert, files
from bot.knowledge.explain import validate
from bot.knowledge.references import References
from bot.knowledge.retired import retirements, successors
from bot.knowledge.sheet import Sheet
from bot.model import Collection, Entry, Knowledge, Origin, Problem, StockReply

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from bot.knowledge.schema import Header, KnowledgeFile
    from bot.progress import Progress

T = TypeVar("T")


def load(path: Path, *, progress: Progress | None = None) -> Knowledge:
    """Load one collection's folder or a folder of collections.

    Raises KnowledgeError with every error of every file; a collection with errors is never loaded in part.
    """
    reading = read(path, progress=progress)
    if reading.knowledge is None:
        raise KnowledgeError(reading.problems)
    return reading.knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What reading a knowledge path came to."""

    problems: tuple[Problem, ...]  # by place
    knowledge: Knowledge | None  # None if any problem is an error


def read(path: Path, *, progress: Progress | None = None, inspect: Callable[[Sheet], None] | None = None) -> Reading:
    """Read every file once and report what is wrong; `inspect` sees each sheet and may report more on it."""
    found = files.survey(path)
    problems = list(found.problems)
    prefixed = len(found.folders) > 1
    total = sum(len(folder.files) for folder in found.folders)
    done = 0
    collections = []
    with collector_paused():
        for folder in found.folders:
            reader = _Reader(folder, prefixed=prefixed)
            for file in folder.files:
                sheet = reader.take(file)
                if inspect is not None:
                    inspect(sheet)
                problems.extend(sheet.problems)
                done += 1
                if progress is not None:
                    progress("reading", done, total)
            problems.extend(reader.references.problems())
            collections.append(reader)
    problems.sort(key=lambda problem: (problem.origin.path.parts, problem.origin.line, problem.origin.column))
    failed = any(problem.level == "error" for problem in problems)
    knowledge = None if failed else knowledge_of([reader.collection() for reader in collections])
    return Reading(problems=tuple(problems), knowledge=knowledge)


def knowledge_of(collections: Sequence[Collection]) -> Knowledge:
    """Put checked collections in force together."""
    by_id = {entry.id: entry for collection in collections for entry in collection.entries}
    retired = {gone: left for collection in collections for gone, left in collection.retired.items()}
    version = sha256()
    for collection in collections:
        version.update(f"{collection.name}\0{collection.version}\0".encode())
    return Knowledge(
        collections=tuple(collections),
        version=version.hexdigest(),
        by_id=MappingProxyType(by_id),
        retired=MappingProxyType(successors(retired, by_id)),
    )


@contextmanager
def collector_paused() -> Iterator[None]:
    """Hold the garbage collector still: loading makes millions of objects and no cycles, and each scan meets all."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


class _Reader:
    """Puts one collection together, file by file."""

    def __init__(self, folder: files.Folder, *, prefixed: bool) -> None:
        self.references = References(folder.path)
        self._retired: dict[str, str] = {}  # full ids, with what stands for them
        self._folder = folder
        self._prefix = f"{folder.name}:" if prefixed else ""
        self._header: Header | None = None
        self._faq: list[Entry] = []
        self._sections: list[Entry] = []
        self._synonyms: list[tuple[str, ...]] = []
        self._stock: list[StockReply] = []
        self._digest = sha256()

    def take(self, file: Path) -> Sheet:
        """Read a file; what is wrong with it is on the sheet, and what is right is kept."""
        text = files.read(file)
        self._digest.update(f"{len(text.content)}\0".encode())
        self._digest.update(text.content)
        sheet = Sheet(self._folder.name, file, text)
        model = validate(sheet)
        self.references.take(sheet)
        if model is not None:
            self._keep(sheet, model)
        return sheet

    def _keep(self, sheet: Sheet, model: KnowledgeFile) -> None:
        self._header = model.collection or self._header
        for faq, origin in _with_origins(sheet, "faq", model.faq):
            self._faq.append(convert.faq(faq, self._prefix, origin))
        for section, origin in _with_origins(sheet, "sections", model.sections):
            self._sections.append(convert.section(section, self._prefix, origin))
        for stock, origin in _with_origins(sheet, "out_of_scope", model.out_of_scope):
            self._stock.append(convert.stock_reply(stock, "out_of_scope", origin))
        for stock, origin in _with_origins(sheet, "small_talk", model.small_talk):
            self._stock.append(convert.stock_reply(stock, "small_talk", origin))
        self._synonyms.extend(model.synonyms or ())
        for one in retirements(sheet.text):
            if one.entry_id:
                self._retired[self._prefix + one.entry_id] = one.successor and self._prefix + one.successor

    def collection(self) -> Collection:
        """Give the collection, once every file was taken without an error."""
        header, folder = self._header, self._folder
        as_of = header.as_of if header else None
        entries = (*self._faq, *self._sections)
        if as_of is not None:
            entries = tuple(replace(e, as_of=as_of) if e.as_of is None else e for e in entries)
        return Collection(
            name=folder.name,
            path=folder.path,
            title=header.title if header else folder.name,
            description=(header and header.description) or "",
            scope=(header and header.scope) or "",
            language=(header and header.language) or "en",
            as_of=as_of,
            maintainers=(header and header.maintainers) or (),
            entries=entries,
            synonyms=tuple(self._synonyms),
            stock_replies=tuple(self._stock),
            retired=MappingProxyType(self._retired),
            version=self._digest.hexdigest(),
        )


def _with_origins(sheet: Sheet, key: str, items: tuple[T, ...] | None) -> Iterator[tuple[T, Origin]]:
    for item, value in zip(items or (), sheet.data.get(key) or (), strict=True):
        yield item, sheet.origin(value.mark)
