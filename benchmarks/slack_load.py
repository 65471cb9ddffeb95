"""Puts a load of slash commands on the bot in Slack, beside an echo app on the same library, all on the loopback.

Prints how long acknowledgements and answers took, how memory grew, and the bot's processor time as a multiple of the
echo app's. Run it from the project's folder:

    python benchmarks/slack_load.py                     # 100 commands a second for a minute, then the echo app
    python benchmarks/slack_load.py --seconds 10
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from aiohttp import web

from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from tests.fakes.slack_server import SlackServer

if TYPE_CHECKING:
    from collections.abc import Sequence

PEOPLE = 200
ACK_P99 = 0.200  # seconds
LATE = 15.0  # seconds after the last command; an answer that comes later is lost
RATIO = 1.3  # of the echo app's processor time
GROWTH = 0.05  # of the memory in use once everything is warm
UNKNOWN = ("how do I bake bread", "what is the weather like", "zeppelin moorings in Lakehurst", "who won the cricket")
_TICKS = os.sysconf("SC_CLK_TCK")

ECHO = """
import asyncio, os, signal
from slack_bolt.async_app import AsyncApp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["BACKCHANNEL_SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret="")

    @app.command("/ask")
    async def echo(ack, command, respond):
        await ack()
        await respond(command["text"])

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.connect_async()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await handler.close_async()

asyncio.run(main())
"""


@dataclass
class Run:
    """What one run showed; times in seconds, memory in bytes."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    processor: float = 0.0
    lost: int = 0


class QuickSlack(SlackServer):
    """The loopback Slack without its checks and its memory, so that it takes little of the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: dict[str, float] = {}

    async def _respond(self, request: web.Request) -> web.Response:
        await request.read()
        self.answered[request.match_info["key"]] = time.perf_counter()
        return web.Response(text="ok")

    async def ask(self, text: str, user: str) -> tuple[float, str]:
        """Type a command; give how long its acknowledgement took, and the key of its response URL."""
        key = str(next(self._numbers))
        payload = {
            "command": "/ask",
            "text": text,
            "user_id": user,
            "team_id": self.team,
            "channel_id": "C1",
            "response_url": f"{self.base}/respond/{key}",
            "trigger_id": key,
        }
        ack = await self._deliver_socket("slash_commands", payload, 0)
        return ack.seconds, key


def questions() -> list[str]:
    """Make questions: every phrasing of the shipped knowledge, with and without a typing mistake, and unknown ones."""
    chance = random.Random(7)
    asked = list(UNKNOWN)
    for entry in load(shipped_path()).by_id.values():
        for phrasing in entry.phrasings:
            at = chance.randrange(max(len(phrasing) - 1, 1))
            asked += [phrasing, phrasing[:at] + phrasing[at + 1 : at + 2] + phrasing[at : at + 1] + phrasing[at + 2 :]]
    chance.shuffle(asked)
    return asked


async def measure(command: Sequence[str], rate: int, seconds: int) -> Run:
    """Start a bot, put the load on it, and look at it from outside."""
    run = Run()
    with tempfile.TemporaryDirectory() as home:
        async with QuickSlack() as slack:
            environ = {
                "PATH": os.environ["PATH"],
                "HOME": home,
                "BACKCHANNEL_KNOWLEDGE": str(shipped_path()),
                "BACKCHANNEL_SLACK_PERSON_LIMIT": "none",
                "BACKCHANNEL_SLACK_PLACE_LIMIT": "none",
                "BACKCHANNEL_DATABASE_URL": f"sqlite:///{home}/b.db",
            }
            process = await asyncio.create_subprocess_exec(
                *command, cwd=ROOT, env=environ | slack.environment, stderr=asyncio.subprocess.DEVNULL
            )
            try:
                await slack.connected()
                await _warm_up(slack)
                before = _processor(process.pid)
                await _load(slack, run, process.pid, rate, seconds)
                run.processor = _processor(process.pid) - before
            finally:
                process.terminate()
                await process.wait()
    return run


async def _warm_up(slack: QuickSlack) -> None:
    for number, text in zip(range(PEOPLE), itertools.cycle(questions())):
        await slack.ask(text, f"U{number}")
    await asyncio.sleep(1)
    slack.answered.clear()


async def _load(slack: QuickSlack, run: Run, pid: int, rate: int, seconds: int) -> None:
    sent: dict[str, float] = {}
    texts = itertools.cycle(questions())

    async def one(number: int) -> None:
        started = time.perf_counter()
        try:
            ack, key = await slack.ask(next(texts), f"U{number % PEOPLE}")
        except AssertionError:
            run.lost += 1
            return
        run.acks.append(ack)
        sent[key] = started

    started = time.perf_counter()
    tasks = []
    for number in range(rate * seconds):
        await asyncio.sleep(max(0.0, started + number / rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
        if number % rate == 0:
            run.memory.append(_memory(pid))
    await asyncio.gather(*tasks)
    deadline = time.perf_counter() + LATE
    while time.perf_counter() < deadline and not sent.keys() <= slack.answered.keys():  # noqa: ASYNC110 (no event is set)
        await asyncio.sleep(0.1)
    run.memory.append(_memory(pid))
    run.answers = [slack.answered[key] - at for key, at in sent.items() if key in slack.answered]
    run.lost += len(sent) - len(run.answers)


def _processor(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def _memory(pid: int) -> int:
    line = next(one for one in Path(f"/proc/{pid}/status").read_text().splitlines() if one.startswith("VmRSS"))
    return int(line.split()[1]) * 1024


def _percentile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(int(len(values) * share), len(values) - 1)] if values else float("nan")


def _spread(values: Sequence[float]) -> str:
    return f"p50 {1000 * _percentile(values, 0.5):.0f} ms, p99 {1000 * _percentile(values, 0.99):.0f} ms"


def report(name: str, run: Run) -> None:
    """Print one run's figures."""
    warm = run.memory[len(run.memory) // 4]
    print(
        f"{name:12} {len(run.acks)} acks, lost {run.lost}; "
        f"ack {_spread(run.acks)}; answer {_spread(run.answers)}; "
        f"processor {run.processor:.1f} s; memory {warm / 2**20:.0f} -> {run.memory[-1] / 2**20:.0f} MiB"
    )


def main() -> int:
    """Run both and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=100, help="commands a second")
    parser.add_argument("--seconds", type=int, default=60)
    options = parser.parse_args()
    runs: dict[str, Run] = {}
    for name, command in (
        ("backchannel", [sys.executable, "-m", "bot", "serve", "--slack"]),
        ("echo app", [sys.executable, "-c", ECHO]),
    ):
        runs[name] = asyncio.run(measure(command, options.rate, options.seconds))
        report(name, runs[name])
    bot, echo = runs["backchannel"], runs["echo app"]
    ratio = bot.processor / echo.processor
    growth = bot.memory[-1] / bot.memory[len(bot.memory) // 4] - 1
    p99 = _percentile(bot.acks, 0.99)
    print(f"processor time {ratio:.2f} times the echo app's; memory {growth:+.1%} after the first quarter")
    kept = p99 <= ACK_P99 and ratio <= RATIO and growth <= GROWTH and not bot.lost
    print("within the limits" if kept else "NOT within the limits")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
