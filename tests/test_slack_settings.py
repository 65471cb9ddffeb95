"""The Slack settings: each wrong value is named, no secret is repeated, and what is missing is said in one sentence."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from adapters.slack_settings import SlackSettings, load_slack_settings, require
from bot.errors import ConfigError

if TYPE_CHECKING:
    from pathlib import Path

TOKENS = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
SEVERAL = {"SLACK_CLIENT_ID": "1.2", "SLACK_CLIENT_SECRET": "s", "SLACK_SIGNING_SECRET": "s"}
KEY = {"BACKCHANNEL_SLACK_ENCRYPTION_KEY": "A" * 43 + "="}
HTTP = {"BACKCHANNEL_SLACK_HTTP": "127.0.0.1:3000"}


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("SLACK_BOT_TOKEN", "xoxp-secret"),
        ("SLACK_BOT_TOKEN", "xoxb-secret with a blank"),
        ("SLACK_APP_TOKEN", "secret"),
        ("BACKCHANNEL_SLACK_ENCRYPTION_KEY", "secret"),
        ("BACKCHANNEL_SLACK_API_URL", "slack.com"),
        ("BACKCHANNEL_SLACK_PUBLIC_URL", "http://bot.example.org"),
        ("BACKCHANNEL_SLACK_HTTP", "3000"),
        ("BACKCHANNEL_SLACK_HTTP", "0.0.0.0:99999"),
        ("BACKCHANNEL_SLACK_COMMAND", "ask"),
        ("BACKCHANNEL_SLACK_COMMAND", "/Ask Me"),
        ("BACKCHANNEL_SLACK_AGENT_VIEW", "maybe"),
    ],
)
def test_a_wrong_value_is_named(variable: str, value: str) -> None:
    """The error names the variable and what it takes, and never repeats a secret."""
    with pytest.raises(ConfigError, match=variable) as caught:
        load_slack_settings({variable: value})
    assert "secret" not in str(caught.value).replace(variable, "")


@pytest.mark.parametrize(
    ("environ", "missing"),
    [
        ({}, "SLACK_BOT_TOKEN"),
        ({"SLACK_BOT_TOKEN": "xoxb-1"}, "SLACK_APP_TOKEN"),
        (TOKENS | HTTP, "SLACK_SIGNING_SECRET"),
        (SEVERAL | TOKENS, "SLACK_BOT_TOKEN and SLACK_CLIENT_ID"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_CLIENT_SECRET"),
        (SEVERAL, "BACKCHANNEL_SLACK_ENCRYPTION_KEY"),
        (SEVERAL | KEY, "BACKCHANNEL_SLACK_HTTP"),
    ],
)
def test_what_is_missing_is_said(environ: dict[str, str], missing: str) -> None:
    """One sentence names the setting that the chosen way of running still needs."""
    with pytest.raises(ConfigError, match=missing):
        require(load_slack_settings(environ))


@pytest.mark.parametrize(
    ("environ", "by_socket"),
    [
        (TOKENS, True),
        ({"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_SIGNING_SECRET": "s"} | HTTP, False),
        (SEVERAL | KEY | HTTP, False),
        (SEVERAL | KEY | HTTP | {"SLACK_APP_TOKEN": "xapp-1"}, True),
    ],
)
def test_each_way_of_running(environ: dict[str, str], by_socket: bool) -> None:
    """Socket Mode by default; HTTP with an address; both for several workspaces with an app-level token."""
    settings = load_slack_settings(environ)
    require(settings)
    assert settings.wanted
    assert settings.by_socket is by_socket


def test_the_file_has_a_table_of_its_own(tmp_path: Path) -> None:
    """`[slack]` is read, the environment goes before it, and a mistyped key is told."""
    file = tmp_path / "backchannel.toml"
    file.write_text(
        'knowledge = "k"\n[slack]\nagent_view = true\ncommand = "/faq"\nmoderators = "U1"\n', encoding="utf-8"
    )
    settings = load_slack_settings({"BACKCHANNEL_SLACK_COMMAND": "/why"}, file)
    assert (settings.agent_view, settings.command) == (True, "/why")
    file.write_text('[slack]\nmoderator = "U1"\n', encoding="utf-8")
    with pytest.raises(ConfigError, match="moderators"):
        load_slack_settings({}, file)


def test_secrets_are_not_shown() -> None:
    """The settings' own text has none of them."""
    shown = repr(SlackSettings(bot_token="xoxb-1", app_token="xapp-1", signing_secret="s1", client_secret="s2"))
    assert not any(secret in shown for secret in ("xoxb-1", "xapp-1", "s1", "s2"))
