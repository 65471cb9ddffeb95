"""A folder of files that only save time: arrays under a name, each with the key of what they were made from.

A file is one line that says what it is; its header (JSON: the key, and each array's name, type and shape) behind its
length and before its digest; the arrays one after the other; their digest. Nothing in it is ever run, and what does not
hold exactly what it was written with is not used. It is written beside its place and then put there in one step, so
that two processes never meet half a file.
"""

from __future__ import annotations

import json
import logging
import os
import tempfile
import time
from hashlib import blake2b
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Final

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    Arrays = Mapping[str, NDArray[Any]]

logger = logging.getLogger(__name__)

MAX_FOLDER: Final = 2**30  # bytes: 1 GiB; the files used longest ago go first
_SUFFIX: Final = ".cache"
_UNFINISHED: Final = ".part"
_ABANDONED: Final = 3_600  # seconds after which a half-written file has nobody who writes it
_MAGIC: Final = b"backchannel cache 1\n"
_DIGEST: Final = 32  # bytes
_MAX_HEADER: Final = 2**20
_TYPES: Final = frozenset({"bool", "uint8", "uint32", "int32", "int64", "float16", "float32", "float64"})


class _UnusableError(Exception):
    """Why a file is not what it should be."""


class Cache:
    """Files in one folder, which may be removed at any time."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def read(self, name: str, key: str) -> Arrays | None:
        """The arrays kept under a name, if they were kept with this key and are whole; None if not."""
        path = self._path(name)
        try:
            with path.open("rb") as file:
                found = _read(file, key)
            os.utime(path)  # used just now: others go first
        except FileNotFoundError:
            return None
        except (OSError, _UnusableError) as error:
            logger.info("the cache file %s is made anew: %s", path.name, getattr(error, "strerror", None) or error)
            return None
        return found

    def write(self, name: str, key: str, arrays: Arrays) -> None:
        """Keep arrays under a name in place of others; where that cannot be, say so in the log and go on."""
        try:
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._write(self._path(name), key, arrays)
            self._tidy()
        except OSError as error:
            logger.warning("nothing can be kept in the cache folder %s: %s", self._folder, error.strerror or error)

    def _path(self, name: str) -> Path:
        return self._folder / f"{name}{_SUFFIX}"

    def _write(self, path: Path, key: str, arrays: Arrays) -> None:
        handle, unfinished = tempfile.mkstemp(suffix=_UNFINISHED, dir=self._folder)  # for this user's eyes only
        try:
            with os.fdopen(handle, "wb") as file:
                described = [(name, one.dtype.name, one.shape) for name, one in arrays.items()]
                header = json.dumps({"key": key, "arrays": described}).encode()
                file.write(_MAGIC + len(header).to_bytes(8, "little") + header + _digest(header))
                digest = blake2b(digest_size=_DIGEST)
                for one in arrays.values():
                    content = np.ascontiguousarray(one).reshape(-1).view(np.uint8).data
                    digest.update(content)
                    file.write(content)
                file.write(digest.digest())
            Path(unfinished).replace(path)
        except BaseException:
            Path(unfinished).unlink(missing_ok=True)
            raise

    def _tidy(self) -> None:
        """Remove what nobody finished, and of the rest what was used longest ago where it is too much."""
        for path in self._folder.glob(f"*{_UNFINISHED}"):
            if time.time() - path.stat().st_mtime > _ABANDONED:
                path.unlink(missing_ok=True)
        room = MAX_FOLDER
        files = [(path.stat(), path) for path in self._folder.glob(f"*{_SUFFIX}")]
        for number, (status, path) in enumerate(sorted(files, key=lambda one: -one[0].st_mtime)):
            room -= status.st_size
            if room < 0 and number:  # the newest stays, however big
                path.unlink(missing_ok=True)


def _digest(content: bytes) -> bytes:
    return blake2b(content, digest_size=_DIGEST).digest()


def _read(file: BinaryIO, key: str) -> Arrays:
    """Read a whole file. Raises _UnusableError where anything in it is not as it was written."""
    if file.read(len(_MAGIC)) != _MAGIC:
        raise _UnusableError("it is not a cache file of this version")
    length = int.from_bytes(file.read(8), "little")
    header = file.read(min(length, _MAX_HEADER))
    if file.read(_DIGEST) != _digest(header):
        raise _UnusableError("its header is damaged")
    described = json.loads(header)  # as it was written: its digest says so
    if described["key"] != key:
        raise _UnusableError("what it was made from has changed")
    kinds = [(name, np.dtype(kind), tuple(shape)) for name, kind, shape in described["arrays"] if kind in _TYPES]
    size = sum(kind.itemsize * int(np.prod(shape, dtype=np.int64)) for _, kind, shape in kinds)
    if size != os.fstat(file.fileno()).st_size - file.tell() - _DIGEST or len(kinds) != len(described["arrays"]):
        raise _UnusableError("it has another size than it should")
    digest = blake2b(digest_size=_DIGEST)
    arrays = {}
    for name, kind, shape in kinds:
        array = np.empty(shape, dtype=kind)
        content = array.reshape(-1).view(np.uint8).data
        if file.readinto(content) != len(content):  # type: ignore[attr-defined]  # buffered readers have it
            raise _UnusableError("it ends too soon")
        digest.update(content)
        array.flags.writeable = False
        arrays[name] = array
    if file.read(_DIGEST) != digest.digest():
        raise _UnusableError("its content is damaged")
    return arrays
