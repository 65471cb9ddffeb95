"""Runs a conversation: the loopback Slack, the real bot connected to it, and what people do as a coroutine."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from adapters.slack_manifest import EVENTS_PATH
from adapters.slack_run import running
from adapters.slack_settings import load_slack_settings
from bot.config import Settings
from bot.moderation import Moderation
from bot.service import Service
from bot.store import Store
from tests.fakes.slack_server import SlackServer
from tests.samples import places, write_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

STEADY = 60.0  # seconds between pings: a machine that stands still must not look like a connection that is lost


@asynccontextmanager
async def connected(
    slack: SlackServer, service: Service, store: Store, environ: dict[str, str] | None = None
) -> AsyncIterator[Any]:
    """Connect a bot to a loopback Slack, by Socket Mode unless BACKCHANNEL_SLACK_HTTP is set."""
    async with attached(slack, Moderation(service, store), environ) as bot:
        yield bot


@asynccontextmanager
async def attached(
    slack: SlackServer, moderation: Moderation, environ: dict[str, str] | None = None
) -> AsyncIterator[Any]:
    """Connect a bot that shares its moderation with others."""
    settings = load_slack_settings(slack.environment | (environ or {}))
    async with running(moderation, settings, ping=STEADY, pace=0) as bot:
        if settings.by_socket:
            await slack.connected()
        else:
            slack.request_url = f"http://127.0.0.1:{bot.port}{EVENTS_PATH}"
        yield bot


def talk(
    folder: Path,
    scenario: Callable[[SlackServer, Store], Awaitable[None]],
    *,
    database: bool = False,
    knowledge: Path | None = None,
    settings: str = "",
    **environ: str,
) -> SlackServer:
    """Run a scenario with one bot on the sample knowledge; nothing that it sent may be refused by Slack.

    `settings` is a settings file's text, of which places are read; `environ` is for what only the process needs.
    """
    wanted = Settings(knowledge=knowledge or write_files(folder / "library"))
    service = Service.open(wanted, places=places(folder, settings))

    async def play() -> SlackServer:
        with Store.open(f"sqlite:///{folder / 'store.db'}" if database else None) as store:
            async with SlackServer() as slack, connected(slack, service, store, environ):
                await scenario(slack, store)
        return slack

    slack = asyncio.run(play())
    assert slack.refusals == []
    return slack
