"""What an operator decides for the whole bot: from the environment first, then from backchannel.toml."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

from bot.schedule import Weekly
from bot.setting import PREFIX, declare, language_tag, one_of, plain_text, read_settings, whole_number
from bot.settings_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

LogFormat = Literal["text", "json"]
GitMode = Literal["off", "commit", "push"]
_KEY_LENGTH = 32  # characters; 128 bits even where they are hex digits


def _path(value: str, base: Path) -> Path:
    return base / Path(value).expanduser()


def _keys(value: str, _base: Path) -> tuple[bytes, ...]:
    keys = tuple(one.strip().encode() for one in value.split(","))
    if any(len(key) < _KEY_LENGTH for key in keys):
        raise ValueError
    return keys


def _folder_or_off(value: str, base: Path) -> Path | Literal["off"]:
    return "off" if value == "off" else _path(value, base)


def _folder_or_name(value: str, base: Path) -> str:
    folder = base / Path(value).expanduser()
    return str(folder) if folder.is_dir() else value


def _weekly(value: str, _base: Path) -> Weekly | None:
    return None if value.casefold() == "never" else Weekly.parse(value)


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
        one_of(*get_args(LogFormat)),
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
        whole_number(1),
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
        one_of(*get_args(GitMode)),
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
        whole_number(0),
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


def settings_file(environ: Mapping[str, str]) -> Path | None:
    """The settings file in force: BACKCHANNEL_CONFIG if it is set, else ./backchannel.toml if it is there."""
    if named := environ.get(PREFIX + "CONFIG", "").strip():
        return Path(named).expanduser()
    here = Path(FILE_NAME)
    return here if here.is_file() else None
