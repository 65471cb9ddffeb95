"""The settings of the Discord adapter: the table `[discord]` of backchannel.toml and its environment variables."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.config import declare, read_settings

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TABLE = "discord"
_MOST_SHARDS = 100_000  # a typing mistake, not a fleet


def _text(value: str, _base: Path) -> str:
    return value.strip()


def _url(value: str, _base: Path) -> str:
    parts = urlsplit(value.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(value)
    return value.strip().rstrip("/")


def _ids(value: str, _base: Path) -> frozenset[int]:
    return frozenset(int(part) for part in value.replace(",", " ").split())


def _id(value: str, _base: Path) -> int:
    return int(value)


def _count(value: str, _base: Path) -> int:
    if (count := int(value)) < 0:
        raise ValueError(value)
    return count


def _shards(value: str, _base: Path) -> tuple[range, int]:
    wanted, _, total = value.partition("/")
    first, _, last = wanted.partition("-")
    shards, count = range(int(first), int(last or first) + 1), int(total)
    if not shards or shards[0] < 0 or shards[-1] >= count or count > _MOST_SHARDS:
        raise ValueError(value)
    return shards, count


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordSettings:
    """What an operator decides about Discord."""

    token: str = declare(
        "",
        _text,
        secret=True,
        variable="DISCORD_TOKEN",
        expects="the bot's token from the developer portal",
        default="none: Discord is not served",
        meaning="The token that the bot logs in with. Keep it in the environment rather than in the file.",
    )
    api_url: str = declare(
        "",
        _url,
        expects="a URL such as `http://127.0.0.1:8080/api/v10`",
        default="Discord's own",
        meaning="The REST base to talk to instead of Discord's: a proxy or a test server. It names the gateway itself.",
    )
    auto_answer: frozenset[int] = declare(
        frozenset(),
        _ids,
        expects="channel ids, separated by commas",
        default="none",
        meaning="Channels and forums where questions are answered unasked, when the bot is sure. "
        "Needs the message content intent.",
    )
    auto_answer_hourly: int = declare(
        6,
        _count,
        expects="a number in quotes",
        default="`6`",
        meaning="Unasked answers in one channel within an hour, at most.",
    )
    moderator_roles: frozenset[int] = declare(
        frozenset(),
        _ids,
        expects="role ids, separated by commas",
        default="none",
        meaning="Roles that may use the moderators' commands, besides everyone with the Manage Server permission.",
    )
    moderator_channel: int | None = declare(
        None,
        _id,
        expects="a channel id",
        default="none",
        meaning='Where questions go that people send with "Ask the moderators", and notices for moderators.',
    )
    shards: tuple[range, int] | None = declare(
        None,
        _shards,
        expects="this process's shards and the number of all, such as `0-3/8`",
        default="all, as many as Discord recommends",
        meaning="For several processes: which shards this one runs.",
    )


def read(environ: Mapping[str, str], file: Path | None) -> DiscordSettings:
    """Read the Discord settings. Raises ConfigError, naming the setting and the remedy."""
    return read_settings(DiscordSettings, environ, file, table=TABLE)
