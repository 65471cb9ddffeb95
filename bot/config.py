"""The settings: from the environment first, then from backchannel.toml; each declared once, with its meaning."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

import difflib
import tomllib
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

PREFIX = "BACKCHANNEL_"
FILE_NAME = "backchannel.toml"
LogFormat = Literal["text", "json"]
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


def _path(value: str, base: Path) -> Path:
    return base / Path(value).expanduser()


def _text(value: str, _base: Path) -> str:
    return value.strip()


def _days(value: str, _base: Path) -> int:
    if (days := int(value)) < 1:
        raise ValueError(value)
    return days


def _log_format(value: str, _base: Path) -> LogFormat:
    if value not in get_args(LogFormat):
        raise ValueError(value)
    return cast("LogFormat", value)


def _language_tag(value: str, _base: Path) -> str:
    parts = value.replace("_", "-").split("-")
    if parts[0].isalpha() and len(parts[0]) in {2, 3} and all(part.isalnum() and len(part) <= 8 for part in parts):  # noqa: PLR2004 (BCP 47's lengths)
        return "-".join(parts)
    raise ValueError(value)


def declare(
    fallback: object, parse: Callable[[str, Path], object], *, secret: bool = False, **documentation: str
) -> Any:  # noqa: ANN401 (as dataclasses.field is typed)
    """Declare a field of settings: `documentation` is Setting's, `variable` where it is not the usual name.

    A secret is neither in the settings' `repr` nor in what is said about a wrong one.
    """
    return field(default=fallback, repr=not secret, metadata={"parse": parse, "secret": secret, **documentation})


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that an operator decides. `load_settings` makes one; tests may build one directly."""

    knowledge: Path | None = declare(
        None,
        _path,
        expects="a path: one collection's folder, or a folder of collections",
        default="./knowledge if there is one, else the knowledge that is shipped",
        meaning="Where the knowledge is. In the file, a relative path starts at the file's folder.",
    )
    locale: str | None = declare(
        None,
        _language_tag,
        expects="a language tag such as `en` or `pt-BR`",
        default="the knowledge's own language",
        meaning="The reader's language where neither the question nor the platform tells it.",
    )
    log_format: LogFormat = declare(
        "text",
        _log_format,
        expects="`text` or `json`",
        default="`text`",
        meaning="How log lines are written to standard error: for people, or one JSON object a line.",
    )
    database_url: str | None = declare(
        None,
        _text,
        secret=True,  # it may hold a password
        expects="`sqlite:///path/to/file.db`, `postgresql://user:password@host/name`, or `none` to keep nothing",
        default="one SQLite file in the user's data folder",
        meaning="Where votes, questions without an answer and the like are kept. The bot answers without it.",
    )
    retention_days: int = declare(
        90,
        _days,
        expects="a number of days, at least 1, in quotes",
        default="`90`",
        meaning="After how many days the bot deletes questions and votes by itself.",
    )


def load_settings(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """Read the settings, the environment's before the file's; an empty variable counts as not set.

    Raises ConfigError, naming the setting and the remedy, for an unreadable file, an unknown key or a wrong value.
    """
    return read_settings(Settings, environ, file)


def read_settings(kind: type[_T], environ: Mapping[str, str], file: Path | None = None, *, table: str = "") -> _T:
    """Read the settings that a dataclass declares with `declare`, from a table of the file where one is named.

    A platform's settings are a table of their own, so that the core knows none of them. Raises ConfigError.
    """
    from_file = _read(file, kind, table) if file else {}
    values: dict[str, object] = {}
    for one in fields(kind):  # type: ignore[arg-type]  # settings are dataclasses
        variable = one.metadata.get("variable") or _variable(table, one.name)
        if text := environ.get(variable, ""):
            values[one.name] = _parsed(one.metadata, text, Path(), variable)
        elif file and one.name in from_file:
            values[one.name] = _parsed(one.metadata, from_file[one.name], file.parent, f"{one.name} in {file}")
    return kind(**values)


def _variable(table: str, name: str) -> str:
    return PREFIX + (f"{table}_{name}" if table else name).upper()


def settings_file(environ: Mapping[str, str]) -> Path | None:
    """The settings file in force: BACKCHANNEL_CONFIG if it is set, else ./backchannel.toml if it is there."""
    if named := environ.get(PREFIX + "CONFIG", ""):
        return Path(named).expanduser()
    here = Path(FILE_NAME)
    return here if here.is_file() else None


def reference(kind: type[Any] = Settings, *, table: str = "") -> tuple[Setting, ...]:
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


def _read(file: Path, kind: type[Any], table: str) -> dict[str, object]:
    try:
        content = tomllib.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: the settings file cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{file}: the settings file is not UTF-8 text; save it as UTF-8.") from error
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{file}: the settings file is not valid TOML: {error}.") from error
    chosen = content.get(table, {}) if table else content
    if not isinstance(chosen, dict):
        raise ConfigError(f"{file}: {table} is a table of settings; write [{table}] on a line of its own.")
    known = [one.name for one in fields(kind)]
    for key, value in chosen.items():
        # A table at the top is some platform's; that platform says what it takes.
        if key not in known and (table or not isinstance(value, dict)):
            near = difflib.get_close_matches(key, known, n=1)
            remedy = f"did you mean {near[0]}?" if near else f"the settings are: {', '.join(known)}."
            raise ConfigError(f"{file}: there is no setting {key!r}{f' in [{table}]' if table else ''}; {remedy}")
    return chosen


def _parsed(declared: Mapping[str, Any], value: object, base: Path, where: str) -> object:
    if declared.get("secret") and not isinstance(value, str):
        raise ConfigError(f"{where} has a wrong form: {declared['expects']} in quotes is expected.")
    if not isinstance(value, str):
        raise ConfigError(f"{where} is {value!r}, but {declared['expects']} in quotes is expected.")
    try:
        return declared["parse"](value, base)
    except ValueError:
        found = "has a wrong form:" if declared.get("secret") else f"is {value!r}, but"
        raise ConfigError(f"{where} {found} {declared['expects']} is expected.") from None
