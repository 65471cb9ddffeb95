"""Which files make up a collection, and their text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

from bot.knowledge.finding import START, Finding, Spot, shown
from bot.model import Origin, Problem

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAX_FILE = 2**20  # bytes: 1 MiB
MAX_COLLECTION = 64 * 2**20  # bytes: 64 MiB

_SUFFIXES = frozenset({".yaml", ".yml"})
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
# YAML takes these for line ends and editors do not: lines would no longer be counted alike.
_ODD_LINE_ENDS = str.maketrans(dict.fromkeys("\x85\u2028\u2029", " "))
# What YAML 1.1 section 5.1 does not call printable.
_UNPRINTABLE = re.compile(r"[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True)
class Folder:
    """One collection's folder and its YAML files, sorted by path."""

    name: str
    path: Path
    files: tuple[Path, ...]


@dataclass(slots=True)
class Survey:
    """What a knowledge path holds."""

    folders: list[Folder] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


def survey(path: Path) -> Survey:
    """Find the collections at `path`.

    A folder with YAML files directly in it is one collection, sub-folders included. A folder without is a folder of
    collections: each of its folders that holds YAML files, at any depth, is one. Hidden files and folders are skipped.
    """
    found = Survey()
    walk = _Walk()
    try:
        is_folder = S_ISDIR(path.stat().st_mode)
        walk.enter(path)
    except (OSError, ValueError) as error:  # ValueError: a null character in the name
        why = getattr(error, "strerror", None) or error
        message = f"This folder cannot be read: {why}; name the folder that holds the YAML files."
        found.problems.append(problem(path, "no-folder", message))
        return found
    if not is_folder:
        message = "This is not a folder; name the folder that holds the YAML files."
        found.problems.append(problem(path, "no-folder", message))
        return found
    direct, folders = walk.children(path)
    if direct:
        _add(found, path, [*direct, *(file for folder in folders for file in walk.files(folder))])
    else:
        for folder in folders:
            if files := walk.files(folder):
                _add(found, folder, files)
    found.problems.extend(walk.problems)
    if not found.folders and not found.problems:
        message = "There are no YAML files in this folder or its sub-folders; add a *.yaml file with your first entry."
        found.problems.append(problem(path, "no-files", message))
    return found


def problem(path: Path, code: str, message: str) -> Problem:
    """Make an error that concerns a file or folder as a whole."""
    return Problem(origin=Origin(path=path, line=1, column=1), level="error", code=code, message=message)


def _add(found: Survey, path: Path, files: list[Path]) -> None:
    name = path.resolve().name
    if ":" in name or not name.isprintable():
        message = (
            f"The folder name {shown(name)} cannot be part of an id; rename it without colons and control characters."
        )
        found.problems.append(problem(path, "folder-name", message))
    size = sum(_size(file) for file in files)
    if size > MAX_COLLECTION:
        message = f"This collection has {size:,} bytes, and at most 64 MiB ({MAX_COLLECTION:,}) are allowed; split it."
        found.problems.append(problem(path, "collection-size", message))
        return
    files.sort(key=lambda file: file.relative_to(path).parts)
    found.folders.append(Folder(name, path, tuple(files)))


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:  # reading it says why
        return 0


class _Walk:
    """Lists folders, each once: a link that leads back into the tree is a problem, not an endless walk."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self._seen: set[tuple[int, int]] = set()

    def enter(self, folder: Path) -> bool:
        """Note a folder; False if it was met before, by whatever path."""
        status = folder.stat()
        key = (status.st_dev, status.st_ino)
        if key in self._seen:
            message = "This link leads to a folder that is already read by another path; remove it."
            self.problems.append(problem(folder, "link-loop", message))
            return False
        self._seen.add(key)
        return True

    def children(self, folder: Path) -> tuple[list[Path], list[Path]]:
        """List the YAML files and the folders directly in a folder, each sorted."""
        files: list[Path] = []
        folders: list[Path] = []
        try:
            inside = sorted(folder.iterdir())
        except OSError as error:
            self.problems.append(problem(folder, "unreadable", _unreadable(error)))
            return files, folders
        for child in inside:
            if child.name.startswith("."):
                continue
            try:
                if S_ISDIR(child.stat().st_mode):
                    if self.enter(child):
                        folders.append(child)
                elif child.suffix.lower() in _SUFFIXES:
                    files.append(child)
            except OSError:  # a link that leads nowhere; reading it says why
                if child.suffix.lower() in _SUFFIXES:
                    files.append(child)
        return files, folders

    def files(self, folder: Path) -> list[Path]:
        """List the YAML files at any depth."""
        found: list[Path] = []
        waiting = [folder]
        while waiting:
            files, folders = self.children(waiting.pop())
            found.extend(files)
            waiting.extend(folders)
        return found


@dataclass(frozen=True, slots=True)
class Text:
    """A file's text, None if there is nothing to read, and what is wrong with its bytes."""

    content: bytes = b""
    text: str | None = None
    findings: tuple[Finding, ...] = ()


def read(path: Path) -> Text:
    """Read a file as UTF-8; what cannot be decoded is reported and replaced, so that the rest is still checked."""
    try:
        status = path.stat()
        if not S_ISREG(status.st_mode):
            return _refused("unreadable", "This is not a regular file; replace it with one, or rename it.")
        if status.st_size > MAX_FILE:
            size = f"{status.st_size:,} bytes"
            return _refused(
                "file-size", f"This file has {size}, and at most 1 MiB ({MAX_FILE:,}) is allowed; split it."
            )
        with path.open("rb") as file:
            content = file.read(MAX_FILE + 1)
    except OSError as error:
        return _refused("unreadable", _unreadable(error))
    if content.startswith(_UTF_16):
        return _refused("encoding", "This file is in UTF-16; save it as UTF-8.")
    return _decode(content)


def _decode(content: bytes) -> Text:
    content = content.removeprefix(_BYTE_ORDER_MARK)
    if b"\r" in content:  # so that lines are counted as editors do, and a checkout on Windows has the same version
        content = content.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
    findings = []
    try:
        text = content.decode()
    except UnicodeDecodeError as error:
        before = content[: error.start].decode()
        message = f"The byte {content[error.start]:#04x} is not UTF-8; save the file as UTF-8."
        findings.append(Finding(_end_of(before), "encoding", message))
        text = content.decode(errors="replace")
    if _UNPRINTABLE.search(text):
        findings.extend(_controls(text))
        text = _UNPRINTABLE.sub("\ufffd", text)
    if not text.isascii():
        text = text.translate(_ODD_LINE_ENDS)
    return Text(content, text, tuple(findings))


def _end_of(text: str) -> Spot:
    return Spot(text.count("\n"), len(text) - text.rfind("\n") - 1)


def _controls(text: str) -> Iterator[Finding]:
    """Report the first control character of each line."""
    for number, line in enumerate(text.split("\n")):
        if match := _UNPRINTABLE.search(line):
            message = f"The control character U+{ord(match.group()):04X} cannot stand in YAML; remove it."
            yield Finding(Spot(number, match.start()), "control-character", message)


def _refused(code: str, message: str) -> Text:
    return Text(findings=(Finding(START, code, message),))


def _unreadable(error: OSError) -> str:
    return (
        f"This cannot be read: {error.strerror or error}; check that it exists and that its permissions allow reading."
    )
