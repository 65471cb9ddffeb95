"""Which Slack events ask us something, and what."""

from __future__ import annotations

from typing import Any

import pytest

from adapters.slack_events import clean, question_of

ME = "U0ME"
MESSAGE = {"type": "message", "user": "U1", "text": "when?", "ts": "5.1", "channel": "D1", "channel_type": "im"}


def body(**change: Any) -> dict[str, Any]:
    """Build an event's body from a direct message."""
    return {"team_id": "T1", "event": MESSAGE | change}


def test_a_direct_message_asks() -> None:
    """Its words, its person, its thread."""
    question = question_of(body(), ME)
    assert question is not None
    assert (question.way, question.text, question.person, question.thread) == ("direct", "when?", "U1", "5.1")


@pytest.mark.parametrize("subtype", ["file_share", "thread_broadcast"])
def test_files_and_broadcasts_are_a_persons_words(subtype: str) -> None:
    """A message with a file, or one also sent to the channel, asks like any other."""
    assert question_of(body(subtype=subtype), ME) is not None


@pytest.mark.parametrize(
    "change",
    [
        {"user": ME},
        {"user": None},
        {"channel": None},
        {"ts": None},
        {"bot_id": "B1"},
        {"bot_profile": {"id": "B1"}},
        {"subtype": "message_changed"},
        {"subtype": "message_deleted"},
        {"subtype": "bot_message"},
        {"subtype": "channel_join"},
        {"edited": {"user": "U1"}},
    ],
)
def test_nobody_asks(change: dict[str, Any]) -> None:
    """Ourselves, other bots, edits, joins, and events without a place or a person."""
    assert question_of(body(**change), ME) is None


def test_what_is_overheard_in_channels() -> None:
    """A channel's message is overheard outside threads, without a mention of us."""
    spoken = {"channel": "C1", "channel_type": "channel"}
    heard = question_of(body(**spoken), ME)
    assert heard is not None
    assert heard.way == "overheard"
    assert question_of(body(**spoken, thread_ts="1.0"), ME) is None
    assert question_of(body(**spoken | {"text": f"<@{ME}> when?"}), ME) is None


def test_a_mention_and_its_twin_have_one_key() -> None:
    """The same message, delivered as another event, is told by its key; another workspace's is another."""
    mention = question_of(body(type="app_mention", channel="C1", channel_type="channel"), ME)
    twin = question_of(body(channel="C1", channel_type="channel"), ME)
    assert mention is not None
    assert twin is not None
    assert mention.key == twin.key
    other = question_of({"team_id": "T2", "event": MESSAGE | {"channel": "C1"}}, ME)
    assert other is None or other.key != mention.key


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (f"<@{ME}> when?", "when?"),
        (f"hey <@{ME}|bot>, when?", "hey , when?"),
        ("who is <@U9|ana>?", "who is @ana?"),
        ("who is <@U9>?", "who is @U9?"),
        ("in <#C1|general>", "in #general"),
        ("<!channel> when", "@channel when"),
        ("<!subteam^S1|@staff> when", "@staff when"),
        ("see <https://a.example/x|this> &amp; <https://b.example>", "see this & https://b.example"),
        ("*bold* _italic_ ~gone~ 2 * 3 * 4 snake_case_name", "*bold* _italic_ ~gone~ 2 * 3 * 4 snake_case_name"),
        ("a &lt;b&gt;", "a <b>"),
        ("  many \n lines ", "many lines"),
        ("", ""),
        ("<", "<"),
        ("<<<>>>|", "<<>>|"),
    ],
)
def test_markup_becomes_words(typed: str, meant: str) -> None:
    """What Slack wrote for the machine is read as what the person typed."""
    assert clean(typed, ME) == meant
