"""Puts a load of slash commands on the bot in Slack, beside an echo app on the same library, all on the loopback.

    python benchmarks/slack_load.py                          # 100 commands a second for a minute, then the echo app
    python benchmarks/slack_load.py --seconds 10 --fresh 1

The echo app answers every command with one prepared answer, of the bot's middling size. What is asked and what is
judged is in load.py, as for Discord. Exits with 1 if an answer is missing or a limit is exceeded.
"""

from __future__ import annotations

import asyncio
import json
import os
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
from load import Figures, Load, memory, processor, questions, search_alone, verdict

from bot.knowledge.shipped import shipped_path
from tests.fakes.slack_server import SlackServer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from tests.fakes.slack_records import Json

PEOPLE = 200
WARM_UP = 600  # commands before anything is measured
ACK_P99 = 0.200  # seconds
LATE = 15.0  # seconds after the last command; an answer that comes later is lost

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


@dataclass
class Run:
    """What one run showed; times in seconds, memory in bytes."""

    acks: list[float] = field(default_factory=list)
    answers: list[float] = field(default_factory=list)
    memory: list[int] = field(default_factory=list)
    sample: Json = field(default_factory=dict)  # an answer of middling size
    processor: float = 0.0

    def figures(self, load: Load) -> Figures:
        """Sum it up; the memory is warm after the first quarter."""
        warm = self.memory[len(self.memory) // 4]
        waits = {"ack": self.acks, "answer": self.answers}
        return Figures(asked=load.total, waits=waits, processor=self.processor, memory=(warm, self.memory[-1]))


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
        started = time.perf_counter()
        await self._deliver_socket("slash_commands", payload, 0)
        return time.perf_counter() - started, key


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
                before = processor(process.pid)
                await _put(load, slack, run, process.pid)
                run.processor = processor(process.pid) - before
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
        except AssertionError:  # not acknowledged: lost
            return
        run.acks.append(ack)
        sent[key] = started

    started = time.perf_counter()
    tasks = []
    for number in range(load.total):
        await asyncio.sleep(max(0.0, started + number / load.rate - time.perf_counter()))
        tasks.append(asyncio.create_task(one(number)))
        if number % load.rate == 0:
            run.memory.append(memory(pid))
    await asyncio.gather(*tasks)
    deadline = time.perf_counter() + LATE
    while time.perf_counter() < deadline and not sent.keys() <= slack.answered.keys():  # noqa: ASYNC110 (no event is set)
        await asyncio.sleep(0.1)
    run.memory.append(memory(pid))
    run.answers = [slack.answered[key] - at for key, at in sent.items() if key in slack.answered]


def main() -> int:
    """Run both and compare."""
    load = Load.chosen(__doc__, rate=100)
    run = asyncio.run(measure([sys.executable, "-m", "bot", "serve", "--slack"], load))
    ours = run.figures(load)
    print(ours.told("backchannel"), flush=True)
    blocks = json.dumps(run.sample["blocks"])
    prepared = asyncio.run(measure([sys.executable, "-c", ECHO], load, BLOCKS=blocks)).figures(load)
    print(prepared.told("prepared answer"), flush=True)
    return verdict(ours, prepared, search_alone(load, WARM_UP), wait="ack", p99=ACK_P99)


if __name__ == "__main__":
    sys.exit(main())
