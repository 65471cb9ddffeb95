"""Where somebody speaks to us in Slack, and the ways to speak back from there."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass, replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState

from bot.model import Asker

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.http_retry.async_handler import AsyncRetryHandler
    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_text import Json

logger = logging.getLogger(__name__)

PLATFORM = "slack"
_ORIGIN = "opened_from"  # in a page's metadata
_DIRECT = "D"  # a direct message's channel id begins with it

# What a call can end in when Slack is away, slow or refuses: nothing that a person did.
CALL_ERRORS = (SlackApiError, SlackClientError, aiohttp.ClientError, OSError, TimeoutError)


@dataclass(frozen=True, slots=True, kw_only=True)
class Here:
    """One person in one place, and what Slack gave us to answer with."""

    client: AsyncWebClient
    team: str
    person: str
    name: str = ""  # fit to show
    home_team: str = ""  # the person's own workspace, which may be another one in a shared channel
    channel: str = ""
    thread: str = ""
    message: str = ""  # the timestamp of the message that a button stands in
    private: bool = False  # that message is an ephemeral one
    response_url: str = ""
    trigger: str = ""
    view: Json | None = None
    locale: str | None = None
    origin: str = ""  # the channel that a page was opened from; Slack does not tell it again

    @property
    def direct(self) -> bool:
        """Whether this is a direct message."""
        return self.channel.startswith(_DIRECT)

    @property
    def asker(self) -> Asker:
        """This person, as the core knows askers."""
        channel = self.channel or self.origin
        return Asker(
            platform=PLATFORM,
            tenant=self.team,
            place="" if channel.startswith(_DIRECT) else channel,
            thread="" if self.direct else self.thread,
            person=self.person,
            locale=self.locale,
        )

    @property
    def foreign(self) -> bool:
        """Whether this person is a guest of this workspace from another one."""
        return bool(self.home_team) and self.home_team != self.team

    def moderating(self) -> Asker:
        """Describe the same person as a moderator, once that is checked."""
        return replace(self.asker, is_moderator=True)


def here_of(body: Json, client: AsyncWebClient) -> Here:
    """Read where a command, an action, a shortcut or a view submission comes from."""
    user: Json = body.get("user") or {}
    channel: Json = body.get("channel") or {}
    container: Json = body.get("container") or {}
    message: Json = body.get("message") or {}
    team = body.get("team_id") or (body.get("team") or {}).get("id") or user.get("team_id")
    return Here(
        client=client,
        team=str(team or ""),
        person=str(body.get("user_id") or user.get("id") or ""),
        name=str(body.get("user_name") or user.get("username") or user.get("name") or ""),
        home_team=str(user.get("team_id") or ""),
        channel=str(body.get("channel_id") or channel.get("id") or container.get("channel_id") or ""),
        thread=str(container.get("thread_ts") or message.get("thread_ts") or ""),
        message=str(container.get("message_ts") or ""),
        private=bool(container.get("is_ephemeral")),
        response_url=str(body.get("response_url") or ""),
        trigger=str(body.get("trigger_id") or ""),
        view=body.get("view"),
        origin=str(_metadata(body.get("view") or {}).get(_ORIGIN) or ""),
    )


def opened_from(view: Json, here: Here) -> Json:
    """Have a page remember the channel that it is opened from, for what is pressed and typed in it."""
    origin = here.channel or here.origin
    return view | {"private_metadata": json.dumps({_ORIGIN: origin} | _metadata(view))} if origin else view


def _metadata(view: Json) -> Json:
    try:
        found = json.loads(view.get("private_metadata") or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


class Sender:
    """Sends messages: quiet ones, that unfold no links. One for a whole bot, so that connections are kept."""

    def __init__(self, session: aiohttp.ClientSession, retries: Sequence[AsyncRetryHandler]) -> None:
        self._session = session
        self._retries = retries

    async def respond(self, here: Here, text: str, blocks: Sequence[Json] = (), **options: Any) -> bool:  # noqa: ANN401 (Slack's own fields)
        """Answer through the response URL, to this person alone unless `response_type` says otherwise."""
        body: Json = {"text": text, "unfurl_links": False, "unfurl_media": False, "response_type": "ephemeral"}
        if blocks:
            body["blocks"] = list(blocks)
        if here.thread and not options.get("replace_original"):
            body["thread_ts"] = here.thread
        body.setdefault("replace_original", False)
        return await self._send(here, body | options)

    async def delete(self, here: Here) -> bool:
        """Take away the message that a button stands in."""
        return await self._send(here, {"delete_original": True})

    async def post(self, here: Here, text: str, blocks: Sequence[Json], **options: Any) -> str | None:  # noqa: ANN401
        """Post where this person is, for all to see; give the message's timestamp, None if Slack refused."""
        fields = {"channel": here.channel, "thread_ts": here.thread or None} | options
        try:
            answer = await here.client.chat_postMessage(
                text=text, blocks=list(blocks), unfurl_links=False, unfurl_media=False, **fields
            )
        except CALL_ERRORS as error:
            logger.warning("a message could not be posted: %s", reason(error))
            return None
        return str(answer["ts"])

    async def update(self, here: Here, ts: str, text: str, blocks: Sequence[Json]) -> bool:
        """Change a message of ours that stands where this person is."""
        try:
            await here.client.chat_update(
                channel=here.channel, ts=ts, text=text, blocks=list(blocks), unfurl_links=False, unfurl_media=False
            )
        except CALL_ERRORS as error:
            logger.info("a message could not be changed: %s", reason(error))
            return False
        return True

    async def take_away(self, here: Here, ts: str) -> None:
        """Delete a message of ours."""
        try:
            await here.client.chat_delete(channel=here.channel, ts=ts)
        except CALL_ERRORS as error:
            logger.info("a message could not be deleted: %s", reason(error))

    async def whisper(self, here: Here, text: str, blocks: Sequence[Json] = ()) -> bool:
        """Post where this person is, for them alone; directly to them where that fails."""
        try:
            await here.client.chat_postEphemeral(
                channel=here.channel, user=here.person, thread_ts=here.thread or None, text=text, blocks=list(blocks)
            )
        except CALL_ERRORS as error:
            logger.info("a private message could not be shown: %s", reason(error))
            return await self.post(here, text, blocks, channel=here.person, thread_ts=None) is not None
        return True

    async def _send(self, here: Here, body: Json) -> bool:
        try:
            status = await self._deliver(here, body)
        except CALL_ERRORS as error:
            logger.warning("a response could not be sent: %s", reason(error))
            return False
        if status >= HTTPStatus.BAD_REQUEST:
            logger.warning("a response was refused: HTTP %s", status)
        return status < HTTPStatus.BAD_REQUEST

    async def _deliver(self, here: Here, body: Json) -> int:
        """Post to the response URL, and again where the SDK's handlers say so; give the status of the last try.

        The SDK's client for such URLs is made anew for each, and looks for its models in all blocks: half as much work
        again as posting them.
        """
        url, state = here.response_url, RetryState()
        while True:
            try:
                async with self._session.post(url, json=body, proxy=here.client.proxy) as answer:
                    await answer.read()  # the connection is kept
            except CALL_ERRORS as error:
                if not await self._again(state, url, error=error):
                    raise
                continue
            if answer.status != HTTPStatus.TOO_MANY_REQUESTS:
                return answer.status
            refusal = HttpResponse(status_code=answer.status, headers=dict(answer.headers))
            if not await self._again(state, url, response=refusal):
                return answer.status

    async def _again(
        self, state: RetryState, url: str, *, response: HttpResponse | None = None, error: Exception | None = None
    ) -> bool:
        """Wait for another try as long as it takes; False where there should be none."""
        request = HttpRequest(method="POST", url=url, headers={})
        for handler in self._retries:
            if await handler.can_retry_async(state=state, request=request, response=response, error=error):
                await handler.prepare_for_next_attempt_async(
                    state=state, request=request, response=response, error=error
                )
                return True
        return False


def reason(error: BaseException) -> str:
    """Name an error for the log: Slack's own word for it, without any of the payload."""
    if isinstance(error, SlackApiError):
        return str(error.response.get("error") or "refused")
    return type(error).__name__
