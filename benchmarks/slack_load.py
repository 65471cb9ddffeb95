"""Puts a load of slash commands on the bot in Slack, beside an echo app on the same library, all on the loopback.

Prints how long acknowledgements and answers took, how memory grew, and the bot's processor time as a multiple of the
echo app's, with the search and without. The echo app answers every command with one and the same message, of the bot's
middling size. What people ask repeats: most commands ask one of the shipped phrasings, the popular ones often, and a
share (`--fresh`) is worded as never before.
Run it from the project's folder:

    python benchmarks/slack_load.py                          # 100 commands a second for a minute, then the echo app
    python benchmarks/slack_load.py --seconds 10 --fresh 1   # every question worded anew
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import random
import sys
import tempfile
import time
from collections import deque
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from aiohttp import web

from bot.config import Settings
from bot.knowledge.load import load as load_knowledge
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.service import Service
from tests.fakes.slack_server import SlackServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from tests.fakes.slack_records import Json

PEOPLE = 200
WARM_UP = 600  # commands before anything is measured
FRESH = 0.1  # share of questions new to the bot
ACK_P99 = 0.200  # seconds
LATE = 15.0  # seconds after the last command; an answer that comes later is lost
RATIO = 1.3  # of the echo app's processor time
GROWTH = 0.05  # of the memory in use once everything is warm
UNKNOWN = ("how do I bake bread", "what is the weather like", "zeppelin moorings in Lakehurst", "who won the cricket")
_TICKS = os.sysconf("SC_CLK_TCK")

ECHO = """
import asyncio, json, os, signal
from slack_bolt.async_app import AsyncApp
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_sdk.web.async_client import AsyncWebClient

async def main():
    client = AsyncWebClient(token=os.environ["SLACK_BOT_TOKEN"], base_url=os.environ["BACKCHANNEL_SLACK_API_URL"])
    app = AsyncApp(client=client, signing_secret="")
    blocks = json.loads(os.environ["BLOCKS"])

    @app.command("/ask")
    async def echo(ack, command, respond):
        await ack()
        await respond(text=command["text"], blocks=blocks)

    handler = AsyncSocketModeHandler(app, os.environ["SLACK_APP_TOKEN"])
    await handler.connect_async()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await handler.close_async()

asyncio.run(main())
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """How many commands a second for how many seconds, and the share of them that is worded as never before."""

    rate: int
    seconds: int
    fresh: float


@dataclass
class Run:
    """What one run showed; times in seconds, memory in bytes."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    sample: Json = field(default_factory=dict)  # an answer of middling size
    processor: float = 0.0
    lost: int = 0


class QuickSlack(SlackServer):
    """The loopback Slack without its checks and its memory, so that it takes little of the machine."""

    def __init__(self) -> None:
        super().__init__()
        self.answered: dict[str, float] = {}
        self.bodies: deque[bytes] = deque(maxlen=1_001)  # the last answers

    async def _respond(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
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


def questions(fresh: float) -> Iterator[str]:
    """Make questions without end, the share `fresh` of them worded as never before.

    The others are the shipped phrasings and some that nobody can answer; the n-th popular is asked 1/n as often as
    the most popular (Zipf's law, which what people ask follows).
    """
    chance = random.Random(7)
    known = [*UNKNOWN, *(one for entry in load_knowledge(shipped_path()).by_id.values() for one in entry.phrasings)]
    chance.shuffle(known)
    shares = list(itertools.accumulate(1 / rank for rank in range(1, len(known) + 1)))
    for number in itertools.count():
        asked = chance.choices(known, cum_weights=shares)[0]
        if chance.random() < fresh:
            at = chance.randrange(max(len(asked) - 1, 1))
            mistyped = asked[:at] + asked[at + 1 : at + 2] + asked[at : at + 1] + asked[at + 2 :]
            asked = f"{mistyped} {number}"  # the number alone would make it new
        yield asked


async def measure(command: Sequence[str], load: Load, **environ: str) -> Run:
    """Start a bot, put the load on it, and look at it from outside."""
    run = Run()
    with tempfile.TemporaryDirectory() as home:
        async with QuickSlack() as slack:
            environ |= {
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
                await _put(load, slack, run, process.pid)
                run.processor = _processor(process.pid) - before
                run.sample = json.loads(sorted(slack.bodies, key=len)[len(slack.bodies) // 2])
            finally:
                process.terminate()
                await process.wait()
    return run


async def _warm_up(slack: QuickSlack) -> None:
    """Let the bot meet everybody and the popular questions, as it has a while after its start."""
    for number, text in zip(range(WARM_UP), questions(0), strict=False):
        await slack.ask(text, f"U{number % PEOPLE}")
    await asyncio.sleep(1)
    slack.answered.clear()


async def _put(load: Load, slack: QuickSlack, run: Run, pid: int) -> None:
    sent: dict[str, float] = {}
    texts = questions(load.fresh)

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
    for number in range(load.rate * load.seconds):
        await asyncio.sleep(max(0.0, started + number / load.rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
        if number % load.rate == 0:
            run.memory.append(_memory(pid))
    await asyncio.gather(*tasks)
    deadline = time.perf_counter() + LATE
    while time.perf_counter() < deadline and not sent.keys() <= slack.answered.keys():  # noqa: ASYNC110 (no event is set)
        await asyncio.sleep(0.1)
    run.memory.append(_memory(pid))
    run.answers = [slack.answered[key] - at for key, at in sent.items() if key in slack.answered]
    run.lost += len(sent) - len(run.answers)


def search_alone(load: Load) -> float:
    """Measure the processor seconds that the core takes for the same questions, with no Slack around it."""
    service, nobody = Service.open(Settings(knowledge=shipped_path())), Asker(platform="slack", locale="en-US")
    for text in itertools.islice(questions(0), WARM_UP):
        service.ask(text, nobody)
    started = time.process_time()
    for text in itertools.islice(questions(load.fresh), load.rate * load.seconds):
        service.ask(text, nobody)
    return time.process_time() - started


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
        f"processor {run.processor:.1f} s; memory {warm / 2**20:.0f} -> {run.memory[-1] / 2**20:.0f} MiB",
        flush=True,
    )


def main() -> int:
    """Run both and compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=int, default=100, help="commands a second")
    parser.add_argument("--seconds", type=int, default=60)
    parser.add_argument("--fresh", type=float, default=FRESH, help="share of questions new to the bot")
    load = Load(**vars(parser.parse_args()))
    bot = asyncio.run(measure([sys.executable, "-m", "bot", "serve", "--slack"], load))
    report("backchannel", bot)
    echo = asyncio.run(measure([sys.executable, "-c", ECHO], load, BLOCKS=json.dumps(bot.sample["blocks"])))
    report("echo app", echo)
    ratio = bot.processor / echo.processor
    growth = bot.memory[-1] / bot.memory[len(bot.memory) // 4] - 1
    p99 = _percentile(bot.acks, 0.99)
    search = search_alone(load)
    without = (bot.processor - search) / echo.processor
    print(f"processor time {ratio:.2f} times the echo app's, {without:.2f} without the search ({search:.1f} s)")
    print(f"memory {growth:+.1%} after the first quarter")
    kept = p99 <= ACK_P99 and ratio <= RATIO and growth <= GROWTH and not bot.lost
    print("within the limits" if kept else "NOT within the limits")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
