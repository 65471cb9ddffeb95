"""What the loopback Slack remembers: calls, acknowledgements and messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

Json = dict[str, Any]
WAIT = 120.0  # seconds a test waits for something to happen before it fails, also on a machine that others keep busy


class NoAckError(AssertionError):
    """The bot did not acknowledge a delivery in time."""


@dataclass(frozen=True)
class Call:
    """One Web API call that the bot made."""

    method: str
    fields: Json
    token: str


@dataclass(frozen=True)
class Ack:
    """How the bot acknowledged a delivery."""

    seconds: float
    payload: Json | None
    status: int = 200


@dataclass
class Post:
    """A message in the loopback Slack; `to` is set where only that person sees it."""

    channel: str
    ts: str
    user: str
    text: str
    blocks: list[Json] = field(default_factory=list)
    thread_ts: str | None = None
    to: str | None = None
    deleted: bool = False
    options: Json = field(default_factory=dict)

    def element(self, name: str, number: int = 0) -> tuple[Json, Json]:
        """Find the control whose action id ends in `name:number`, and its block."""
        for block in self.blocks:
            for element in [*block.get("elements", []), block.get("accessory", {})]:
                if element.get("action_id", "").endswith(f":{name}:{number}"):
                    return block, element
        raise AssertionError(f"no control {name}:{number} in {self.controls}")

    @property
    def controls(self) -> list[str]:
        """Every action id in the message."""
        return [
            element["action_id"]
            for block in self.blocks
            for element in block.get("elements", [])
            if "action_id" in element
        ]
