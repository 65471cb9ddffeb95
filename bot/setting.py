"""What can be set: each setting declared once with its meaning, read from the environment or a table of the file."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from bot.errors import ConfigError
from bot.settings_file import SettingsFile, refused

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bot.model import Problem

PREFIX = "BACKCHANNEL_"
_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One setting's documentation."""

    key: str  # in the file
    variable: str  # in the environment
    expects: str  # what a value looks like
    default: str  # in words
    meaning: str
    secret: bool = False  # its value is never shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """What a setting is set to, and by what."""

    value: object
    text: str  # as it was written
    variable: str = ""  # of the environment, or else
    keys: tuple[str, ...] = ()  # where in the file


def declare(
    fallback: object,
    parse: Callable[[str, Path], object],
    *,
    takes: type | tuple[type, ...] = (),
    secret: bool = False,
    **documentation: str,
) -> Any:  # noqa: ANN401 (as dataclasses.field is typed)
    """Declare a field of settings: `documentation` is Setting's, `variable` where it is not the usual name.

    `parse` takes text, as the environment has it but without blanks around it, and the folder where a relative path
    begins; it raises ValueError.
    In the file, `takes` says what may stand there without quotes: bool, int, or a list of texts and what else it takes.
    A secret is neither in the settings' `repr` nor in what is said about a wrong one.
    """
    kinds = takes if isinstance(takes, tuple) else (takes,)
    metadata = {"parse": parse, "takes": kinds, "secret": secret, **documentation}
    return field(default=fallback, repr=not secret, metadata=metadata)


def plain_text(value: str, _base: Path) -> str:
    """Take text as it is."""
    return value


def switch(value: str, _base: Path) -> bool:
    """Take `yes` or `no`, or what means the same."""
    if (folded := value.lower()) not in _YES | _NO:
        raise ValueError(value)
    return folded in _YES


def whole_number(least: int) -> Callable[[str, Path], int]:
    """Make what takes a whole number from the least one on."""

    def parse(value: str, _base: Path) -> int:
        if (number := int(value)) < least:
            raise ValueError(value)
        return number

    return parse


def one_of(*choices: str) -> Callable[[str, Path], str]:
    """Make what takes one of some words."""

    def parse(value: str, _base: Path) -> str:
        if value not in choices:
            raise ValueError(value)
        return value

    return parse


def texts(value: str, _base: Path) -> frozenset[str]:
    """Take texts with commas between them."""
    return frozenset(one.strip() for one in value.split(",") if one.strip())


def text_like(pattern: re.Pattern[str]) -> Callable[[str, Path], str]:
    """Make what takes a text of a pattern."""

    def parse(value: str, _base: Path) -> str:
        if not pattern.fullmatch(value):
            raise ValueError(value)
        return value

    return parse


def texts_like(pattern: re.Pattern[str]) -> Callable[[str, Path], frozenset[str]]:
    """Make what takes texts of one pattern with commas between them."""

    def parse(value: str, base: Path) -> frozenset[str]:
        found = texts(value, base)
        if not all(pattern.fullmatch(one) for one in found):
            raise ValueError(value)
        return found

    return parse


def language_tag(value: str, _base: Path) -> str:
    """Take a BCP 47 tag, with either kind of dash."""
    parts = value.replace("_", "-").split("-")
    if parts[0].isalpha() and len(parts[0]) in {2, 3} and all(part.isalnum() and len(part) <= 8 for part in parts):  # noqa: PLR2004 (BCP 47's lengths)
        return "-".join(parts)
    raise ValueError(value)


def read_settings(
    kind: type[_T], environ: Mapping[str, str], file: Path | None = None, *, table: str = "", also: Collection[str] = ()
) -> _T:
    """Read the settings that a dataclass declares with `declare`, from a table of the file where one is named.

    A platform's settings are a table of their own, so that the core knows none of them; `also` are keys of that table
    that others read. Raises ConfigError.
    """
    found = find_values(kind, environ, SettingsFile.read(file) if file else None, table=table, also=also)
    return kind(**{name: one.value for name, one in found.items()})


