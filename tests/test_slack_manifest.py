"""The manifest: what Slack takes, what the settings need, and not a scope more."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import CliRunner

from adapters.slack_manifest import events, manifest, scopes, slack
from adapters.slack_settings import PLATFORM, load_slack_settings
from bot import picture
from bot.errors import ConfigError
from bot.places import read_places

if TYPE_CHECKING:
    from adapters.slack_settings import SlackSettings
    from bot.places import Places

ROOT = Path(__file__).parent.parent
HTTP = {"BACKCHANNEL_SLACK_HTTP": ":3000", "BACKCHANNEL_SLACK_PUBLIC_URL": "https://bot.example.org/"}
AGENT = {"BACKCHANNEL_SLACK_AGENT_VIEW": "yes"}
AUTO = {"BACKCHANNEL_SLACK_AUTO_ANSWER": "yes"}
GROUP = {"BACKCHANNEL_SLACK_MODERATORS": "U012AB3CD, S012AB3CD"}
SEVERAL = {"SLACK_CLIENT_ID": "1.2", "BACKCHANNEL_SLACK_PUBLIC_URL": "https://bot.example.org"}

# The fields of a manifest, as Slack's own types name them.
FIELDS = {
    "": {"_metadata", "display_information", "features", "oauth_config", "settings"},
    "_metadata": {"major_version", "minor_version"},
    "display_information": {"name", "description", "long_description", "background_color"},
    "features": {"app_home", "bot_user", "agent_view", "slash_commands", "shortcuts"},
    "features.app_home": {"home_tab_enabled", "messages_tab_enabled", "messages_tab_read_only_enabled"},
    "features.bot_user": {"display_name", "always_online"},
    "features.agent_view": {"agent_description", "suggested_prompts", "actions"},
    "features.agent_view.suggested_prompts": {"title", "message"},
    "features.slash_commands": {"command", "description", "usage_hint", "should_escape", "url"},
    "features.shortcuts": {"type", "name", "callback_id", "description"},
    "oauth_config": {"redirect_urls", "scopes"},
    "oauth_config.scopes": {"bot", "bot_optional", "user"},
    "settings": {
        "event_subscriptions",
        "interactivity",
        "org_deploy_enabled",
        "socket_mode_enabled",
        "token_rotation_enabled",
    },
    "settings.event_subscriptions": {"bot_events", "request_url"},
    "settings.interactivity": {"is_enabled", "request_url", "message_menu_options_url"},
}


def made(*environs: dict[str, str]) -> dict[str, Any]:
    """Make the manifest of some settings."""
    environ = {key: value for one in environs for key, value in one.items()}
    return manifest(*settings_of(environ))


def settings_of(environ: dict[str, str]) -> tuple[SlackSettings, Places]:
    """Read both parts of the settings."""
    return load_slack_settings(environ), read_places((PLATFORM,), environ, None)


@pytest.mark.parametrize("parts", list(product((False, True), repeat=5)))
def test_every_manifest_has_only_slacks_fields_and_lengths(parts: tuple[bool, ...]) -> None:
    """Each combination of settings gives a manifest that Slack takes."""
    chosen = [one for one, wanted in zip((HTTP, AGENT, AUTO, GROUP, SEVERAL), parts, strict=True) if wanted]
    found = made(*chosen)
    check_fields(found, "")
    shown = found["display_information"]
    assert len(shown["name"]) <= 35
    assert len(shown["description"]) <= 140
    assert re.fullmatch(r"#[0-9a-f]{6}", shown["background_color"])
    features = found["features"]
    assert re.fullmatch(r"[a-z0-9._-]{1,80}", features["bot_user"]["display_name"])
    for command in features["slash_commands"]:
        assert re.fullmatch(r"/[a-z0-9_-]{1,31}", command["command"])
        assert command["should_escape"] is False
    for shortcut in features["shortcuts"]:
        assert len(shortcut["name"]) <= 24
        assert len(shortcut["description"]) <= 150
        assert shortcut["type"] in {"message", "global"}
    if "agent_view" in features:
        assert len(features["agent_view"]["agent_description"]) <= 300
        assert len(features["agent_view"]["suggested_prompts"]) <= 4
    assert len(found["settings"]["event_subscriptions"]["bot_events"]) <= 100


def check_fields(node: Any, path: str) -> None:
    """Check the names of an object's fields, all the way down."""
    for item in node if isinstance(node, list) else [node]:
        if isinstance(item, dict):
            assert set(item) <= FIELDS[path], path
            for name, value in item.items():
                check_fields(value, f"{path}.{name}".strip("."))


def test_the_least_scopes() -> None:
    """Without options the bot can read mentions and its own direct messages, write, and look people up: no more."""
    settings = settings_of({})
    needed = {"app_mentions:read", "chat:write", "commands", "im:history", "users:read"}
    assert set(scopes(*settings)) == needed | ({"files:write"} if picture.available() else set())
    assert events(*settings) == ("app_home_opened", "app_mention", "message.im")


def test_options_add_what_they_need() -> None:
    """Channel history only with auto-answer, user groups only with one, uninstalling only with several workspaces."""
    assert {"channels:history", "groups:history"} <= set(scopes(*settings_of(AUTO)))
    assert {"message.channels", "message.groups"} <= set(events(*settings_of(AUTO)))
    assert "usergroups:read" in scopes(*settings_of(GROUP))
    assert "assistant:write" in scopes(*settings_of(AGENT))
    assert {"app_uninstalled", "tokens_revoked"} <= set(events(*settings_of(SEVERAL)))
    assert "agent_view" in made(AGENT)["features"]
    assert "agent_view" not in made()["features"]


def test_http_names_its_address_everywhere() -> None:
    """Over HTTP each way in names the address; by Socket Mode none does."""
    url = "https://bot.example.org/slack/events"
    found = made(HTTP)
    settings = found["settings"]
    assert settings["socket_mode_enabled"] is False
    assert settings["event_subscriptions"]["request_url"] == url
    assert settings["interactivity"]["request_url"] == settings["interactivity"]["message_menu_options_url"] == url
    assert {command["url"] for command in found["features"]["slash_commands"]} == {url}
    assert made()["settings"]["socket_mode_enabled"] is True
    assert "http" not in json.dumps(made())
    with pytest.raises(ConfigError, match="BACKCHANNEL_SLACK_PUBLIC_URL"):
        made({"BACKCHANNEL_SLACK_HTTP": ":3000"})


def test_the_command_prints_it() -> None:
    """`slack manifest` prints JSON; its options go before the settings."""
    printed = CliRunner().invoke(slack, ["manifest", "--agent-view"])
    assert printed.exit_code == 0
    assert "agent_view" in json.loads(printed.output)["features"]
    printed = CliRunner().invoke(slack, ["manifest", "--http", "https://bot.example.org"])
    assert json.loads(printed.output)["settings"]["socket_mode_enabled"] is False


def test_the_command_line_knows_it_without_slacks_library() -> None:
    """`backchannel slack manifest` loads neither slack_bolt nor a database."""
    code = (
        "import sys; from bot.cli import main; main(['slack', 'manifest'], standalone_mode=False); "
        "sys.exit(any(name.startswith(('slack_', 'sqlalchemy')) for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["settings"]["interactivity"] == {"is_enabled": True}
