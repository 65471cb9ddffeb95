"""Runs the bot in Slack: checks the tokens, connects, and serves until it is cancelled."""

from __future__ import annotations

import asyncio
import logging
from contextlib import AsyncExitStack, asynccontextmanager
from typing import TYPE_CHECKING

import aiohttp
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import (
    AsyncConnectionErrorRetryHandler,
    AsyncRateLimitErrorRetryHandler,
    AsyncServerErrorRetryHandler,
)
from slack_sdk.web.async_client import AsyncWebClient

from adapters import courier
from adapters.slack_app import InFlight, build_app
from adapters.slack_bot import Bot
from adapters.slack_here import CALL_ERRORS, PLATFORM, Sender, reason
from adapters.slack_http import Gate, web_app
from adapters.slack_news import News
from adapters.slack_people import People
from adapters.slack_settings import load_slack_settings, require
from adapters.slack_socket import PING, REFUSALS, Socket
from bot.errors import ConfigError
from bot.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
    from pathlib import Path

    from slack_bolt.async_app import AsyncApp
    from slack_sdk.http_retry.request import HttpRequest
    from slack_sdk.http_retry.response import HttpResponse
    from slack_sdk.http_retry.state import RetryState

    from adapters.slack_settings import SlackSettings
    from bot.moderation import Moderation
    from bot.store import Store

logger = logging.getLogger(__name__)

TIMEOUT = aiohttp.ClientTimeout(total=30.0)  # seconds for one call
RETRIES = 2
SETTLE = 2.0  # seconds that a stop waits for answers on their way
LOST = frozenset({"account_inactive", "invalid_auth", "token_expired", "token_revoked"})  # a token that was good is not
_FIRST_WAIT, _LONGEST_WAIT = 1.0, 60.0  # seconds between tries to reach Slack at the start


def prepare(environ: Mapping[str, str], file: Path | None) -> Callable[[Moderation], Awaitable[None]] | None:
    """Read the settings; None where no token is set. Raises ConfigError for one that is wrong or missing."""
    settings = load_slack_settings(environ, file)
    if not settings.wanted:
        return None
    require(settings)

    async def serve(moderation: Moderation) -> None:
        async with running(moderation, settings) as slack:
            await slack.refused

    return serve


class Running:
    """A bot that is connected."""

    def __init__(self) -> None:
        self.refused: asyncio.Future[None] = asyncio.get_running_loop().create_future()  # ends in ConfigError
        self.port = 0  # where HTTP is listened at; 0 if nowhere

    def refuse(self, setting: str, why: str) -> None:
        """Give up: Slack refuses a token, and no further try can mend that."""
        if not self.refused.done():
            self.refused.set_exception(
                ConfigError(f"{setting} was refused by Slack ({why}); copy it again from the app's pages.")
            )


@asynccontextmanager
async def running(
    moderation: Moderation, settings: SlackSettings, *, ping: float = PING, pace: float = courier.PACE
) -> AsyncIterator[Running]:
    """Connect a bot and keep it connected. Raises ConfigError if Slack refuses its token."""
    _quieten_libraries()
    slack = Running()
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession(timeout=TIMEOUT))
        client = web_client(settings, session)
        bot = Bot(moderation, settings, People(moderation.service, settings), Sender(session, _retries()))
        app = await _app(bot, client, slack)
        in_flight = InFlight()
        in_flight.attach(app)
        stack.push_async_callback(in_flight.settle, SETTLE)
        if settings.http is not None:
            slack.port = await _listen(app, settings, moderation.store, stack)
        if settings.by_socket:
            socket = Socket(
                app,
                settings.app_token,
                web_client(settings, session),
                lambda why: slack.refuse("SLACK_APP_TOKEN", why),
                ping=ping,
            )  # fmt: skip
            stack.push_async_callback(socket.close)
            await socket.connect()  # type: ignore[no-untyped-call]  # the library's
        news = News(bot, Installed(app, settings, client, session))
        delivering = asyncio.create_task(courier.run(Outbox(moderation, PLATFORM), news, pace=pace), name="deliveries")
        stack.callback(delivering.cancel)
        logger.info("slack is being served")
        yield slack


