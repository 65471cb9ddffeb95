"""What an operator decides about Slack: the usual environment names for secrets, and `[slack]` in backchannel.toml."""

# ruff: noqa: RUF009 (declare is dataclasses.field with its documentation)
from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.places import AutoAnswer, Place, Platform
from bot.setting import declare, plain_text, read_settings, switch, text_like, texts_like

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

TABLE = "slack"
API_URL = "https://slack.com/api/"

_ID = re.compile(r"[A-Z][A-Z0-9]{1,20}")
GROUP = "S"  # a user group's id begins with it
_MAX_PORT = 65_535


def _token(prefix: str) -> Callable[[str, Path], str]:
    def parse(value: str, _base: Path) -> str:
        if not value.startswith(prefix) or not value.isascii() or any(c.isspace() for c in value):
            raise ValueError(prefix)
        return value

    return parse


def _auto_answer(value: str, base: Path) -> AutoAnswer:
    if value in {"private", "public"}:
        return value  # type: ignore[return-value]  # as was just seen
    return "private" if switch(value, base) else "no"


def _command(value: str, _base: Path) -> str:
    if not re.fullmatch(r"/[a-z0-9_-]{1,31}", value):
        raise ValueError(value)
    return value


def _api_url(value: str, _base: Path) -> str:
    if not value.startswith(("http://", "https://")):
        raise ValueError(value)
    return value.rstrip("/") + "/"


def _public_url(value: str, _base: Path) -> str:
    if not value.startswith("https://"):
        raise ValueError(value)
    return value.rstrip("/")


def _address(value: str, _base: Path) -> tuple[str, int]:
    host, separator, port = value.rpartition(":")
    if not separator or not port.isdecimal() or int(port) > _MAX_PORT:
        raise ValueError(value)
    return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104 (that is what leaving out the host means)


def _key(value: str, _base: Path) -> str:
    # 32 bytes in URL-safe base64, with its padding.
    if not re.fullmatch(r"[A-Za-z0-9_-]{43}=", value):
        raise ValueError
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackSettings:
    """Everything that an operator decides about Slack."""

    bot_token: str = declare(
        "",
        _token("xoxb-"),
        secret=True,
        variable="SLACK_BOT_TOKEN",
        expects="the bot token, which starts with xoxb-",
        default="none",
        meaning="OAuth & Permissions > Bot User OAuth Token.",
    )
    app_token: str = declare(
        "",
        _token("xapp-"),
        secret=True,
        variable="SLACK_APP_TOKEN",
        expects="the app-level token, which starts with xapp-",
        default="none",
        meaning="Basic Information > App-Level Tokens, with the scope connections:write. Not needed over HTTP.",
    )
    signing_secret: str = declare(
        "",
        plain_text,
        secret=True,
        variable="SLACK_SIGNING_SECRET",
        expects="the signing secret",
        default="none",
        meaning="Basic Information > App Credentials. Needed over HTTP.",
    )
    client_id: str = declare(
        "",
        plain_text,
        variable="SLACK_CLIENT_ID",
        expects="the client id",
        default="none",
        meaning="For several workspaces: Basic Information > App Credentials. In place of the bot token.",
    )
    client_secret: str = declare(
        "",
        plain_text,
        secret=True,
        variable="SLACK_CLIENT_SECRET",
        expects="the client secret",
        default="none",
        meaning="For several workspaces: beside the client id.",
    )
    encryption_key: str = declare(
        "",
        _key,
        secret=True,
        expects="a key of 32 bytes in URL-safe base64, 44 characters",
        default="none",
        meaning="For several workspaces: encrypts their tokens in the database.",
    )
    api_url: str = declare(
        API_URL,
        _api_url,
        expects="an address such as `http://127.0.0.1:8081/api/`",
        default=f"`{API_URL}`",
        meaning="The Web API's base, to reach Slack through a proxy, or a test server.",
    )
    http: tuple[str, int] | None = declare(
        None,
        _address,
        expects="an address to listen at, such as `0.0.0.0:3000`",
        default="Socket Mode, which needs no address",
        meaning="Receive signed HTTP requests instead of using Socket Mode; `serve --http` overrides it.",
    )
    public_url: str = declare(
        "",
        _public_url,
        expects="an address that starts with https://",
        default="none",
        meaning="Where Slack reaches this bot from outside: goes into the manifest for HTTP and for installing.",
    )
    command: str = declare(
        "/ask",
        _command,
        expects="a command such as `/ask`",
        default="`/ask`",
        meaning="The slash command to ask with, for a workspace where /ask is taken.",
    )
    agent_view: bool = declare(
        False,
        switch,
        takes=bool,
        expects="`yes` or `no`",
        default="`no`",
        meaning="Slack's agent messaging in the app's Messages tab; some workspaces do not have it.",
    )

    @property
    def several_workspaces(self) -> bool:
        """Whether people install the bot into their workspaces themselves."""
        return bool(self.client_id)

    @property
    def by_socket(self) -> bool:
        """Whether events come by Socket Mode; over HTTP else, signed."""
        return self.http is None or (self.several_workspaces and bool(self.app_token))

    @property
    def wanted(self) -> bool:
        """Whether anything is set that only a bot on Slack needs."""
        return bool(self.bot_token or self.app_token or self.client_id)


