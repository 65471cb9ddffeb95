"""The Slack app's manifest that fits the settings, with no scope more than they need."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

import click

from adapters.slack_settings import GROUP, PLATFORM, TABLE, load_slack_settings
from bot import picture
from bot.config import settings_file
from bot.errors import ConfigError
from bot.places import read_places
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.slack_settings import SlackSettings
    from adapters.slack_text import Json
    from bot.places import Places

NAME = "Backchannel"
DESCRIPTION = "Answers questions from what your moderators wrote, and says so when it does not know."
COLOUR = "#1f2937"
COMMAND, ANSWER_THIS, ASK_SHORTCUT = "/backchannel", "answer_this", "ask_modal"
EVENTS_PATH, REDIRECT_PATH = "/slack/events", "/slack/oauth_redirect"
_SUBCOMMANDS = "review | edit | history | undo | stats | status | why | check | reload"
_PROMPTS = ("What can you answer?", "What do you cover?")


def scopes(settings: SlackSettings, places: Places) -> tuple[str, ...]:
    """List the bot's scopes, each for something that it does."""
    needed = ["app_mentions:read", "chat:write", "commands", "im:history", "users:read"]
    if picture.available():
        needed.append("files:write")
    if settings.agent_view:
        needed.append("assistant:write")
    if any(one.startswith(GROUP) for place in places.all_of(TABLE) for one in place.moderators):
        needed.append("usergroups:read")
    if places.auto_answers(TABLE):
        needed += ["channels:history", "groups:history"]
    return tuple(sorted(needed))


def events(settings: SlackSettings, places: Places) -> tuple[str, ...]:
    """List the events that the bot listens to."""
    heard = ["app_home_opened", "app_mention", "message.im"]
    if places.auto_answers(TABLE):
        heard += ["message.channels", "message.groups"]
    if settings.several_workspaces:
        heard += ["app_uninstalled", "tokens_revoked"]
    return tuple(sorted(heard))


def manifest(settings: SlackSettings, places: Places) -> Json:
    """Build the manifest. Raises ConfigError where it needs to know an address that is not set."""
    over_http = not settings.by_socket
    if (over_http or settings.several_workspaces) and not settings.public_url:
        raise ConfigError(
            "BACKCHANNEL_SLACK_PUBLIC_URL is not set; Slack has to know where to reach the bot, for example "
            "https://backchannel.example.org."
        )
    request_url = settings.public_url + EVENTS_PATH
    subscriptions: Json = {"bot_events": list(events(settings, places))}
    interactivity: Json = {"is_enabled": True}
    oauth: Json = {"scopes": {"bot": list(scopes(settings, places))}}
    if over_http:
        subscriptions["request_url"] = request_url
        interactivity |= {"request_url": request_url, "message_menu_options_url": request_url}
    if settings.several_workspaces:
        oauth["redirect_urls"] = [settings.public_url + REDIRECT_PATH]
    return {
        "_metadata": {"major_version": 1, "minor_version": 1},
        "display_information": {"name": NAME, "description": DESCRIPTION, "background_color": COLOUR},
        "features": _features(settings, request_url if over_http else None),
        "oauth_config": oauth,
        "settings": {
            "event_subscriptions": subscriptions,
            "interactivity": interactivity,
            "org_deploy_enabled": False,
            "socket_mode_enabled": settings.by_socket,
            "token_rotation_enabled": False,
        },
    }


def _features(settings: SlackSettings, request_url: str | None) -> Json:
    words = wording(None).commands
    commands: list[Json] = [
        {"command": settings.command, "description": words["ask_about"], "usage_hint": "[question]"},
        {"command": COMMAND, "description": words["backchannel_about"], "usage_hint": _SUBCOMMANDS},
    ]
    for command in commands:
        # Names would arrive as ids with labels else, which are no words of the question.
        command["should_escape"] = False
        if request_url:
            command["url"] = request_url
    features: Json = {
        "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True, "messages_tab_read_only_enabled": False},
        "bot_user": {"display_name": NAME.lower(), "always_online": True},
        "slash_commands": commands,
        "shortcuts": [
            {
                "type": "message",
                "name": words["answer_this"],
                "callback_id": ANSWER_THIS,
                "description": words["question_about"],
            },
            {
                "type": "global",
                "name": words["ask_about"],
                "callback_id": ASK_SHORTCUT,
                "description": words["question_about"],
            },
        ],
    }
    if settings.agent_view:
        features["agent_view"] = {
            "agent_description": DESCRIPTION,
            "suggested_prompts": [{"title": prompt, "message": prompt} for prompt in _PROMPTS],
        }
    return features


@click.group(name="slack")
def slack() -> None:
    """Set up the Slack app."""


@slack.command(
    name="manifest",
    epilog="\b\nExample:\n  backchannel slack manifest > manifest.json\n  backchannel slack manifest --agent-view",
)
@click.option(
    "--agent-view/--no-agent-view", default=None, help="With Slack's agent messaging.  [default: the setting]"
)
@click.option("--http", "address", metavar="HTTPS_URL", help="For HTTP: where Slack reaches the bot from outside.")
def print_manifest(*, agent_view: bool | None, address: str | None) -> None:
    """Print the manifest to create the app from, as the settings need it."""
    environ = dict(os.environ)
    if agent_view is not None:
        environ["BACKCHANNEL_SLACK_AGENT_VIEW"] = "yes" if agent_view else "no"
    if address:
        environ["BACKCHANNEL_SLACK_PUBLIC_URL"] = address
        environ.setdefault("BACKCHANNEL_SLACK_HTTP", "0.0.0.0:3000")
    file = settings_file(environ)
    settings, places = load_slack_settings(environ, file), read_places((PLATFORM,), environ, file)
    click.echo(json.dumps(manifest(settings, places), indent=2, ensure_ascii=False))
