"""The people of the loopback Slack: they type commands, mention the bot, press buttons and submit forms."""

from __future__ import annotations

import asyncio
import time
from typing import Any

from tests.fakes.slack_records import WAIT, Ack, Json, Post


class Visitors:
    """What people do; SlackServer carries it to the bot."""

    async def command(
        self, command: str, text: str = "", *, user: str = "U1", channel: str = "C1", team: str | None = None
    ) -> Ack:
        """Type a slash command."""
        return await self._deliver(
            "slash_commands",
            {
                "token": "old",
                "team_id": team or self.team,
                "team_domain": "loopback",
                "channel_id": channel,
                "channel_name": "general",
                "user_id": user,
                "user_name": user.lower(),
                "command": command,
                "text": text,
                "api_app_id": self.app_id,
                "is_enterprise_install": "false",
                "response_url": self._response_url(channel, user),
                "trigger_id": self._trigger(),
            },
        )

    async def event(self, event: Json, *, event_id: str | None = None, retry: int = 0, team: str | None = None) -> Ack:
        """Deliver an event."""
        payload = {
            "token": "old",
            "team_id": team or self.team,
            "api_app_id": self.app_id,
            "type": "event_callback",
            "event_id": event_id or f"Ev{next(self._numbers):08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": team or self.team, "user_id": self.me, "is_bot": True}],
            "event": event,
        }
        return await self._deliver("events_api", payload, retry=retry)

    async def everywhere(self, event: Json) -> None:
        """Deliver one event to every open connection, as if each process had been given it."""
        event_id = f"Ev{next(self._numbers):08}"
        for socket in self._open():
            self._sockets.remove(socket)
            self._sockets.append(socket)
            await self.event(event, event_id=event_id)

    async def reachable(self) -> None:
        """Wait until the bot listens for HTTP."""
        assert self.request_url
        deadline = time.monotonic() + WAIT
        while True:
            try:
                async with self._session.post(self.request_url):
                    return
            except OSError:
                assert time.monotonic() < deadline, "the bot does not listen"
                await asyncio.sleep(0.05)

    def message(
        self, text: str, *, user: str = "U1", channel: str = "C1", kind: str = "message", **more: object
    ) -> Json:
        """Build a message event."""
        channel_type = "im" if channel.startswith("D") else "channel"
        return {
            "type": kind,
            "user": user,
            "text": text,
            "ts": self.ts(),
            "team": self.team,
            "channel": channel,
            "channel_type": channel_type,
            "event_ts": "1",
            **more,
        }

    async def mention(self, text: str, **more: Any) -> Ack:
        """Mention the bot."""
        return await self.event(self.message(f"<@{self.me}> {text}", kind="app_mention", **more))

    async def direct(self, text: str, **more: Any) -> Ack:
        """Write to the bot directly."""
        return await self.event(self.message(text, channel="D1", **more))

    async def edit(self, message: Json, text: str, **more: object) -> Ack:
        """Edit a message that was written; a mention comes as a mention again, any other inside of an event."""
        edited = message | {"text": text, "edited": {"user": message["user"], "ts": self.ts()}} | more
        if message["type"] == "app_mention":
            return await self.event(edited)
        inner = {name: edited[name] for name in edited.keys() - {"channel", "channel_type", "event_ts"}}
        place = {name: message[name] for name in ("type", "channel", "channel_type")}
        return await self.event(
            place | {"subtype": "message_changed", "message": inner, "previous_message": message, "ts": self.ts()}
        )

    async def delete(self, message: Json) -> Ack:
        """Delete a message that was written."""
        place = {name: message[name] for name in ("channel", "channel_type")}
        gone = {"subtype": "message_deleted", "deleted_ts": message["ts"], "previous_message": message}
        return await self.event({"type": "message", "ts": self.ts()} | place | gone)

    async def press(  # noqa: PLR0913 (each says one thing about the press)
        self,
        post: Post,
        name: str,
        number: int = 0,
        *,
        user: str = "U1",
        down: bool = False,
        option: str | None = None,
    ) -> Ack:
        """Press a button under a message."""
        block, element = post.element(name, number)
        container = {
            "type": "message",
            "message_ts": post.ts,
            "channel_id": post.channel,
            "is_ephemeral": post.to is not None,
        }
        if post.thread_ts:
            container["thread_ts"] = post.thread_ts
        payload = self._interaction("block_actions", user) | {
            "container": container,
            "channel": {"id": post.channel, "name": "general"},
            "response_url": self._response_url(post.channel, user, post),
            "actions": [self._pressed(block, element, down=down, option=option)],
            "state": {"values": {}},
        }
        if post.to is None:
            payload["message"] = {"type": "message", "ts": post.ts, "text": post.text, "blocks": post.blocks}
        return await self._deliver("interactive", payload)

    async def choose(self, post: Post, name: str, number: int = 0, *, value: str, user: str = "U1") -> Ack:
        """Choose an option of a menu under a message."""
        _, element = post.element(name, number)
        offered = [option["value"] for option in element.get("options", [])]
        assert value in offered or element["type"] == "external_select", f"{value} is not among {offered}"
        return await self.press(post, name, number, user=user, option=value)

    def show(self, old: Json, view: Json) -> Json:
        """Take a view that an acknowledgement put in place of another."""
        answer = self._keep_view(view, old["id"])
        assert "view" in answer, answer
        shown: Json = answer["view"]
        return shown

    async def press_in_view(
        self, view: Json, name: str, number: int = 0, *, user: str = "U1", option: str | None = None
    ) -> Ack:
        """Press a button in a modal or on the Home tab, or choose an option there."""
        block, element = Post("", "", "", "", blocks=view["blocks"]).element(name, number)
        payload = self._interaction("block_actions", user) | {
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
            "actions": [self._pressed(block, element, option=option)],
        }
        return await self._deliver("interactive", payload)

    async def submit(self, view: Json, values: Json, *, user: str = "U1") -> Ack:
        """Submit a modal; `values` is Slack's `state.values`."""
        filled = view | {"state": {"values": values}}
        payload = self._interaction("view_submission", user) | {"view": filled, "response_urls": []}
        return await self._deliver("interactive", payload)

    async def type_ahead(self, view: Json, action_id: str, typed: str, *, user: str = "U1") -> Ack:
        """Type into an external select of a view."""
        payload = self._interaction("block_suggestion", user) | {
            "action_id": action_id,
            "block_id": "b",
            "value": typed,
            "container": {"type": "view", "view_id": view["id"]},
            "view": view,
        }
        return await self._deliver("interactive", payload)

    async def message_shortcut(self, callback_id: str, text: str, *, user: str = "U1", author: str = "U2") -> Ack:
        """Choose a shortcut from a message's menu; the message stands in a thread."""
        ts = self.ts()
        payload = self._interaction("message_action", user) | {
            "callback_id": callback_id,
            "message_ts": ts,
            "channel": {"id": "C1", "name": "general"},
            "message": {"type": "message", "user": author, "ts": ts, "thread_ts": "1700000000.000001", "text": text},
            "response_url": self._response_url("C1", user, thread_ts="1700000000.000001"),
        }
        return await self._deliver("interactive", payload)

    async def global_shortcut(self, callback_id: str, *, user: str = "U1") -> Ack:
        """Choose a shortcut from the composer."""
        return await self._deliver("interactive", self._interaction("shortcut", user) | {"callback_id": callback_id})

    def ts(self) -> str:
        """Make a new message timestamp, which is its id and says when it was written: now."""
        return f"{int(time.time())}.{next(self._numbers):06}"

    def _interaction(self, kind: str, user: str) -> Json:
        return {
            "type": kind,
            "token": "old",
            "team": {"id": self.team, "domain": "loopback"},
            "user": {"id": user, "username": user.lower(), "name": user.lower(), "team_id": self.user(user)["team_id"]},
            "api_app_id": self.app_id,
            "is_enterprise_install": False,
            "enterprise": None,
            "trigger_id": self._trigger(),
        }

    @staticmethod
    def _pressed(block: Json, element: Json, *, down: bool = False, option: str | None = None) -> Json:
        if option is not None:
            return {
                "type": element["type"],
                "action_id": element["action_id"],
                "block_id": block.get("block_id", "b"),
                "selected_option": {"text": {"type": "plain_text", "text": option}, "value": option},
                "action_ts": "1",
            }
        value = element.get("value")
        if element["type"] == "feedback_buttons":
            value = element["negative_button" if down else "positive_button"]["value"]
        return {
            "type": element["type"],
            "action_id": element["action_id"],
            "block_id": block.get("block_id", "b"),
            "value": value,
            "action_ts": "1",
        }
