"""The commands that adapters add to the command line, each loaded only when it is called."""

from __future__ import annotations

import importlib
from typing import Any

import click

from bot.errors import ConfigError

# By name: where the command is, and its line in the list of commands.
_COMMANDS = {
    "serve": ("adapters.serve:serve", "Answer people in Discord and Slack."),
    "slack": ("adapters.slack_manifest:slack", "Set up the Slack app."),
}


class _Late(click.Command):
    """Stands for a command until it is called: listing the commands loads no platform's library."""

    def __init__(self, name: str, place: str, line: str) -> None:
        super().__init__(name, short_help=line)
        self._place = place

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 (click's own)
    ) -> click.Context:
        """Load the command, which goes on from here. Raises ConfigError where something is not installed."""
        module, _, name = self._place.partition(":")
        try:
            command: click.Command = getattr(importlib.import_module(module), name)
        except ImportError as error:
            raise ConfigError(f"{error.name} is not installed; pip install 'backchannel[all]'.") from error
        return command.make_context(info_name, args, parent, **extra)


def commands() -> tuple[click.Command, ...]:
    """List the commands."""
    return tuple(_Late(name, *about) for name, about in _COMMANDS.items())
