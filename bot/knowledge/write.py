"""Puts changed files in their place: one writer at a time, whole or not at all, never over somebody else's change."""

from __future__ import annotations

import os
import secrets
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from bot.errors import EditConflict, EditError

try:
    import fcntl
except ImportError:  # Windows has no such lock: there the comparison just before the rename has to do
    fcntl = None  # type: ignore[assignment]

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from bot.knowledge.patch import Change

_SUFFIX = ".backchannel-new"


def write(change: Change) -> None:
    """Make a change real; when this returns, it is on disk.

    Raises EditConflict if a file is no longer as the change found it, EditError if it cannot be written. After a crash
    at any point each file holds either its old bytes or its new ones.
    """
    try:
        with locked(change.root):
            _sweep(change)
            for file in change.files:
                present = _read(change.root / file.path)
                if present != file.before:
                    text = (present or b"").decode(errors="replace")
                    raise EditConflict(
                        f"{file.path} was changed by somebody else meanwhile; nothing was written.", text
                    )
            for file in change.files:
                _put(change.root / file.path, file.after)
    except OSError as error:
        raise EditError(f"{change.root} cannot be written: {error.strerror or error}.") from error


@contextmanager
def locked(folder: Path) -> Iterator[None]:
    """Hold the folder for one process and thread at a time; the lock leaves no file and ends with its process."""
    if fcntl is None:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _put(path: Path, content: bytes | None) -> None:
    target = path.resolve()  # a link stays a link
    if content is None:
        target.unlink()
    else:
        fresh = target.with_name(f".{target.name}.{secrets.token_hex(4)}{_SUFFIX}")  # hidden: the loader skips it
        with fresh.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if target.exists():
            fresh.chmod(target.stat().st_mode & 0o7777)
        fresh.replace(target)
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    # The rename itself has to reach the disk; Windows opens no folders and needs none of this.
    with suppress(PermissionError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _sweep(change: Change) -> None:
    """Remove what a killed writer left behind; we hold the lock, so nobody is at work on it."""
    for folder in {(change.root / file.path).resolve().parent for file in change.files}:
        for left in folder.glob(f".*{_SUFFIX}"):
            left.unlink(missing_ok=True)