@dataclass(frozen=True, slots=True, kw_only=True)
class SlackPlace(Place):
    """What a workspace or a channel in Slack may set."""

    auto_answer: AutoAnswer = declare(
        "no",
        _auto_answer,
        takes=bool,
        expects="`no`, `private` (or `yes`) or `public`",
        default="`no`",
        meaning="Whether questions are answered unasked, if the bot is sure: for the asker alone, or in the thread.",
    )
    moderators: frozenset[str] = declare(
        frozenset(),
        texts_like(_ID),
        takes=list,
        expects="ids of people and user groups such as `U012AB3CD, S045EF6GH`",
        default="none",
        meaning="Moderators besides the workspace's admins and owners.",
    )
    moderator_channel: str = declare(
        "",
        text_like(_ID),
        expects="a channel's id such as `C012AB3CD`",
        default="none",
        meaning="Where questions for the moderators are told; the bot has to be a member of it.",
    )


PLATFORM = Platform(
    name=TABLE,
    settings=SlackSettings,
    place=SlackPlace,
    place_id=_ID,
    expects="the id of a workspace or a channel such as `T012AB3CD` or `C012AB3CD`",
)


def load_slack_settings(environ: Mapping[str, str], file: Path | None = None) -> SlackSettings:
    """Read the settings. Raises ConfigError for a wrong value; `require` tells what is missing to run."""
    return read_settings(SlackSettings, environ, file, table=TABLE, also=PLATFORM.keys)


def require(settings: SlackSettings) -> None:
    """Say in one sentence what is missing to run. Raises ConfigError."""
    if settings.several_workspaces:
        if settings.bot_token:
            raise ConfigError("SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set; leave out the one that is not meant.")
        if not settings.client_secret:
            raise ConfigError("SLACK_CLIENT_SECRET is not set; copy it from Basic Information > App Credentials.")
        if not settings.encryption_key:
            raise ConfigError("BACKCHANNEL_SLACK_ENCRYPTION_KEY is not set; docs/slack.md tells how to make one.")
        if settings.http is None:
            raise ConfigError("BACKCHANNEL_SLACK_HTTP is not set; installing needs an address to listen at.")
    elif not settings.bot_token:
        raise ConfigError("SLACK_BOT_TOKEN is not set; copy it from OAuth & Permissions > Bot User OAuth Token.")
    if settings.by_socket and not settings.app_token:
        raise ConfigError("SLACK_APP_TOKEN is not set; make one under Basic Information > App-Level Tokens.")
    if not settings.by_socket and not settings.signing_secret:
        raise ConfigError("SLACK_SIGNING_SECRET is not set; copy it from Basic Information > App Credentials.")