def find_values(
    kind: type[Any],
    environ: Mapping[str, str],
    file: SettingsFile | None,
    *,
    table: str = "",
    also: Collection[str] = (),
) -> dict[str, Value]:
    """Find what is set and by what, the environment's before the file's. Raises ConfigError."""
    values: dict[str, Value] = {}
    if file is not None:
        values, problems = values_in(file, kind, (table,) if table else (), also=also)
        if problems:
            raise refused(problems)
    return values | _values_of(environ, kind, table)


def values_in(
    file: SettingsFile, kind: type[Any], keys: Sequence[str], *, also: Collection[str] = ()
) -> tuple[dict[str, Value], list[Problem]]:
    """Read a table of the file as a dataclass declares it, with every problem of it.

    At the top, tables are others' matter.
    """
    table, name = file.table(*keys), ".".join(keys)
    if not isinstance(table, dict):
        message = f"{name} is a table of settings; write [{name}] on a line of its own."
        return {}, [file.problem(keys, "wrong-setting", message)]
    declared = {one.name: one.metadata for one in fields(kind)}
    known = [*declared, *also]
    values: dict[str, Value] = {}
    problems: list[Problem] = []
    for key, written in table.items():
        path = (*keys, key)
        if key in declared:
            try:
                text = _text_of(written, declared[key]["takes"]).strip()
                values[key] = Value(value=declared[key]["parse"](text, file.path.parent), text=text, keys=path)
            except ValueError:
                problems.append(file.problem(path, "wrong-setting", f"{key} {_wrong(declared[key], written)}"))
        elif key not in also and (keys or not isinstance(written, dict)):
            where = f" in [{name}]" if keys else ""
            message = f"there is no setting {key!r}{where}; {remedy(key, known, 'the settings are')}"
            problems.append(file.problem(path, "unknown-setting", message))
    return values, problems


def _values_of(environ: Mapping[str, str], kind: type[Any], table: str) -> dict[str, Value]:
    values: dict[str, Value] = {}
    for one in fields(kind):
        variable = one.metadata.get("variable") or _variable(table, one.name)
        if text := environ.get(variable, "").strip():
            try:
                values[one.name] = Value(value=one.metadata["parse"](text, Path()), text=text, variable=variable)
            except ValueError:
                raise ConfigError(f"{variable} {_wrong(one.metadata, text)}") from None
    return values


def remedy(found: str, known: Collection[str], otherwise: str) -> str:
    """Name the nearest of what is known, or all of it, after "otherwise"."""
    near = get_close_matches(found, known, n=1)
    return f"did you mean {near[0]}?" if near else f"{otherwise}: {', '.join(known)}."


def _variable(table: str, name: str) -> str:
    return PREFIX + (f"{table}_{name}" if table else name).upper()


def reference(kind: type[Any], *, table: str = "") -> tuple[Setting, ...]:
    """Every setting, documented, in the order of declaration."""
    return tuple(
        Setting(
            key=f"{table}.{one.name}" if table else one.name,
            variable=one.metadata.get("variable") or _variable(table, one.name),
            expects=one.metadata["expects"],
            default=one.metadata["default"],
            meaning=one.metadata["meaning"],
            secret=one.metadata["secret"],
        )
        for one in fields(kind)
    )


def _text_of(written: object, takes: tuple[type, ...]) -> str:
    """Write a value of the file as the environment would have it; raises ValueError for a kind that is not taken."""
    if isinstance(written, str):
        return written
    if type(written) not in takes:
        raise ValueError(written)
    if isinstance(written, list):
        return ", ".join(_text_of(one, tuple({*takes} - {list})) for one in written)
    if isinstance(written, bool):
        return "yes" if written else "no"
    return str(written)


def _wrong(declared: Mapping[str, Any], found: object) -> str:
    """Say what is wrong about a value, without it where it is a secret."""
    quotes = "" if isinstance(found, str) or declared["takes"] else " in quotes"
    expected = f"{declared['expects']}{quotes} is expected."
    return f"has a wrong form: {expected}" if declared["secret"] else f"is {found!r}, but {expected}"
