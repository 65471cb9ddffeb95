"""The settings file: its tables as they were written, and where in it each of them stands."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_left
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

from bot.errors import ConfigError
from bot.model import Origin, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from bot.model import Level

FILE_NAME = "backchannel.toml"
_PLACE = re.compile(r" \(at line (?P<line>\d+), column (?P<column>\d+)\)$")
_END = " (at end of document)"


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """What one settings file holds; values are TOML's own."""

    path: Path
    text: str
    content: Mapping[str, Any]

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a file. Raises ConfigError where it cannot be read or is not TOML."""
        try:
            text = path.read_text(encoding="utf-8-sig")  # some editors begin a file with a byte order mark
        except OSError as error:
            raise ConfigError(f"{path}: the settings file cannot be read ({error.strerror}).") from error
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: the settings file is not UTF-8 text; save it as UTF-8.") from error
        try:
            return cls(path=path, text=text, content=tomllib.loads(text))
        except tomllib.TOMLDecodeError as error:
            raise refused([_not_toml(path, text, str(error))]) from error

    def table(self, *keys: str) -> object:
        """Give what stands at a path of keys; an empty table where nothing does."""
        found: object = self.content
        for key in keys:
            if not isinstance(found, dict):
                return {}
            found = found.get(key, {})
        return found

    def problem(self, keys: Sequence[str], code: str, message: str, *, level: Level = "error") -> Problem:
        """Say what is wrong with what stands at a path of keys."""
        return Problem(origin=self.origin(*keys), level=level, code=code, message=message)

    def origin(self, *keys: str) -> Origin:
        """Find where a path of keys is written: the standard library's reader does not tell."""
        lines = self.text.splitlines(keepends=True)

        def held(count: int) -> bool:
            return _holds("".join(lines[: _readable(lines, count)]), keys)

        end = bisect_left(range(len(lines)), True, key=held)
        start = _readable(lines, end - 1)
        written = re.search(rf"""(?<![\w-])["']?{re.escape(keys[-1])}["']?(?=\s*[].=])""", "".join(lines[start:end]))
        return Origin(path=self.path, line=start + 1, column=written.start() + 1 if written else 1)


def refused(problems: Sequence[Problem]) -> ConfigError:
    """Make the error that tells all of these problems."""
    return ConfigError("\n".join(map(str, problems)), problems)


def _not_toml(path: Path, text: str, message: str) -> Problem:
    place = _PLACE.search(message)
    lines = text.splitlines() or [""]
    line, column = (int(place["line"]), int(place["column"])) if place else (len(lines), len(lines[-1]) + 1)
    what = _PLACE.sub("", message).removesuffix(_END)
    return Problem(
        origin=Origin(path=path, line=line, column=column),
        level="error",
        code="not-toml",
        message=f"this is not valid TOML: {what}.",
    )


def _readable(lines: Sequence[str], count: int) -> int:
    """Give the most of the first lines that can be read by themselves: a value over several lines cannot be cut."""
    for fewer in range(count, 0, -1):
        try:
            tomllib.loads("".join(lines[:fewer]))
        except tomllib.TOMLDecodeError:
            continue
        return fewer
    return 0


def _holds(text: str, keys: Sequence[str]) -> bool:
    found: object = tomllib.loads(text)
    for key in keys:
        if not isinstance(found, dict) or key not in found:
            return False
        found = found[key]
    return True
