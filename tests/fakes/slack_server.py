"""A Slack on the loopback: Web API, Socket Mode, signed HTTP deliveries, response URLs and trigger ids that expire.

The real slack-bolt talks to it over real sockets. It refuses what Slack refuses (see slack_limits), remembers every
call, and plays the people: they type commands, mention the bot, press buttons and submit forms.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import itertools
import json
import time
from collections import defaultdict, deque
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Self
from urllib.parse import urlencode

from aiohttp import ClientSession, WSMsgType, web

from tests.fakes.slack_limits import block_problems
from tests.fakes.slack_methods import ACK_LIMIT, Methods
from tests.fakes.slack_records import WAIT, Ack, Call, Json, NoAckError, Post
from tests.fakes.slack_visitors import Visitors
from tests.fakes.stopwatch import Stopwatch
from tests.fakes.tokens import SLACK_APP, SLACK_BOT, SLACK_SIGNING

if TYPE_CHECKING:
    from collections.abc import Callable

RESPONSE_URL_USES = 5
RESPONSE_URL_LIFE = 1800.0  # seconds
TICK = 0.05  # seconds between two looks at whether a connection stands


class SlackServer(Visitors, Methods):
    """The loopback Slack; use it as an async context manager."""

    bot_token = SLACK_BOT
    app_token = SLACK_APP
    signing_secret = SLACK_SIGNING
    team = "T0LOOPBACK"
    me = "U0BACKCHAN"
    bot_id = "B0BACKCHAN"
    app_id = "A0BACKCHAN"

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.posts: list[Post] = []
        self.views: dict[str, Json] = {}
        self.home: dict[str, Json] = {}
        self.refusals: list[str] = []
        self.acks: list[Ack] = []
        self.connections = 0  # Socket Mode connections ever opened
        self.request_url: str | None = None  # deliver by signed HTTP instead of Socket Mode
        self.revoked = ""  # the error that every token meets, such as "token_revoked"
        self.users: dict[str, Json] = {}
        self.groups: dict[str, list[str]] = {}
        self.members: dict[str, set[str]] = {}  # of channels; absent: everybody is in it
        self.oauth_codes: dict[str, Json] = {}
        self.files: dict[str, Json] = {}  # uploaded: name, alt_txt, content, channel
        self.skew = 0.0  # seconds by which Slack's clock is ahead of ours
        self._failures: defaultdict[str, deque[web.Response]] = defaultdict(deque)
        self.hung_up: set[str] = set()  # methods whose connections are cut instead of answered
        self._sockets: list[web.WebSocketResponse] = []
        self._waiting: dict[str, asyncio.Future[Json]] = {}
        self._triggers: dict[str, float] = {}
        self._responses: dict[str, Json] = {}
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        self._passed = 0.0
        self._clock = Stopwatch()

    async def __aenter__(self) -> Self:
        app = web.Application(client_max_size=1 << 22)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_get("/link", self._link)
        app.router.add_post("/respond/{key}", self._respond)
        app.router.add_post("/upload/{key}", self._upload)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.port = self._runner.addresses[0][1]
        self._session = ClientSession()
        self._clock.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        for socket in self._sockets:
            if not socket.closed:
                await socket.close()
        await self._session.close()
        await self._runner.cleanup()
        self._clock.stop()

    @property
    def base(self) -> str:
        """The server's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def api_url(self) -> str:
        """What BACKCHANNEL_SLACK_API_URL is set to."""
        return f"{self.base}/api/"

    @property
    def environment(self) -> dict[str, str]:
        """The settings of a bot that uses this server by Socket Mode."""
        return {
            "SLACK_BOT_TOKEN": self.bot_token,
            "SLACK_APP_TOKEN": self.app_token,
            "BACKCHANNEL_SLACK_API_URL": self.api_url,
        }

    # What happens.

    async def until(self, condition: Callable[[], object], what: str = "") -> None:
        """Wait until something holds, looking again after everything that happens here."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(lambda: bool(condition())), WAIT)
            except TimeoutError:
                methods = [call.method for call in self.calls]
                raise AssertionError(f"waited in vain for {what or condition}; calls: {methods}") from None

    async def post_after(self, count: int) -> Post:
        """Wait for the message after the first `count`, and give it."""
        await self.until(lambda: len(self.posts) > count, f"message {count + 1}")
        return self.posts[count]

    def of(self, method: str) -> list[Call]:
        """Every call of one method."""
        return [call for call in self.calls if call.method == method]

    def fail(self, method: str, error: str = "", *, status: int = 200, retry_after: int | None = None) -> None:
        """Make the next call of a method fail."""
        headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
        body = {"ok": False, "error": error or "internal_error"}
        self._failures[method].append(web.json_response(body, status=status, headers=headers))

    def pass_time(self, seconds: float) -> None:
        """Let trigger ids and response URLs grow older."""
        self._passed += seconds

    async def connected(self, count: int = 1) -> None:
        """Wait until the bot has opened `count` Socket Mode connections in all, and one is open."""
        await self.until(lambda: self.connections >= count and self._open(), f"connection {count}")

    async def ask_to_reconnect(self, reason: str = "refresh_requested") -> None:
        """Send a `disconnect` frame, as Slack does every few hours."""
        await self._open()[-1].send_json({"type": "disconnect", "reason": reason, "debug_info": {"host": "loopback"}})

    def drop(self) -> None:
        """Cut the connections without a goodbye."""
        for socket in self._open():
            transport = socket._req.transport if socket._req else None
            if transport is not None:
                transport.abort()

    # Deliveries.

    async def _deliver(self, kind: str, payload: Json, *, retry: int = 0) -> Ack:
        send = self._deliver_http if self.request_url else self._deliver_socket
        ack = await send(kind, payload, retry)
        self.acks.append(ack)
        return ack

    async def _deliver_socket(self, kind: str, payload: Json, retry: int) -> Ack:
        envelope_id = f"envelope-{next(self._numbers)}"
        envelope: Json = {"type": kind, "envelope_id": envelope_id, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        if retry:
            envelope |= {"retry_attempt": retry, "retry_reason": "timeout"}
        waiting = self._waiting[envelope_id] = asyncio.get_running_loop().create_future()
        try:
            while True:
                await self.until(self._open, "a connection")
                socket, started = self._open()[-1], self._now()
                with suppress(ConnectionError):
                    await socket.send_json(envelope)
                # What a connection takes with it when it is lost is delivered again by the next one.
                while _stands(socket) and not waiting.done():
                    if self._now() - started > ACK_LIMIT:
                        raise NoAckError(f"no acknowledgement of {kind} within {ACK_LIMIT} s")
                    await asyncio.wait([waiting], timeout=TICK)
                if waiting.done():
                    return Ack(self._now() - started, waiting.result().get("payload"))
        finally:
            del self._waiting[envelope_id]

    async def _deliver_http(self, kind: str, payload: Json, retry: int) -> Ack:
        if kind == "events_api":
            body, content = json.dumps(payload), "application/json"
        else:
            form = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
            body, content = urlencode(form), "application/x-www-form-urlencoded"
        headers = self.sign(body) | {"Content-Type": content}
        if retry:
            headers |= {"X-Slack-Retry-Num": str(retry), "X-Slack-Retry-Reason": "http_timeout"}
        return await self.deliver_raw(body, headers)

    def sign(self, body: str, secret: str | None = None, at: float | None = None) -> dict[str, str]:
        """Make the headers that prove a body to come from Slack."""
        stamp = str(int(time.time() + self.skew if at is None else at))
        key = (secret or self.signing_secret).encode()
        digest = hmac.new(key, f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
        return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}

    async def deliver_raw(self, body: str, headers: dict[str, str]) -> Ack:
        """POST a body to the bot as it is."""
        assert self.request_url
        started = self._now()
        async with self._session.post(self.request_url, data=BytesIO(body.encode()), headers=headers) as response:
            text = await response.text()
            payload = json.loads(text) if text.startswith("{") else None
            return Ack(self._now() - started, payload, response.status)

    def _open(self) -> list[web.WebSocketResponse]:
        return [socket for socket in self._sockets if _stands(socket)]

    def _trigger(self) -> str:
        trigger = f"trigger-{next(self._numbers)}"
        self._triggers[trigger] = self._now()
        return trigger

    def _response_url(self, channel: str, user: str, post: Post | None = None, *, thread_ts: str | None = None) -> str:
        key = str(next(self._numbers))
        thread = post.thread_ts if post else thread_ts
        self._responses[key] = {
            "channel": channel, "user": user, "post": post, "uses": 0, "made": self._now(), "thread_ts": thread,
        }  # fmt: skip
        return f"{self.base}/respond/{key}"

    def _now(self) -> float:
        return self._clock.seconds + self._passed

    async def _happened(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # The endpoints.

    async def _link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": 1, "connection_info": {"app_id": self.app_id}})
        self._sockets.append(socket)
        self.connections += 1
        await self._happened()
        async for message in socket:
            if message.type == WSMsgType.TEXT:
                answer = json.loads(message.data)
                waiting = self._waiting.get(answer.get("envelope_id"))
                if waiting and not waiting.done():
                    waiting.set_result(answer)
        await self._happened()
        return socket

    async def _respond(self, request: web.Request) -> web.Response:
        target = self._responses.get(request.match_info["key"])
        fields = await request.json()
        self.calls.append(Call("response_url", fields, ""))
        if "response_url" in self.hung_up and request.transport:
            request.transport.abort()
            await self._happened()
            return web.Response()
        if self._failures["response_url"]:
            await self._happened()
            return self._failures["response_url"].popleft()
        if target is None or self._now() - target["made"] > RESPONSE_URL_LIFE:
            return web.json_response({"ok": False, "error": "expired_url"}, status=404)
        target["uses"] += 1
        if target["uses"] > RESPONSE_URL_USES:
            return web.json_response({"ok": False, "error": "used_url"}, status=404)
        error = self._take_response(target, fields)
        await self._happened()
        return web.json_response({"ok": not error, "error": error}, status=400) if error else web.Response(text="ok")

    def _take_response(self, target: Json, fields: Json) -> str | None:
        post: Post | None = target["post"]
        if fields.get("delete_original"):
            if post:
                post.deleted = True
            return None
        private = fields.get("response_type", "ephemeral") == "ephemeral"
        if error := self._refused(fields, "ephemeral" if private else "message"):
            return error
        if fields.get("replace_original") and post:
            post.text, post.blocks = fields.get("text", ""), fields.get("blocks", [])
            return None
        self.posts.append(
            Post(
                channel=target["channel"],
                ts=self.ts(),
                user=self.me,
                text=fields.get("text", ""),
                blocks=fields.get("blocks", []),
                thread_ts=fields.get("thread_ts"),
                to=target["user"] if private else None,
                options=fields,
            )
        )
        return None

    async def _upload(self, request: web.Request) -> web.Response:
        self.files[request.match_info["key"]]["content"] = await request.read()
        return web.Response(text="OK")

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        fields = await self._fields(request)
        token = request.headers.get("Authorization", "").removeprefix("Bearer ") or str(fields.pop("token", ""))
        self.calls.append(Call(method, fields, token))
        try:
            if method in self.hung_up and request.transport:
                request.transport.abort()
            if self._failures[method]:
                return self._failures[method].popleft()
            answer = self._authorise(method, token) or self._answer(method, fields, token)
            return web.json_response({"ok": "error" not in answer} | answer)
        finally:
            await self._happened()

    @staticmethod
    async def _fields(request: web.Request) -> Json:
        if request.content_type == "application/json":
            return dict(await request.json())
        fields: Json = dict(request.query) | dict(await request.post())
        for name, value in fields.items():
            if isinstance(value, str) and value[:1] in {"[", "{"}:
                fields[name] = json.loads(value)
        return fields

    def _authorise(self, method: str, token: str) -> Json | None:
        if method == "oauth.v2.access":
            return None
        if self.revoked:
            return {"error": self.revoked}
        if method == "apps.connections.open":
            if token.startswith("xoxb"):
                return {"error": "not_allowed_token_type"}
            return None if token == self.app_token else {"error": "invalid_auth"}
        known = {self.bot_token, *(code["access_token"] for code in self.oauth_codes.values())}
        return None if token in known else {"error": "invalid_auth"}

    def _answer(self, method: str, fields: Json, token: str) -> Json:
        handler = getattr(self, "_on_" + method.replace(".", "_"), None)
        if handler is None:
            return {"error": "unknown_method"}
        answer: Json = handler(fields, token)
        return answer

    def _refused(self, fields: Json, surface: str) -> str | None:
        if "blocks" in fields and (problems := block_problems(fields["blocks"], surface)):
            self.refusals += problems
            return "invalid_blocks"
        if not fields.get("text"):
            self.refusals.append("a message without a plain text")
            return "no_text"
        return None


def _stands(socket: web.WebSocketResponse) -> bool:
    transport = socket._req.transport if socket._req else None
    return not socket.closed and transport is not None and not transport.is_closing()
