"""Tells which events are questions for us, and what they ask."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from adapters.slack_text import Json

Way = Literal["mention", "direct", "overheard"]

# A message with a file or one that is also sent to the channel is still a person's message; every other subtype
# (an edit, a deletion, a join, a bot's post) is not.
_SPOKEN = frozenset({None, "file_share", "thread_broadcast"})
_MENTION = re.compile(r"<@([UW][A-Z0-9]+)(?:\|[^>]*)?>")
_MARKUP = re.compile(r"<([@#!]?)([^>|]*)(?:\|([^>]*))?>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A message that somebody wrote."""

    team: str
    channel: str
    ts: str

    @property
    def key(self) -> str:
        """Tell this message from every other, however often and under whatever event id it is delivered."""
        return f"message:{self.team}:{self.channel}:{self.ts}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Question(Written):
    """A message that asks, and where its answer belongs."""

    way: Way
    text: str
    person: str
    thread: str  # the thread to answer in: the message's own, or one that starts at it
    edited: float | None = None  # seconds after it was written, where it stood there before in other words


def question_of(body: Json, me: str) -> Question | None:
    """Read an `app_mention` or `message` event; None where it is not a person's question for us.

    `me` is our own user id. Whether something overheard may be answered is its place's matter.
    """
    event, edited = _current(body.get("event") or {})
    person, channel, ts = event.get("user"), event.get("channel"), event.get("ts")
    if not (person and channel and ts) or person == me:
        return None
    if event.get("bot_id") or event.get("bot_profile") or event.get("subtype") not in _SPOKEN:
        return None
    text = str(event.get("text") or "")
    way = _way(event, text, me)
    if way is None or (edited is not None and way == "overheard"):
        return None
    return Question(
        way=way,
        text=clean(text, me),
        team=str(body.get("team_id") or event.get("team") or ""),
        channel=str(channel),
        person=str(person),
        ts=str(ts),
        thread=str(event.get("thread_ts") or ts),
        edited=edited - float(ts) if edited is not None else None,
    )


def deleted_of(body: Json) -> Written | None:
    """Read an event that tells of a deleted message; None for any other."""
    event: Json = body.get("event") or {}
    inner: Json = event.get("message") or {}
    ts = {
        "message_deleted": event.get("deleted_ts"),
        # What has answers in a thread leaves a stone with its name on.
        "message_changed": inner.get("ts") if inner.get("subtype") == "tombstone" else None,
    }.get(str(event.get("subtype")))
    team, channel = str(body.get("team_id") or ""), str(event.get("channel") or "")
    return Written(team=team, channel=channel, ts=str(ts)) if ts and channel else None


def _current(event: Json) -> tuple[Json, float | None]:
    """Give the message of an event as it stands now, and when a person edited it; nothing for any other change.

    An edited mention comes as `app_mention` again; an edited message, where we may read those, inside of an event.
    """
    if event.get("subtype") != "message_changed":
        edited = _edited(event)
        return ({}, None) if edited is not None and event.get("type") != "app_mention" else (event, edited)
    inner: Json = event.get("message") or {}
    if (edited := _edited(inner)) is None:  # a preview was added, or a file
        return {}, None
    return inner | {name: event.get(name) for name in ("type", "channel", "channel_type")}, edited


def _edited(message: Json) -> float | None:
    edit = message.get("edited")
    return float(edit.get("ts") or message.get("ts") or 0) if edit else None


def _way(event: Json, text: str, me: str) -> Way | None:
    if event.get("type") == "app_mention":
        return "mention"
    if event.get("channel_type") == "im":
        return "direct"
    mentioned = me in _MENTION.findall(text)
    # A mention comes as `app_mention` too; a word inside a thread is part of somebody's talk.
    if mentioned or event.get("thread_ts"):
        return None
    return "overheard"


def clean(text: str, me: str) -> str:
    """Turn a message's mrkdwn into the words that a person typed: our mention away, others by name, entities undone.

    Asterisks and the like stay: in the core they are no words.
    """

    def replace(match: re.Match[str]) -> str:
        kind, target, label = match.groups()
        if kind == "@" and target == me:
            return " "
        if kind == "!":
            return f"@{(label or target).lstrip('@')}"
        if kind == "":
            return str(label or target)
        return f"{kind}{label or target}"

    words = _MARKUP.sub(replace, text)
    return " ".join(unescape(words).split())
