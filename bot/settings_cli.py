"""The command that shows every setting: what it is set to, and by what."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from adapters.settings import platforms
from bot.config import Settings, settings_file
from bot.places import read_places
from bot.printing import settings_page
from bot.setting import find_values, reference
from bot.settings_file import SettingsFile
from bot.shared_cli import example, visible

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.setting import Value


@click.command(epilog=example("backchannel settings"))
@click.option("--markdown", is_flag=True, help="Print the table that is in the documentation.")
def settings(*, markdown: bool) -> None:
    """List every setting, its value, and where that comes from."""
    if markdown:
        click.echo(settings_page(reference(Settings)))
        return
    path = settings_file(os.environ)
    every = platforms()
    places = read_places(every, os.environ, path)
    file = SettingsFile.read(path) if path else None
    click.echo(f"The settings file is {path}.\n" if path else "There is no settings file.\n")
    _show(Settings, "", find_values(Settings, os.environ, file), file)
    for platform in every:
        values = find_values(platform.settings, os.environ, file, table=platform.name, also=platform.keys)
        _show(platform.settings, platform.name, values, file)
        for layer in places.layers:
            if layer.platform is platform and not layer.place:
                _show(platform.place, platform.name, layer.values, file)
    for layer in places.layers:
        if layer.place:
            click.echo(visible(f"[{layer.platform.name}.places.{layer.place}]"))
            for key, value in layer.values.items():
                click.echo(visible(f"  {key}: {value.text}, from {_source(value, file)}"))


def _show(kind: type[Any], table: str, values: Mapping[str, Value], file: SettingsFile | None) -> None:
    for one in reference(kind, table=table):
        click.echo(f"{one.key}  ({one.variable})\n  {one.meaning}\n  Takes {one.expects}.")
        value = values.get(one.key.removeprefix(f"{table}."))
        if value is None:
            click.echo(f"  Now: {one.default}\n")
        else:
            text = "set, and not shown" if one.secret else value.text
            click.echo(visible(f"  Now: {text}, from {_source(value, file)}\n"))


def _source(value: Value, file: SettingsFile | None) -> str:
    if value.variable or file is None:
        return value.variable
    origin = file.origin(*value.keys)
    return f"{origin.path}:{origin.line}"
