"""Wires the bot to slack-bolt: every request is acknowledged first, and every error ends here."""

from __future__ import annotations

import asyncio
import logging
import re
import secrets
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from slack_bolt.async_app import AsyncApp
from slack_bolt.listener.async_listener_completion_handler import AsyncListenerCompletionHandler
from slack_bolt.listener.async_listener_start_handler import AsyncListenerStartHandler
from slack_bolt.middleware.async_middleware import AsyncMiddleware

from adapters import slack_moderator_views as moderator_views
from adapters import slack_values as values
from adapters import slack_views as views
from adapters.slack_following import Following
from adapters.slack_here import CALL_ERRORS, here_of, reason
from adapters.slack_home import app_opened
from adapters.slack_manifest import ANSWER_THIS, ASK_SHORTCUT, COMMAND
from adapters.slack_moderating import Moderating
from adapters.slack_presses import Presses
from adapters.slack_reviewing import Reviewing
from adapters.slack_unasked import Unasked

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.context.async_context import AsyncBoltContext
    from slack_bolt.request.async_request import AsyncBoltRequest
    from slack_bolt.response import BoltResponse
    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from adapters.slack_text import Json

    Ack = Callable[..., Awaitable[Any]]
    Handle = Callable[[Json, AsyncWebClient, str], Awaitable[None]]  # the request, and our own user id

logger = logging.getLogger(__name__)

_EVERYTHING = re.compile(r".*")