def web_client(settings: SlackSettings, session: aiohttp.ClientSession, token: str | None = None) -> AsyncWebClient:
    """Build the client of the Web API; it waits as long as Slack asks for."""
    return AsyncWebClient(
        token=token or settings.bot_token or None, base_url=settings.api_url, session=session, retry_handlers=_retries()
    )


class Installed:
    """The workspaces that the bot is in, each with a client of its own token."""

    def __init__(
        self, app: AsyncApp, settings: SlackSettings, client: AsyncWebClient, session: aiohttp.ClientSession
    ) -> None:
        self._installations = app.installation_store
        self._settings, self._client, self._session = settings, client, session
        self._home: str | None = None

    async def client(self, team: str) -> AsyncWebClient | None:
        """Give a workspace's client; None where the bot is not installed (any more)."""
        if self._installations is None:
            return self._client
        found = await self._installations.async_find_bot(enterprise_id=None, team_id=team)
        return web_client(self._settings, self._session, found.bot_token) if found else None

    async def home(self) -> str | None:
        """Name the workspace of a bot that is in one only."""
        if self._home is None and self._installations is None:
            self._home = str((await self._client.auth_test())["team_id"])
        return self._home


async def _app(bot: Bot, client: AsyncWebClient, slack: Running) -> AsyncApp:
    if bot.settings.several_workspaces:
        # Only those who let others install the bot need its library for encryption.
        from adapters.slack_install import oauth_options  # noqa: PLC0415

        return build_app(bot, client, **await oauth_options(bot.settings, bot.service.places, bot.store))
    await _check_token(client)
    client.retry_handlers.append(Watch(lambda why: slack.refuse("SLACK_BOT_TOKEN", why)))
    return build_app(bot, client)


async def _check_token(client: AsyncWebClient) -> None:
    """Wait until Slack can be reached, and check the token. Raises ConfigError if Slack refuses it."""
    wait = _FIRST_WAIT
    while True:
        try:
            await client.auth_test()
        except SlackApiError as error:
            if (why := reason(error)) in REFUSALS:
                raise ConfigError(
                    f"SLACK_BOT_TOKEN was refused by Slack ({why}); copy it again from OAuth & Permissions."
                ) from None
            logger.warning("slack does not answer yet (%s); trying again in %.0f s", why, wait)
        except CALL_ERRORS as error:
            logger.warning("slack cannot be reached (%s); trying again in %.0f s", reason(error), wait)
        else:
            return
        await asyncio.sleep(wait)
        wait = min(2 * wait, _LONGEST_WAIT)


async def _listen(app: AsyncApp, settings: SlackSettings, store: Store, stack: AsyncExitStack) -> int:
    assert settings.http is not None  # noqa: S101 (the caller looked)
    gate = None if settings.by_socket else Gate(settings.signing_secret, store)
    runner = web.AppRunner(web_app(app, gate), access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    host, port = settings.http
    try:
        await web.TCPSite(runner, host, port).start()
    except OSError as error:
        raise ConfigError(
            f"BACKCHANNEL_SLACK_HTTP: {host}:{port} cannot be listened at ({error.strerror}); choose another."
        ) from None
    bound: int = runner.addresses[0][1]
    logger.info("listening for slack at port %s", bound)
    return bound


class Watch(AsyncRetryHandler):
    """Never retries: it looks at every answer of Slack, and tells when a token that was good is no longer."""

    def __init__(self, refused: Callable[[str], None]) -> None:
        super().__init__()
        self._refused = refused

    async def _can_retry_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> bool:
        del state, request, error
        body = response.body if response is not None else None
        if body and body.get("error") in LOST:
            self._refused(str(body["error"]))
        return False


def _retries() -> list[AsyncRetryHandler]:
    return [
        AsyncConnectionErrorRetryHandler(max_retry_count=RETRIES),
        AsyncRateLimitErrorRetryHandler(max_retry_count=RETRIES),
        AsyncServerErrorRetryHandler(max_retry_count=RETRIES),
    ]


def _quieten_libraries() -> None:
    """Keep the libraries from logging payloads, which hold what people write; we log what goes wrong ourselves."""
    for name in ("slack_bolt", "slack_sdk"):
        logging.getLogger(name).setLevel(logging.ERROR)
