"""Receives Slack's signed HTTP requests: what is not fresh, unused and signed by Slack goes no further."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response, to_bolt_request
from slack_sdk.signature import Clock, SignatureVerifier

from adapters.slack_here import PLATFORM
from adapters.slack_manifest import EVENTS_PATH
from bot.seen import Seen

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from slack_bolt.async_app import AsyncApp

    from bot.store import Store

logger = logging.getLogger(__name__)

HEALTH_PATH = "/health"
MAX_BODY = 1 << 20  # bytes; Slack's own requests stay far below
_SIGNATURE, _TIMESTAMP = "X-Slack-Signature", "X-Slack-Request-Timestamp"
_FRESH = 600.0  # seconds: twice the five minutes, to either side, for which Slack's signature is good


class Gate:
    """Lets through what Slack signed within five minutes, each request once."""

    def __init__(self, signing_secret: str, store: Store, clock: Clock | None = None) -> None:
        self._verifier = SignatureVerifier(signing_secret, clock or Clock())
        self._store = store
        self._used = Seen(lifetime=_FRESH, capacity=100_000)

    async def admits(self, body: str, timestamp: str, signature: str) -> bool:
        """Check a request; a second one with the same signature is a replay."""
        try:
            signed = self._verifier.is_valid(body, timestamp, signature)
        except ValueError:  # a timestamp that is no number
            return False
        if not signed or not self._used.first_time(signature):
            return False
        return await asyncio.to_thread(self._store.claim, f"{PLATFORM}:signature:{signature}", _FRESH)


def web_app(app: AsyncApp, gate: Gate | None) -> web.Application:
    """Build the web application: Slack's requests if there is a gate for them, installing if the app offers it."""
    site = web.Application(client_max_size=MAX_BODY)
    site.router.add_get(HEALTH_PATH, _health)
    if gate is not None:
        site.router.add_post(EVENTS_PATH, _receiver(app, gate))
    flow = app.oauth_flow
    if flow is not None:

        async def install(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_installation(await to_bolt_request(request)))

        async def redirected(request: web.Request) -> web.Response:
            return await to_aiohttp_response(await flow.handle_callback(await to_bolt_request(request)))

        site.router.add_get(flow.install_path, install)
        site.router.add_get(flow.redirect_uri_path, redirected)
    return site


def _receiver(app: AsyncApp, gate: Gate) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def receive(request: web.Request) -> web.StreamResponse:
        try:
            body = (await request.read()).decode()
        except UnicodeDecodeError:
            body = ""
        headers = request.headers
        if not await gate.admits(body, headers.get(_TIMESTAMP, ""), headers.get(_SIGNATURE, "")):
            logger.warning("a request without a good signature was turned away")
            return web.Response(status=401)
        return await to_aiohttp_response(await app.async_dispatch(await to_bolt_request(request)))

    return receive


async def _health(_request: web.Request) -> web.Response:
    return web.Response(text="ok")
