"""What the commands have in common: how they show examples, what they take, what is set, and how they print."""

from __future__ import annotations

import json
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from bot.config import load_settings, settings_file

# What a command needs is imported in it, so that `--help` and a wrong option are answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from bot.config import Settings
    from bot.service import Service

NOT_DONE = 1  # exit code: not answered, errors found, a limit broken
WRONG_USE = 2  # exit code: options, settings or knowledge that cannot be used


class Refusal(click.ClickException):
    """An error of the project's own, shown as its sentence."""

    exit_code = WRONG_USE


def example(*lines: str) -> str:
    """An epilog that keeps its lines."""
    return "\b\nExample:\n" + "\n".join(f"  {line}" for line in lines)


knowledge_option = click.option(
    "--knowledge",
    "path",
    metavar="DIR",
    type=click.Path(exists=True, path_type=Path),
    help="One collection's folder, or a folder of them.  [default: the setting, ./knowledge, what is shipped]",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON, for programs.")


def settings_in_force(path: Path | None) -> Settings:
    """The settings in force, with the knowledge path of the command line before the others'; logging follows them."""
    from bot.log import set_up_logging

    found = load_settings(os.environ, settings_file(os.environ))
    set_up_logging(found.log_format)
    return replace(found, knowledge=path) if path is not None else found


def open_service(path: Path | None) -> Service:
    """Serve the knowledge that is named, else the one that is set, showing how far loading has come."""
    from adapters.terminal_progress import shown_progress
    from bot.service import Service

    with shown_progress() as progress:
        return Service.open(settings_in_force(path), progress=progress)


def echo_json(value: object, indent: int | None = None) -> None:
    """Print JSON as UTF-8 whatever the locale; half a surrogate pair becomes its escape, which JSON reads back.

    What JSON has no form for, such as a date, is written as text.
    """
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    click.echo(text.encode("utf-8", errors="backslashreplace"))
    sys.stdout.flush()


def visible(text: str) -> str:
    """Show what a terminal would act on or hide."""
    from adapters.terminal_render import visible as shown

    return shown(text)
