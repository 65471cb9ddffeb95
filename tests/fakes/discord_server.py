"""A small Discord on loopback: REST and gateway over real sockets, for the bot as a process of its own.

It keeps what the bot posts, judges it by `discord_limits`, and misbehaves when told to: it refuses connections, closes
them, invalidates sessions, limits rates, fails. Nothing sleeps: tests wait for what they expect.
"""

# Payloads are JSON as Discord documents it, and a route table is one long match.
# ruff: noqa: C901, PLR0911, PLR0913

from __future__ import annotations

import asyncio
import fnmatch
import json
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any

from aiohttp import WSMsgType, web

from tests.fakes.discord_limits import problems
from tests.fakes.tokens import DISCORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

Json = dict[str, Any]

EPHEMERAL = 64
TOKEN = DISCORD
APP_ID, BOT_ID = "9001", "9002"
ADMIN = str(1 << 5)  # Manage Server
PATIENCE = 120.0  # seconds; a test that waits so long has failed, also on a machine that others keep busy


@dataclass
class Failure:
    """A planned misbehaviour of REST."""

    method: str
    path: str  # a shell pattern
    status: int
    times: int
    body: Json
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """One REST request of the bot."""

    method: str
    path: str
    body: Any
    at: float  # monotonic seconds


@dataclass
class Session:
    """A gateway session, which outlives its connections until it is invalidated."""

    key: str
    intents: int
    sent: list[Json] = field(default_factory=list)


