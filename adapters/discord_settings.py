"""The settings of the Discord adapter: the table `[discord]` of backchannel.toml and its environment variables."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from bot.places import AutoAnswer, Place, Platform
from bot.setting import declare, plain_text, read_settings, switch, text_like, texts_like

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

TABLE = "discord"
_ID = re.compile(r"[1-9][0-9]{0,19}")
_MOST_SHARDS = 100_000  # a typing mistake, not a fleet


def _url(value: str, _base: Path) -> str:
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise ValueError(value)
    return value.rstrip("/")


def _auto_answer(value: str, base: Path) -> AutoAnswer:
    return "public" if switch(value, base) else "no"


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
        plain_text,
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
    shards: tuple[range, int] | None = declare(
        None,
        _shards,
        expects="this process's shards and the number of all, such as `0-3/8`",
        default="all, as many as Discord recommends",
        meaning="For several processes: which shards this one runs.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscordPlace(Place):
    """What a server, a channel or a thread on Discord may set."""

    auto_answer: AutoAnswer = declare(
        "no",
        _auto_answer,
        takes=bool,
        expects="`yes` or `no`",
        default="`no`",
        meaning="Whether questions are answered unasked, when the bot is sure. Needs the message content intent.",
    )
    moderators: frozenset[str] = declare(
        frozenset(),
        texts_like(_ID),
        takes=(list, int),
        expects="ids of roles and people",
        default="none",
        meaning="Who may use the moderators' commands, besides everyone with the Manage Server permission.",
    )
    moderator_channel: str = declare(
        "",
        text_like(_ID),
        takes=int,
        expects="a channel's id",
        default="none",
        meaning='Where questions go that people send with "Ask the moderators", and notices for moderators.',
    )


PLATFORM = Platform(
    name=TABLE,
    settings=DiscordSettings,
    place=DiscordPlace,
    place_id=_ID,
    expects="the id of a server, a channel or a thread, digits only,",
)


def read(environ: Mapping[str, str], file: Path | None) -> DiscordSettings:
    """Read the Discord settings. Raises ConfigError, naming the setting and the remedy."""
    return read_settings(DiscordSettings, environ, file, table=TABLE, also=PLATFORM.keys)
