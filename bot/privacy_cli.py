"""The operators' commands for people's own data: show it, delete it, and change the key that hides who they are."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import click

from adapters.settings import platforms
from bot.shared_cli import NOT_DONE, example

# What a command needs is imported in it, so that `--help` is answered at once.
# ruff: noqa: PLC0415
if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.store import Store

_NOTHING = "Nothing is kept about this person."
_PATIENCE = 30.0  # seconds for a deletion to be on disk
_PLATFORMS = tuple(one.name for one in platforms())  # a misspelt one would be told that nothing is kept


@click.group(epilog=example("backchannel privacy export discord 123456789012345678"))
def privacy() -> None:
    """Show or delete what is kept about a person, or change the key.

    People do the first two themselves with /privacy on Discord and `/ask privacy` in Slack.
    """


@privacy.command(epilog=example("backchannel privacy export slack U012AB3CD > kept.json"))
@click.argument("platform", type=click.Choice(_PLATFORMS))
@click.argument("person")
def export(platform: str, person: str) -> None:
    """Print everything that is kept about the person with this id, as JSON."""
    from bot.disclosure import disclosure
    from bot.model import Asker

    with _store() as store:
        found = disclosure(store.own_data(Asker(platform=platform, person=person)))
    click.echo(found or _NOTHING, err=found is None)


@privacy.command(epilog=example("backchannel privacy delete slack U012AB3CD"))
@click.argument("platform", type=click.Choice(_PLATFORMS))
@click.argument("person")
def delete(platform: str, person: str) -> None:
    """Delete everything that is kept about the person with this id."""
    from bot.disclosure import disclosure
    from bot.errors import StoreError
    from bot.model import Asker

    asker = Asker(platform=platform, person=person)
    with _store() as store:
        kept = None
        with suppress(StoreError):  # then nothing can be deleted either, and that is told
            kept = disclosure(store.own_data(asker))
        done = store.erase(asker).result(_PATIENCE)
    if not done:
        click.echo("Nothing could be deleted: no database is kept, or it cannot be reached.")
        sys.exit(NOT_DONE)
    click.echo("Deleted." if kept else _NOTHING)


@privacy.command(name="renew-key", epilog=example("backchannel privacy renew-key"))
def renew_key() -> None:
    """Use a new key to tell people apart from now on.

    The old one is kept until everything that was marked with it is deleted: nobody's data is lost sight of.
    """
    with _store() as store:
        store.renew_key()
    click.echo("A new key is in use; a bot that runs takes it up within a minute.")


@contextmanager
def _store() -> Iterator[Store]:
    from bot.config import load_settings, settings_file
    from bot.store import Store

    with Store.configured(load_settings(os.environ, settings_file(os.environ))) as store:
        yield store
