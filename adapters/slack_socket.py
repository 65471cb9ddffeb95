"""Receives Slack's requests by Socket Mode: a connection that mends itself, and gives up only on a refused token."""

from __future__ import annotations

import logging
import re
import time
from typing import TYPE_CHECKING

from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient

from adapters.slack_here import reason

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_bolt.async_app import AsyncApp
    from slack_sdk.socket_mode.async_client import AsyncBaseSocketModeClient
    from slack_sdk.socket_mode.request import SocketModeRequest
    from slack_sdk.web.async_client import AsyncWebClient

logger = logging.getLogger(__name__)

PING = 5.0  # seconds between pings, and before a lost connection is tried again
# What no further try can mend; Slack's own words.
REFUSALS = frozenset(
    {
        "account_inactive",
        "app_missing_action_url",
        "invalid_auth",
        "missing_scope",
        "no_permission",
        "not_allowed_token_type",
        "not_authed",
        "token_expired",
        "token_revoked",
    }
)
_TICKET = re.compile(r"(ticket|app_id)=[^&\s'\"]+")


class Discreet(logging.Filter):
    """Takes tickets and tracebacks out of the library's log: the first let people in, the second tell nothing new."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite a record."""
        record.msg, record.args = _TICKET.sub(r"\1=...", record.getMessage()), ()
        record.exc_info = None
        return True


class Socket(SocketModeClient):
    """The SDK's client, which stops when Slack refuses its token instead of trying for ever."""

    def __init__(
        self, app: AsyncApp, app_token: str, client: AsyncWebClient, refused: Callable[[str], None], ping: float = PING
    ) -> None:
        super().__init__(app_token, logger=_library_logger(), web_client=client, ping_interval=ping)
        self._app = app
        self._refused = refused
        self.socket_mode_request_listeners.append(self._handle)

    async def issue_new_wss_url(self) -> str:
        """Ask Slack where to connect; report a refusal."""
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            if reason(error) in REFUSALS:
                self.closed = True
                self._refused(reason(error))
            raise

    async def _handle(self, client: AsyncBaseSocketModeClient, request: SocketModeRequest) -> None:
        started = time.time()
        response = await run_async_bolt_app(self._app, request)
        await send_async_response(client, request, response, started)


def _library_logger() -> logging.Logger:
    named = logging.getLogger(f"{__name__}.library")
    if not named.filters:
        named.addFilter(Discreet())
    # Below this level the library logs what people write.
    named.setLevel(max(logging.getLogger().getEffectiveLevel(), logging.INFO))
    return named
