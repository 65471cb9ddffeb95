"""Slack over HTTP: only what Slack signed, just now and for the first time, does anything."""

from __future__ import annotations

import json
import logging
import time
from typing import TYPE_CHECKING
from urllib.parse import urlencode

import pytest

pytest.importorskip("slack_bolt")

from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk
from tests.fakes.tokens import SLACK_SIGNING

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_server import SlackServer

OVER_HTTP = {
    "BACKCHANNEL_SLACK_HTTP": "127.0.0.1:0",
    "SLACK_SIGNING_SECRET": SLACK_SIGNING,
    "SLACK_APP_TOKEN": "",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
QUESTION = "a question that nobody may log"


def command(slack: SlackServer) -> str:
    """Write a slash command's body."""
    return urlencode(
        {
            "command": "/ask",
            "text": QUESTION,
            "team_id": slack.team,
            "user_id": "U1",
            "channel_id": "C1",
            "response_url": f"{slack.base}/respond/none",
            "trigger_id": "t",
        }
    )


def test_every_kind_of_request_is_answered(tmp_path: Path) -> None:
    """Commands, events, presses, forms and type-ahead work over HTTP as they do by Socket Mode."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        assert slack.connections == 0
        ack = await slack.command("/ask", "opening hours")
        assert (ack.status, ack.seconds < 1) == (200, True)
        post = await slack.post_after(0)
        assert "nine to five" in "\n".join(texts(post.blocks))
        await slack.press(post, "share")
        await slack.post_after(1)
        await slack.mention("opening hours")
        await slack.post_after(2)
        await slack.command("/ask", "")
        await slack.until(lambda: slack.views)
        view = next(iter(slack.views.values()))
        offered = await slack.type_ahead(view, "bc1:pick:0", "borrow")
        assert offered.payload is not None
        assert offered.payload["options"][0]["value"] == "faq/borrow"

    talk(tmp_path, scenario, **OVER_HTTP)


def test_slacks_address_check_is_answered(tmp_path: Path) -> None:
    """`url_verification` gets its challenge back, once it is signed."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        body = json.dumps({"type": "url_verification", "challenge": "c-1", "token": "old"})
        ack = await slack.deliver_raw(body, slack.sign(body) | {"Content-Type": "application/json"})
        assert ack.status == 200
        assert ack.payload == {"challenge": "c-1"}

    talk(tmp_path, scenario, **OVER_HTTP)


@pytest.mark.parametrize("wrong", ["secret", "old", "early", "none", "nonsense", "body", "unicode"])
def test_what_slack_did_not_sign_does_nothing(tmp_path: Path, wrong: str, caplog: pytest.LogCaptureFixture) -> None:
    """A bad signature, a stale or future timestamp, and a changed body: 401, no call, and only the fact is logged."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        body = command(slack)
        headers = {
            "secret": lambda: slack.sign(body, secret="another"),
            "old": lambda: slack.sign(body, at=time.time() - 301),
            "early": lambda: slack.sign(body, at=time.time() + 302),
            "none": dict,
            "nonsense": lambda: slack.sign(body) | {"X-Slack-Request-Timestamp": "yesterday"},
            "body": lambda: slack.sign(body + "&x=1"),
            "unicode": lambda: (
                slack.sign(body) | {"X-Slack-Signature": "v0=\udcff".encode("utf-8", "replace").decode()}
            ),
        }[wrong]()
        calls = len(slack.calls)
        with caplog.at_level(logging.DEBUG, logger="adapters"):
            ack = await slack.deliver_raw(body, headers | FORM)
        assert ack.status == 401
        assert len(slack.calls) == calls
        logged = "\n".join(record.getMessage() for record in caplog.records)
        assert "without a good signature" in logged
        assert QUESTION not in logged
        assert slack.signing_secret not in logged

    talk(tmp_path, scenario, **OVER_HTTP)


def test_clocks_may_differ_by_five_minutes(tmp_path: Path) -> None:
    """A timestamp four minutes off, to either side, is still good."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        for skew in (-240.0, 240.0):
            slack.skew = skew
            assert (await slack.command("/ask", "opening hours")).status == 200
        await slack.post_after(1)

    talk(tmp_path, scenario, **OVER_HTTP)


def test_a_replayed_request_does_nothing(tmp_path: Path) -> None:
    """The very same signed request a second time: 401, and no second answer."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        body = command(slack)
        headers = slack.sign(body) | FORM
        assert (await slack.deliver_raw(body, headers)).status == 200
        await slack.until(lambda: slack.of("response_url"))
        assert (await slack.deliver_raw(body, headers)).status == 401
        assert (await slack.deliver_raw(body, headers | {"X-Slack-Retry-Num": "1"})).status == 401
        await slack.command("/ask", "opening hours")
        await slack.post_after(1)  # the first one's answer came too, another way: its response URL is none of Slack's
        assert len(slack.of("response_url")) == 2

    talk(tmp_path, scenario, database=True, **OVER_HTTP)


def test_a_retried_event_is_answered_once(tmp_path: Path) -> None:
    """Slack's own retry is signed anew: it is acknowledged, and not answered again."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        event = slack.message("opening hours", channel="D1")
        await slack.event(event, event_id="Ev1")
        slack.skew = 60
        assert (await slack.event(event, event_id="Ev1", retry=2)).status == 200
        await slack.direct("thanks")
        await slack.until(lambda: any("welcome" in post.text for post in slack.posts))
        assert len(slack.posts) == 2

    talk(tmp_path, scenario, **OVER_HTTP)


def test_a_huge_body_is_refused(tmp_path: Path) -> None:
    """More than a megabyte is no request of Slack's."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        body = "x" * (1 << 21)
        assert (await slack.deliver_raw(body, slack.sign(body) | FORM)).status == 413

    talk(tmp_path, scenario, **OVER_HTTP)
