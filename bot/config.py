"""The settings: from the environment first, then from backchannel.toml; each declared once, with its meaning."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

from dataclasses import dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeVar, cast, get_args

from bot.errors import ConfigError
from bot.schedule import Weekly
from bot.settings_file import FILE_NAME, SettingsFile, refused

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Collection, Mapping, Sequence

    from bot.model import Problem

PREFIX = "BACKCHANNEL_"
LogFormat = Literal["text", "json"]
GitMode = Literal["off", "commit", "push"]
_YES, _NO = frozenset({"yes", "true", "on", "1"}), frozenset({"no", "false", "off", "0"})
_KEY_LENGTH = 32  # characters; 128 bits even where they are hex digits
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


def _path(value: str, base: Path) -> Path:
    return base / Path(value).expanduser()


def plain_text(value: str, _base: Path) -> str:
    """Take text as it is."""
    return value


def switch(value: str, _base: Path) -> bool:
    """Take `yes` or `no`, or what means the same."""
    if (folded := value.lower()) not in _YES | _NO:
        raise ValueError(value)
    return folded in _YES


def _keys(value: str, _base: Path) -> tuple[bytes, ...]:
    keys = tuple(one.strip().encode() for one in value.split(","))
    if any(len(key) < _KEY_LENGTH for key in keys):
        raise ValueError
    return keys


def count(value: str, _base: Path) -> int:
    """Take a whole number from 0 on."""
    if (number := int(value)) < 0:
        raise ValueError(value)
    return number


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


def _folder_or_off(value: str, base: Path) -> Path | Literal["off"]:
    return "off" if value == "off" else _path(value, base)


def _folder_or_name(value: str, base: Path) -> str:
    folder = base / Path(value).expanduser()
    return str(folder) if folder.is_dir() else value


def _days(value: str, _base: Path) -> int:
    if (days := int(value)) < 1:
        raise ValueError(value)
    return days


def _weekly(value: str, _base: Path) -> Weekly | None:
    return None if value.casefold() == "never" else Weekly.parse(value)


def _log_format(value: str, _base: Path) -> LogFormat:
    if value not in get_args(LogFormat):
        raise ValueError(value)
    return cast("LogFormat", value)


def _git_mode(value: str, _base: Path) -> GitMode:
    if value not in get_args(GitMode):
        raise ValueError(value)
    return cast("GitMode", value)


def language_tag(value: str, _base: Path) -> str:
    """Take a BCP 47 tag, with either kind of dash."""
    parts = value.replace("_", "-").split("-")
    if parts[0].isalpha() and len(parts[0]) in {2, 3} and all(part.isalnum() and len(part) <= 8 for part in parts):  # noqa: PLR2004 (BCP 47's lengths)
        return "-".join(parts)
    raise ValueError(value)


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
    cache: Path | Literal["off"] | None = declare(
        None,
        _folder_or_off,
        expects="a folder, or `off`",
        default="a folder in the user's cache folder",
        meaning="Where large knowledge is kept ready for the next start; it may be emptied at any time.",
    )
    locale: str | None = declare(
        None,
        language_tag,
        expects="a language tag such as `en` or `pt-BR`",
        default="the knowledge's own language",
        meaning="The reader's language where neither the question nor the platform tells it.",
    )
    transformer: str | None = declare(
        None,
        _folder_or_name,
        expects="a folder with a sentence transformer, or a name on the Hugging Face hub such as "
        "`sentence-transformers/all-MiniLM-L6-v2`",
        default="none; matching needs no model",
        meaning="What compares whole texts in place of the shipped word vectors. A name is downloaded at the start.",
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
        plain_text,
        secret=True,  # it may hold a password
        expects="`sqlite:///path/to/file.db`, `postgresql://user:password@host/name`, or `none` to keep nothing",
        default="one SQLite file in the user's data folder",
        meaning="Where votes, questions without an answer and the like are kept. The bot answers without it.",
    )
    retention_days: int = declare(
        90,
        _days,
        takes=int,
        expects="a number of days, at least 1",
        default="`90`",
        meaning="After how many days the bot deletes questions and votes by itself.",
    )
    privacy_key: tuple[bytes, ...] = declare(
        (),
        _keys,
        secret=True,
        expects="a secret of at least 32 characters; while it is being replaced, the new one, a comma and the old one",
        default="one that the bot makes: beside SQLite's file, or in PostgreSQL",
        meaning="Tells people apart without knowing them: the key of the digests that stand for them in the database.",
    )
    git: GitMode = declare(
        "off",
        _git_mode,
        expects="`off`, `commit` or `push`",
        default="`off`",
        meaning="Whether changes that moderators make are committed where the knowledge is a Git checkout, and pushed.",
    )
    digest: Weekly | None = declare(
        Weekly(day=0, hour=9),
        _weekly,
        expects="a day of the week and an hour, such as `monday 9` or `friday 17 Asia/Kolkata`, or `never`",
        default="`monday 9`, in UTC",
        meaning="When the moderators' channel is told, once a week, what waits, what was voted down and what is due.",
    )
    correct_days: int = declare(
        7,
        count,
        takes=int,
        expects="a number of days; `0` corrects nothing",
        default="`7`",
        meaning="For how many days the bot's public answers are edited where they stand when their entry changes.",
    )


def load_settings(environ: Mapping[str, str], file: Path | None = None) -> Settings:
    """Read the settings, the environment's before the file's; an empty variable counts as not set.

    Raises ConfigError, naming the setting and the remedy, for an unreadable file, an unknown key or a wrong value.
    """
    return read_settings(Settings, environ, file)


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


def settings_file(environ: Mapping[str, str]) -> Path | None:
    """The settings file in force: BACKCHANNEL_CONFIG if it is set, else ./backchannel.toml if it is there."""
    if named := environ.get(PREFIX + "CONFIG", "").strip():
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