class InFlight:
    """Counts the requests that are being answered, so that none is cut off when the process ends."""

    def __init__(self) -> None:
        self._count = 0
        self._idle = asyncio.Event()
        self._idle.set()

    def attach(self, app: AsyncApp) -> None:
        """Count the requests of an app."""
        app.listener_runner.listener_start_handler = _Step(self._begin)
        app.listener_runner.listener_completion_handler = _Step(self._end)

    async def settle(self, patience: float) -> None:
        """Wait until nothing is being answered, for at most `patience` seconds."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._idle.wait(), patience)

    def _begin(self) -> None:
        self._count += 1
        self._idle.clear()

    def _end(self) -> None:
        self._count -= 1
        if not self._count:
            self._idle.set()


class _Step(AsyncListenerStartHandler, AsyncListenerCompletionHandler):
    """Calls something at one end of every request."""

    def __init__(self, step: Callable[[], None]) -> None:
        self._step = step

    async def handle(self, request: AsyncBoltRequest, response: BoltResponse | None) -> None:
        """Be called by the library."""
        del request, response
        self._step()


class _Acknowledgement(AsyncMiddleware):
    """Acknowledges a request before its listener begins.

    The library polls for what a listener acknowledges, every ten milliseconds; an earlier one it sees at once.
    """

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 (the library's)
    ) -> BoltResponse | None:
        """Be called by the library."""
        del resp
        await req.context.ack()
        return await next()


_FIRST = (_Acknowledgement(),)


def build_app(bot: Bot, client: AsyncWebClient, **options: Any) -> AsyncApp:  # noqa: ANN401 (AsyncApp's own arguments)
    """Build the app of one bot; `options` say how it authorises.

    Signatures are checked before a request comes here (see slack_http), where a wrong one leaves no trace of its body.
    """
    # Environment variables of the same names would be taken for these if they were left out.
    app = AsyncApp(
        client=client,
        signing_secret="",
        request_verification_enabled=False,
        attaching_function_token_enabled=False,
        attaching_conversation_kwargs_enabled=False,
        logger=logging.getLogger("slack_bolt"),
        **options,
    )
    unasked = Unasked(bot)
    reviewing = Reviewing(bot)
    _hear_commands(app, bot, reviewing)
    _hear_presses(app, bot, unasked, reviewing)
    _hear_forms(app, bot)
    _hear_changes(app, bot, reviewing)
    _hear_events(app, bot, unasked, reviewing)
    _hear_the_rest(app)
    return app


def _hear_commands(app: AsyncApp, bot: Bot, reviewing: Reviewing) -> None:
    app.command(bot.settings.command, middleware=_FIRST)(_listener(bot, bot.command))
    app.command(COMMAND, middleware=_FIRST)(_listener(bot, Moderating(bot, reviewing).command))
    app.message_shortcut(ANSWER_THIS, middleware=_FIRST)(_listener(bot, bot.message_shortcut))
    app.global_shortcut(ASK_SHORTCUT, middleware=_FIRST)(_listener(bot, bot.global_shortcut))


def _hear_presses(app: AsyncApp, bot: Bot, unasked: Unasked, reviewing: Reviewing) -> None:
    presses = Presses(bot, unasked)

    async def press(body: Json, client: AsyncWebClient, _me: str) -> None:
        action = body["actions"][0]
        name = values.name_of(action.get("action_id") or "")
        if name in reviewing.names:
            await reviewing.press(name, body, await bot.located(body, client))
        elif name is not None:
            await presses.press(name, body, await bot.located(body, client))
        # A link is pressed as well, and has nothing to be told.
        elif not action.get("url"):
            await presses.stale(await bot.located(body, client))

    app.action(_EVERYTHING, middleware=_FIRST)(_listener(bot, press))


def _hear_forms(app: AsyncApp, bot: Bot) -> None:
    @app.options(values.matching(values.Name.PICK))
    async def offer(ack: Ack, body: Json, client: AsyncWebClient) -> None:
        await ack(options=bot.options(body, client))

    @app.view(views.ASK_FORM)
    async def submit(ack: Ack, body: Json, client: AsyncWebClient) -> None:
        try:
            how, here, shown = bot.submitted(body, client)
        except Exception as error:  # noqa: BLE001 (the platform's edge)
            await ack()
            await _report(bot, error, body, client)
            return
        await ack(**how)
        if shown is not None:
            await bot.answer_form(shown, here)


def _hear_changes(app: AsyncApp, bot: Bot, reviewing: Reviewing) -> None:
    @app.options(values.matching(values.Name.ADD_OTHER))
    async def offer(ack: Ack, body: Json, client: AsyncWebClient) -> None:
        await ack(options=bot.options(body, client))

    @app.view(moderator_views.CHANGE_FORM)
    async def submit(ack: Ack, body: Json, client: AsyncWebClient) -> None:
        here = here_of(body, client)
        # Effects take seconds, and an acknowledgement has less: the page says so until they are there.
        locale = bot.people.known_locale(here.team, here.person)
        await ack(response_action="update", view=moderator_views.waiting(locale))
        try:
            await reviewing.submitted(body, client)
        except Exception as error:  # noqa: BLE001 (the platform's edge)
            await _report(bot, error, body, client)


def _hear_events(app: AsyncApp, bot: Bot, unasked: Unasked, reviewing: Reviewing) -> None:
    following = Following(bot)

    async def message(body: Json, client: AsyncWebClient, me: str) -> None:
        heard = await bot.heard(body, client, me)
        if heard is None:
            await following.deleted(body, client)
            return
        question, here = heard
        if question.edited is not None:
            await following.reworded(question, here)
        else:
            await (unasked.overheard if question.way == "overheard" else bot.answer_in_thread)(question, here)

    async def opened(body: Json, client: AsyncWebClient, _me: str) -> None:
        await app_opened(bot, reviewing, body, client)

    app.event("app_mention")(_listener(bot, message))
    app.event("message")(_listener(bot, message))
    app.event("app_home_opened")(_listener(bot, opened))


def _hear_the_rest(app: AsyncApp) -> None:
    """Acknowledge whatever nobody listens for: Slack delivers it again and again else."""
    if app.installation_store is not None:
        app.enable_token_revocation_listeners()

    async def acknowledge(ack: Ack) -> None:
        await ack()

    for listen in (app.event, app.command, app.shortcut, app.view, app.view_closed, app.options):
        listen(_EVERYTHING)(acknowledge)


def _listener(bot: Bot, handle: Handle) -> Callable[..., Awaitable[None]]:
    """Make a listener of acknowledged requests that lets no error out; events are acknowledged by the library."""

    async def listener(body: Json, client: AsyncWebClient, context: AsyncBoltContext) -> None:
        try:
            await handle(body, client, context.bot_user_id or "")
        except Exception as error:  # noqa: BLE001 (the platform's edge)
            await _report(bot, error, body, client)

    return listener


async def _report(bot: Bot, error: Exception, body: Json, client: AsyncWebClient) -> None:
    """Log an error under a code, and give the person the code."""
    code = secrets.token_hex(4)
    if isinstance(error, CALL_ERRORS):
        logger.error("%s: a call to Slack failed: %s", code, reason(error))
    else:
        # The traceback names our code, never what somebody wrote.
        logger.error("%s: a request failed", code, exc_info=error)
    event = body.get("event") or {}
    source = {"user": {"id": event.get("user")}, "channel_id": event.get("channel"), **body} if event else body
    try:
        here = here_of(source, client)
        if here.person:
            await bot.failed(here, code)
    except CALL_ERRORS as another:
        logger.warning("%s: nobody could be told: %s", code, reason(another))