class DiscordServer:
    """The server; use it as `async with DiscordServer.running() as server`."""

    def __init__(self, *, guilds: int = 1, message_content: bool = False) -> None:
        self.requests: list[Request] = []
        self.frames: list[Json] = []  # every gateway frame that the bot sent
        self.refused: list[str] = []  # messages that Discord would not have taken
        self.callbacks: dict[str, Json] = {}  # by interaction id: type, data, when
        self.messages: dict[str, Json] = {}  # by id
        self.replies: dict[str, float] = {}  # by the id of the message replied to: when
        self.deleted: set[str] = set()
        self.commands: list[Json] = []
        self.failures: list[Failure] = []
        self.close_next_identify: int | None = None
        self.drop_connections = 0  # how many gateway connections to refuse
        self.application_flags = (1 << 18) if message_content else 0
        self._ids = count(1)
        self._begun = 0  # how many sessions
        self._sessions: dict[str, Session] = {}
        self._sockets: dict[web.WebSocketResponse, Session | None] = {}
        self._changed = asyncio.Condition()
        self._tokens: dict[str, str] = {}  # interaction token -> interaction id
        self._presses: dict[str, str] = {}  # interaction id -> message id of its component
        self.guilds = [self._guild(number) for number in range(guilds)]
        self.base = ""

    # --- running ---------------------------------------------------------------------------------

    @classmethod
    @asynccontextmanager
    async def running(cls, **options: Any) -> AsyncIterator[DiscordServer]:
        """Serve on a free port of loopback until the block ends."""
        server = cls(**options)
        app = web.Application()
        app.router.add_get("/gw", server._gateway)
        app.router.add_route("*", "/api/v10/{path:.*}", server._rest)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        server.base, server._gateway_url = f"http://127.0.0.1:{port}/api/v10", f"ws://127.0.0.1:{port}/gw"
        try:
            yield server
        finally:
            for socket in list(server._sockets):
                await socket.close(code=1001)
            await runner.cleanup()

    async def until(self, condition: Callable[[], Any], what: str, patience: float = PATIENCE) -> Any:
        """Wait until something is true of the server, and hand that truth back."""
        async with self._changed:
            try:
                await asyncio.wait_for(self._changed.wait_for(condition), patience)
            except TimeoutError:
                raise AssertionError(f"did not happen within {patience} s: {what}") from None
            return condition()

    async def until_ready(self, sessions: int = 1) -> None:
        """Wait until the bot has identified so many times and its commands are known."""
        await self.until(lambda: self._begun >= sessions and self._live(), f"{sessions} identified sessions")

    def count_op(self, op: int) -> int:
        """How many frames of this opcode the bot sent."""
        return sum(frame["op"] == op for frame in self.frames)

    def posts(self) -> list[Json]:
        """Messages of the bot that stand and that everybody sees, oldest first."""
        return [one for key, one in self.messages.items() if key not in self.deleted and not one["flags"] & EPHEMERAL]

    async def _note(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    def snowflake(self) -> str:
        """A new id, of now."""
        return str(((int(time.time() * 1000) - 1_420_070_400_000) << 22) | (next(self._ids) & 0x3FFFFF))

    # --- what people do ----------------------------------------------------------------------------

    async def reword(self, key: str, content: str) -> None:
        """The person edits a message that they wrote a minute before."""
        await self.say(content, event="MESSAGE_UPDATE", id=key, edited_timestamp="2026-01-01T00:01:00+00:00")

    async def say(
        self, content: str, *, guild: int | None = 0, author: str = "500", event: str = "MESSAGE_CREATE", **extra: Any
    ) -> str:
        """A person writes a message; its id."""
        message = self._message(self._channel(guild), content, _person(author))
        message["mentions"] = [self._bot()] if f"<@{BOT_ID}>" in content else []
        if guild is not None:
            message |= {"guild_id": self.guilds[guild]["id"], "member": {"roles": [], "flags": 0}}
        message |= extra
        await self.dispatch(event, message)
        return message["id"]

    async def slash(self, name: str, options: list[Json] | None = None, **person: Any) -> str:
        """A person uses a slash command; the interaction's id."""
        known = next((one["id"] for one in self.commands if one["name"] == name), "1")
        return await self.interact(2, {"id": known, "name": name, "type": 1, "options": options or []}, **person)

    async def press(self, message: Json, custom_id: str, *, values: list[str] | None = None, **person: Any) -> str:
        """A person presses a button or picks from a menu of a message; the interaction's id."""
        data: Json = {"custom_id": custom_id, "component_type": 2}
        if values is not None:
            data |= {"component_type": 3, "values": values}
        return await self.interact(3, data, message=message, **person)

    async def interact(
        self,
        kind: int,
        data: Json,
        *,
        guild: int | None = 0,
        person: str = "500",
        permissions: str = "0",
        message: Json | None = None,
        locale: str = "en-US",
    ) -> str:
        """Any interaction; its id."""
        key = self.snowflake()
        user = _person(person)
        payload: Json = {
            "id": key,
            "application_id": APP_ID,
            "type": kind,
            "token": f"token-{key}",
            "version": 1,
            "attachment_size_limit": 10_485_760,
            "channel": {"id": self._channel(guild), "type": 0 if guild is not None else 1},
            "channel_id": self._channel(guild),
            "locale": locale,
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 0 if guild is not None else 1,
            "data": data,
        }
        if guild is None:
            payload["user"] = user
        else:
            member = {
                "user": user,
                "roles": [],
                "flags": 0,
                "permissions": permissions,
                "joined_at": "2024-01-01T00:00:00+00:00",
            }
            payload |= {
                "guild_id": self.guilds[guild]["id"],
                "member": member,
                "guild_locale": "en-US",
                "app_permissions": "0",
            }
        if message is not None:
            payload["message"] = message
            self._presses[key] = message["id"]
        self._tokens[payload["token"]] = key
        await self.dispatch("INTERACTION_CREATE", payload)
        return key

    async def answer_to(self, interaction: str) -> Json:
        """Wait for the answer to an interaction: {type, data, at}."""
        return await self.until(lambda: self.callbacks.get(interaction), f"an answer to interaction {interaction}")

    async def dispatch(self, event: str, data: Json) -> None:
        """Send an event to every live session, and keep it for those that resume."""
        for session in self._sessions.values():
            session.sent.append({"op": 0, "t": event, "s": len(session.sent) + 1, "d": data})
        for socket, session in list(self._sockets.items()):
            if session and not socket.closed:
                await self._send(socket, session.sent[-1])

    async def drop(self, code: int = 4000, *, forget: bool = False) -> None:
        """Close every gateway connection; with `forget`, no session can be resumed."""
        if forget:
            self._sessions.clear()
        for socket in list(self._sockets):
            self._sockets[socket] = None
            await socket.close(code=code)

    def fail(self, method: str, path: str, status: int, times: int = 1, **extra: Any) -> None:
        """Let the next matching requests fail."""
        headers = {"Via": "1.1 loopback"} if status == 429 else {}
        body = {"message": "planned", "code": 0} | extra
        self.failures.append(Failure(method, path, status, times, body, headers))

    # --- the gateway -------------------------------------------------------------------------------

    def _live(self) -> bool:
        return any(session and not socket.closed for socket, session in self._sockets.items())

    async def _gateway(self, request: web.Request) -> web.StreamResponse:
        if self.drop_connections > 0:
            self.drop_connections -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets[socket] = None
        await self._send(socket, {"op": 10, "d": {"heartbeat_interval": 41_250}})
        async for message in socket:
            if message.type is not WSMsgType.TEXT:
                break
            frame = json.loads(message.data)
            self.frames.append(frame)
            await self._on_frame(socket, frame)
            await self._note()
        self._sockets.pop(socket, None)
        return socket

    async def _on_frame(self, socket: web.WebSocketResponse, frame: Json) -> None:
        match frame["op"]:
            case 1:
                await self._send(socket, {"op": 11})
            case 2 if self.close_next_identify is not None:
                code, self.close_next_identify = self.close_next_identify, None
                await socket.close(code=code)
            case 2 if frame["d"]["token"] != TOKEN:
                await socket.close(code=4004)
            case 2:
                await self._identify(socket, frame["d"])
            case 6:
                await self._resume(socket, frame["d"])

    async def _identify(self, socket: web.WebSocketResponse, data: Json) -> None:
        session = Session(key=f"session-{next(self._ids)}", intents=data["intents"])
        ready = {
            "v": 10,
            "user": self._bot(),
            "guilds": [{"id": guild["id"], "unavailable": True} for guild in self.guilds],
            "session_id": session.key,
            "resume_gateway_url": self._gateway_url,
            "application": {"id": APP_ID, "flags": self.application_flags},
            "shard": data.get("shard", [0, 1]),
        }
        for event, body in (("READY", ready), *(("GUILD_CREATE", guild) for guild in self.guilds)):
            session.sent.append({"op": 0, "t": event, "s": len(session.sent) + 1, "d": body})
            await self._send(socket, session.sent[-1])
        self._sessions[session.key] = session
        self._sockets[socket] = session
        self._begun += 1

    async def _resume(self, socket: web.WebSocketResponse, data: Json) -> None:
        session = self._sessions.get(data["session_id"])
        if session is None:
            await self._send(socket, {"op": 9, "d": False})
            return
        told = data["seq"]
        while told < len(session.sent):  # more may happen meanwhile
            await self._send(socket, session.sent[told])
            told += 1
        self._sockets[socket] = session
        await self._send(socket, {"op": 0, "t": "RESUMED", "s": told, "d": {}})

    async def _send(self, socket: web.WebSocketResponse, frame: Json) -> None:
        if not socket.closed:
            await socket.send_str(json.dumps(frame))

    # --- REST --------------------------------------------------------------------------------------

    async def _rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        body = await _body(request)
        self.requests.append(Request(request.method, path, body, time.monotonic()))
        try:
            failure = self._failure(request.method, path)
            if failure:
                return _json(failure.body, failure.status, failure.headers)
            if request.headers.get("Authorization", f"Bot {TOKEN}") != f"Bot {TOKEN}":
                return _json({"message": "401: Unauthorized", "code": 0}, 401)
            return self._route(request.method, path.split("/"), body, request)
        finally:
            await self._note()

    def _failure(self, method: str, path: str) -> Failure | None:
        for failure in self.failures:
            if failure.times and failure.method == method and fnmatch.fnmatch(path, failure.path):
                failure.times -= 1
                return failure
        return None

    def _route(self, method: str, path: list[str], body: Any, request: web.Request) -> web.Response:
        match method, path:
            case "GET", ["users", "@me"]:
                return _json(self._bot())
            case "GET", ["oauth2", "applications", "@me"]:
                return _json(self._application())
            case "GET", ["gateway", *_]:
                limit = {"total": 1000, "remaining": 999, "reset_after": 0, "max_concurrency": 1}
                return _json({"url": self._gateway_url, "shards": 1, "session_start_limit": limit})
            case "PUT", ["applications", _, "commands"]:
                self.commands = [_command(one, self.snowflake()) for one in body]
                return _json(self.commands)
            case "POST", ["interactions", key, token, "callback"]:
                return self._callback(key, token, body)
            case "POST", ["webhooks", _, token]:
                return self._accept(body, reply_to=self._tokens.get(token))
            case "PATCH", ["webhooks", _, token, "messages", "@original"]:
                return self._edit(self._original(token), body)
            case "DELETE", ["webhooks", _, token, "messages", "@original"]:
                self.deleted.add(self._original(token))
                return web.Response(status=204)
            case "POST", ["channels", channel, "messages"]:
                return self._accept(body, channel=channel)
            case "PATCH", ["channels", _, "messages", key]:
                return self._edit(key, body)
            case "DELETE", ["channels", _, "messages", key]:
                self.deleted.add(key)
                return web.Response(status=204)
            case _:
                return _json({"message": f"the fake has no {request.method} {'/'.join(path)}", "code": 0}, 404)

    def _callback(self, key: str, token: str, body: Json) -> web.Response:
        if self._tokens.get(token) != key:
            return _json({"message": "Unknown interaction", "code": 10062}, 404)
        if key in self.callbacks:
            return _json({"message": "Interaction has already been acknowledged.", "code": 40060}, 400)
        data, kind = body.get("data") or {}, body["type"]
        resource: Json = {"type": kind}
        if kind in {4, 7} and (refusal := self._refusal(data)):
            return refusal
        if kind == 4:
            message = self._store(data)
            self._presses.setdefault(key, message["id"])
            resource["message"] = message
        elif kind == 7:
            self._change(self._presses[key], data)
            resource["message"] = self.messages[self._presses[key]]
        elif kind == 5:
            message = self._store({"content": "", "flags": data.get("flags", 0) | 128}, loading=True)
            self._presses[key] = message["id"]
            resource["message"] = message
        self.callbacks[key] = {"type": kind, "data": data, "at": time.monotonic(), "message": resource.get("message")}
        return _json(
            {"interaction": {"id": key, "type": 2, "response_message_id": self._presses.get(key)}, "resource": resource}
        )

    def _original(self, token: str) -> str:
        return self._presses[self._tokens[token]]

    def _accept(self, body: Json, *, channel: str = "", reply_to: str | None = None) -> web.Response:
        return self._refusal(body) or _json(self._store(body, channel=channel, reply_to=reply_to))

    def _edit(self, key: str, body: Json) -> web.Response:
        if refusal := self._refusal(body):
            return refusal
        self._change(key, body)
        return _json(self.messages[key])

    def _refusal(self, body: Json) -> web.Response | None:
        if found := problems(body):
            self.refused += found
            return _json({"message": "Invalid Form Body: " + "; ".join(found), "code": 50035}, 400)
        return None

    def _store(self, body: Json, *, channel: str = "", reply_to: str | None = None, loading: bool = False) -> Json:
        message = self._message(channel or self._channel(0), body.get("content") or "", self._bot())
        message |= {"components": _numbered(body.get("components") or []), "flags": body.get("flags", 0)}
        message |= {"allowed_mentions": body.get("allowed_mentions"), "reply_to": reply_to, "loading": loading}
        if reference := body.get("message_reference"):
            message["message_reference"] = reference
            self.replies[str(reference["message_id"])] = time.monotonic()
        self.messages[message["id"]] = message
        return message

    def _change(self, key: str, body: Json) -> None:
        message = self.messages[key]
        if "components" in body:
            message["components"] = _numbered(body["components"] or [])
        message["content"] = body.get("content") or ""
        message["flags"] |= body.get("flags", 0)
        message["loading"] = False

    # --- what things look like -----------------------------------------------------------------------

    def _channel(self, guild: int | None) -> str:
        return self.guilds[guild]["channels"][0]["id"] if guild is not None else "777"

    @staticmethod
    def _bot() -> Json:
        return {"id": BOT_ID, "username": "backchannel", "discriminator": "0", "avatar": None, "bot": True}

    def _application(self) -> Json:
        owner = {"id": "1", "username": "owner", "discriminator": "0", "avatar": None}
        about = {"id": APP_ID, "name": "Backchannel", "icon": None, "description": "", "flags": self.application_flags}
        return about | {"bot_public": True, "bot_require_code_grant": False, "verify_key": "0" * 64, "owner": owner}

    @staticmethod
    def _guild(number: int) -> Json:
        key = str(10_000 + 10 * number)
        channel = {
            "id": str(10_001 + 10 * number),
            "type": 0,
            "name": "general",
            "position": 0,
            "permission_overwrites": [],
        }
        role = {"id": key, "name": "@everyone", "permissions": str((1 << 53) - 1), "position": 0, "color": 0}
        role |= {"colors": {"primary_color": 0, "secondary_color": None, "tertiary_color": None}}
        role |= {"hoist": False, "managed": False, "mentionable": False, "flags": 0}
        me = {"user": DiscordServer._bot(), "roles": [], "flags": 0, "joined_at": "2024-01-01T00:00:00+00:00"}
        about: Json = {"id": key, "name": f"server {number}", "owner_id": "1", "member_count": 2, "unavailable": False}
        about |= {"roles": [role], "members": [me], "channels": [channel], "threads": [], "emojis": [], "stickers": []}
        about |= {"features": [], "preferred_locale": "en-US", "verification_level": 0, "nsfw_level": 0, "mfa_level": 0}
        about |= {
            "default_message_notifications": 0,
            "explicit_content_filter": 0,
            "premium_tier": 0,
            "afk_timeout": 60,
        }
        return about | {
            "system_channel_flags": 0,
            "voice_states": [],
            "presences": [],
            "stage_instances": [],
            "premium_progress_bar_enabled": False,
        }

    def _message(self, channel: str, content: str, author: Json) -> Json:
        about: Json = {"id": self.snowflake(), "channel_id": channel, "content": content, "author": author, "type": 0}
        about |= {"timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": None, "tts": False, "pinned": False}
        about |= {"mention_everyone": False, "mentions": [], "mention_roles": [], "attachments": [], "embeds": []}
        return about | {"components": [], "flags": 0}


def _person(key: str) -> Json:
    return {"id": key, "username": "ana", "discriminator": "0", "avatar": None, "global_name": "Ana"}


def _numbered(components: list[Json]) -> list[Json]:
    """Components as Discord hands them back: each with an id of its own."""
    numbers = count(1)

    def number(part: Json) -> Json:
        part = {**part, "id": next(numbers)}
        if "components" in part:
            part["components"] = [number(child) for child in part["components"]]
        return part

    return [number(part) for part in components]


def _command(told: Json, key: str) -> Json:
    return {"options": [], "description": "", **told, "id": key, "application_id": APP_ID, "version": "1"}


def _json(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    # The library compares the content type as a whole: a charset would make it read text.
    return web.Response(
        body=json.dumps(value).encode(), status=status, content_type="application/json", headers=headers
    )


async def _body(request: web.Request) -> Any:
    if request.content_type.startswith("multipart/"):
        form = await request.post()
        return json.loads(str(form["payload_json"]))
    raw = await request.read()
    return json.loads(raw) if raw else None
