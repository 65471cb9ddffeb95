"""The bot on Slack as its own process: started, disturbed, refused and stopped as in real life."""

from __future__ import annotations

import asyncio
import signal
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from adapters.slack_manifest import EVENTS_PATH
from tests.fakes.bot_process import serving
from tests.fakes.slack_server import SlackServer
from tests.samples import write_files

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.fakes.bot_process import BotProcess

QUESTION = "what time do you close"  # what people write is never logged


@asynccontextmanager
async def started(slack: SlackServer, folder: Path, *options: str, **environ: str) -> AsyncIterator[BotProcess]:
    """Start the bot as a process of its own."""
    write_files(folder / "library") if not (folder / "library").exists() else None
    environment = {
        "HOME": str(folder),
        "BACKCHANNEL_KNOWLEDGE": str(folder / "library"),
        "BACKCHANNEL_DATABASE_URL": f"sqlite:///{folder / 'backchannel.db'}",
        **slack.environment,
        **environ,
    }
    async with serving("--slack", *options, **environment) as bot:
        yield bot
    assert QUESTION not in bot.output
    assert "Traceback" not in bot.output


def run(scenario: Callable[[SlackServer], Awaitable[None]]) -> None:
    """Run a scenario beside a loopback Slack."""

    async def play() -> None:
        async with SlackServer() as slack:
            await scenario(slack)
            assert slack.refusals == []

    asyncio.run(play())


def test_a_day_in_its_life(tmp_path: Path) -> None:
    """It connects, answers, follows Slack to a new connection, mends a dropped one, and ends within five seconds."""

    async def scenario(slack: SlackServer) -> None:
        async with started(slack, tmp_path) as bot:
            await slack.connected()
            await slack.command("/ask", QUESTION)
            await slack.post_after(0)
            await slack.ask_to_reconnect()
            await slack.connected(2)
            await slack.command("/ask", QUESTION)
            await slack.post_after(1)
            slack.drop()
            await slack.connected(3)
            ack = await slack.command("/ask", QUESTION)
            assert ack.seconds < 1
            await slack.post_after(2)
            code, seconds = await bot.stop()
            assert code == 0
            assert seconds < 5

    run(scenario)


def test_a_restart_answers_nothing_twice(tmp_path: Path) -> None:
    """An event that Slack delivers again after a restart was answered already; old buttons still work."""

    async def scenario(slack: SlackServer) -> None:
        event = slack.message("opening hours", channel="D1")
        async with started(slack, tmp_path) as bot:
            await slack.connected()
            await slack.event(event, event_id="Ev1")
            await slack.post_after(0)
            bot.send(signal.SIGINT)
            assert await bot.ended() == 0
        async with started(slack, tmp_path):
            await slack.connected(2)
            await slack.event(event, event_id="Ev1", retry=1)
            await slack.press(slack.posts[0], "entry", 0)
            await slack.post_after(1)
            assert "Ten books" in slack.posts[1].text
            await slack.direct("thanks")
            await slack.post_after(2)
            assert len(slack.posts) == 3

    run(scenario)


def test_two_processes_answer_once(tmp_path: Path) -> None:
    """Two processes on one database: a message that reaches both is answered by one."""

    async def scenario(slack: SlackServer) -> None:
        event = slack.message("opening hours", channel="D1")
        async with started(slack, tmp_path), started(slack, tmp_path):
            await slack.connected(2)
            await slack.everywhere(event)
            await slack.post_after(0)
            await slack.everywhere(slack.message("thanks", channel="D1"))
            await slack.post_after(1)
            assert len(slack.posts) == 2

    run(scenario)


@pytest.mark.parametrize(
    ("environ", "sentence"),
    [
        ({"SLACK_BOT_TOKEN": "xoxb-wrong"}, "SLACK_BOT_TOKEN was refused by Slack (invalid_auth)"),
        ({"SLACK_APP_TOKEN": "xapp-wrong"}, "SLACK_APP_TOKEN was refused by Slack (invalid_auth)"),
        ({"SLACK_BOT_TOKEN": "hunter2"}, "SLACK_BOT_TOKEN has a wrong form"),
        ({"SLACK_APP_TOKEN": ""}, "SLACK_APP_TOKEN is not set"),
        ({"SLACK_APP_TOKEN": "xoxb-swapped"}, "SLACK_APP_TOKEN has a wrong form"),
        ({"BACKCHANNEL_SLACK_HTTP": "127.0.0.1:0"}, "SLACK_SIGNING_SECRET is not set"),
        ({"SLACK_CLIENT_ID": "1.2"}, "SLACK_BOT_TOKEN and SLACK_CLIENT_ID are both set"),
        ({"SLACK_BOT_TOKEN": "", "SLACK_APP_TOKEN": ""}, "its token is not set; see docs/slack.md"),
    ],
)
def test_a_wrong_setting_ends_it(tmp_path: Path, environ: dict[str, str], sentence: str) -> None:
    """One sentence that names the setting and holds no secret, and exit code 2."""

    async def scenario(slack: SlackServer) -> None:
        async with started(slack, tmp_path, **environ) as bot:
            assert await bot.ended() == 2
            assert sentence in bot.output
            for value in environ.values():
                assert not value.startswith(("x", "hunter")) or value not in bot.output

    run(scenario)


def test_a_revoked_token_ends_it(tmp_path: Path) -> None:
    """A token that was good and is revoked while the bot runs: the same sentence, the same exit code."""

    async def scenario(slack: SlackServer) -> None:
        async with started(slack, tmp_path) as bot:
            await slack.connected()
            slack.revoked = "token_revoked"
            await slack.mention(QUESTION)
            assert await bot.ended() == 2
            assert "was refused by Slack (token_revoked)" in bot.output

    run(scenario)


def test_it_waits_for_slack(tmp_path: Path) -> None:
    """A Slack that fails at the start is tried again, with a pause, until it answers."""

    async def scenario(slack: SlackServer) -> None:
        slack.fail("auth.test", "internal_error")
        slack.fail("apps.connections.open", "internal_error")
        async with started(slack, tmp_path) as bot:
            await bot.says("slack does not answer yet (internal_error); trying again")
            await slack.connected()
            await slack.command("/ask", QUESTION)
            await slack.post_after(0)

    run(scenario)


def test_it_serves_over_http(tmp_path: Path) -> None:
    """With an address to listen at, a signing secret is all that it needs besides the bot token."""

    async def scenario(slack: SlackServer) -> None:
        port = free_port()
        environ = {
            "SLACK_APP_TOKEN": "",
            "SLACK_SIGNING_SECRET": slack.signing_secret,
            "BACKCHANNEL_LOG_FORMAT": "json",
        }
        async with started(slack, tmp_path, "--http", f"127.0.0.1:{port}", **environ) as bot:
            slack.request_url = f"http://127.0.0.1:{port}{EVENTS_PATH}"
            await slack.reachable()
            await slack.command("/ask", QUESTION)
            await slack.post_after(0)
            bad = await slack.deliver_raw("x", {"X-Slack-Signature": "v0=0", "X-Slack-Request-Timestamp": "1"})
            assert bad.status == 401
            bot.send(signal.SIGTERM)
            assert await bot.ended() == 0

    run(scenario)


def free_port() -> int:
    """Find a port that nobody listens at."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
