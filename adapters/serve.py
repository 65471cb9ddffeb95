"""Runs the platforms whose tokens are set, on one event loop, until told to stop."""

from __future__ import annotations

import asyncio
import gc
import importlib
import logging
import os
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

import click

from adapters.settings import NAMES, platforms
from bot.config import load_settings, settings_file
from bot.errors import BackchannelError, ConfigError
from bot.log import set_up_logging
from bot.settings_file import FILE_NAME

if TYPE_CHECKING:
    from collections.abc import Awaitable, Iterable, Mapping

    from bot.moderation import Moderation
    from bot.reload import Refused, Reloaded

logger = logging.getLogger(__name__)

_CLOSING = 3.5  # seconds for the platforms to say goodbye; with the store's, all ends within five
_PROBLEMS = 20  # of refused files told in the log
# Seconds after which a thread must let another one go on (Python's own: 0.005). While knowledge is reloaded, a
# question waits so long each time that numpy or the network has given way for a moment.
HAND_OVER = 0.0005
_FLUSHING = 1.0  # seconds for the store to write what waits


class Serve(Protocol):
    """Serves one platform until it is cancelled; raises ConfigError for what trying again cannot mend."""

    def __call__(self, moderation: Moderation) -> Awaitable[None]:
        """Begin to serve."""


class Adapter(Protocol):
    """What a module `adapters/<platform>_run.py` offers."""

    def prepare(self, environ: Mapping[str, str], file: Path | None) -> Serve | None:
        """Read the platform's settings; None where its token is not set. Raises ConfigError."""


@click.command(epilog="\b\nExample:\n  DISCORD_TOKEN=... backchannel serve --discord")
@click.option("--discord", is_flag=True, help="Serve Discord (needs DISCORD_TOKEN).")
@click.option("--slack", is_flag=True, help="Serve Slack (needs SLACK_BOT_TOKEN and SLACK_APP_TOKEN).")
@click.option("--http", metavar="ADDRESS", help="Serve Slack over HTTP at an address such as 0.0.0.0:3000.")
def serve(*, discord: bool, slack: bool, http: str | None) -> None:
    """Answer people in Discord and Slack: wherever a token is set, or only where asked for."""
    # Not needed for `--help`, and slow to import.
    from bot.places import read_places  # noqa: PLC0415
    from bot.service import Service  # noqa: PLC0415

    file = settings_file(os.environ)
    places = read_places(platforms(), os.environ, file)  # tells everything that is wrong in the file
    settings = load_settings(os.environ, file)
    set_up_logging(settings.log_format, logging.INFO)
    for library in ("watchfiles", "alembic"):  # they would tell of every file touched, and of how they migrate
        logging.getLogger(library).setLevel(logging.WARNING)
    chosen = [name for name, wanted in (("discord", discord), ("slack", slack)) if wanted]
    ready = prepare(chosen, {**os.environ, "BACKCHANNEL_SLACK_HTTP": http} if http else os.environ, file)
    # With any platform comes what these need.
    from bot.foresight import Foresight  # noqa: PLC0415
    from bot.moderation import Moderation  # noqa: PLC0415
    from bot.settings_watch import SettingsWatcher  # noqa: PLC0415
    from bot.store import Store  # noqa: PLC0415
    from bot.watch import Watcher  # noqa: PLC0415

    service = Service.open(settings, places=places)
    store = Store.configured(settings)
    moderation = Moderation(
        service, store, git=settings.git, weekly=settings.digest, correct_days=settings.correct_days
    )
    moderation.reconcile()
    service.listen(told)
    watchers = (
        Watcher(service),
        SettingsWatcher(service, file or Path(FILE_NAME), platforms(), os.environ),
        Foresight(moderation.weighing),
    )
    for watcher in watchers:
        watcher.start()
    # What is loaded by now stays: searching all of it for garbage, time and again, would hold every answer up.
    gc.collect()
    gc.freeze()
    sys.setswitchinterval(HAND_OVER)
    try:
        asyncio.run(run(ready, moderation))
    finally:
        store.close(_FLUSHING)
        for watcher in watchers:
            watcher.stop()


def told(news: Reloaded | Refused) -> None:
    """Log what became of an edit to the knowledge files; `status` tells moderators the same."""
    from bot.reload import Refused  # noqa: PLC0415 (as above)

    if isinstance(news, Refused):
        since = f"{news.in_force_since:%Y-%m-%d %H:%M:%S} UTC"
        logger.error("the knowledge files have errors; the version of %s stays in force", since)
        for problem in news.error.problems[:_PROBLEMS]:
            logger.error("refused: %s", problem)
        return
    found = news.entries
    logger.info(
        "the knowledge files changed and are in force: %d entries new, %d changed, %d gone",
        *map(len, (found.added, found.changed, found.removed)),
    )


def prepare(chosen: Iterable[str], environ: Mapping[str, str], file: Path | None) -> dict[str, Serve]:
    """Get the platforms ready: those chosen, or else every one whose token is set. Raises ConfigError."""
    chosen = tuple(chosen)
    ready: dict[str, Serve] = {}
    absent: list[str] = []
    for name in chosen or NAMES:
        try:
            adapter: Adapter = importlib.import_module(f"adapters.{name}_run")
        except ImportError as error:
            if not chosen:
                absent.append(name)
                continue
            raise ConfigError(
                f"{name} cannot be served: {error.name} is not installed; pip install 'backchannel[{name}]'."
            ) from error
        if (one := adapter.prepare(environ, file)) is not None:
            ready[name] = one
        elif chosen:
            raise ConfigError(f"{name} cannot be served: its token is not set; see docs/{name}.md.")
    if not ready:
        extras = "".join(f" For {name.capitalize()}, pip install 'backchannel[{name}]' first." for name in absent)
        raise ConfigError(
            f"There is nothing to serve: set DISCORD_TOKEN, or SLACK_BOT_TOKEN and SLACK_APP_TOKEN.{extras}"
        )
    return ready


async def run(ready: Mapping[str, Serve], moderation: Moderation) -> None:
    """Serve until SIGTERM or SIGINT; one platform's failure leaves the others alone.

    Raises the first error once every platform has failed.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # on Windows, Ctrl-C arrives as KeyboardInterrupt instead
            loop.add_signal_handler(number, stop.set)
    stopping = asyncio.create_task(stop.wait(), name="stop")
    tasks = [asyncio.create_task(_attempt(name, one(moderation)), name=name) for name, one in ready.items()]
    try:
        running = set(tasks)
        while running and not stop.is_set():
            done, _ = await asyncio.wait({*running, stopping}, return_when=asyncio.FIRST_COMPLETED)
            running -= done
    finally:
        stopping.cancel()
        for task in tasks:
            task.cancel()
        await asyncio.wait({*tasks, stopping}, timeout=_CLOSING)
    failures = [task.exception() for task in tasks if task.done() and not task.cancelled()]
    if not stop.is_set() and (first := next(filter(None, failures), None)):
        raise first


async def _attempt(name: str, serving: Awaitable[None]) -> None:
    try:
        await serving
    except BackchannelError as error:
        logger.error("%s stopped: %s", name, error)  # noqa: TRY400 (the sentence says it all)
        raise
