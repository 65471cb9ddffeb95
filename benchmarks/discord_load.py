"""Asks the Discord bot many questions a second, through a Discord on loopback, beside echo bots on the same library.

    python benchmarks/discord_load.py                    # 200 questions a second for a minute, as the README's figures
    python benchmarks/discord_load.py --seconds 10 --fresh 0

One echo bot sends each question back as text; the other sends one prepared answer of Backchannel's, buttons included,
which is the least that any bot on this library spends on such messages. Of the questions, a share (`--fresh`) is new to
the bot: a real one with a misspelling of its own. The others are a handful that many people ask, in the same words.

Prints, for each bot: answers, latency at p50 and p99, processor seconds, and memory at the start and the end; and what
the search alone takes for the same questions, with no Discord around it. The latency is from sending the event to
receiving the answer. Exits with 1 if an answer is missing or a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from adapters.discord_view import Frame, layout
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot
from tests.fakes.discord_server import BOT_ID, TOKEN, DiscordServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVERS = 50
MENTIONS = 5  # every so many questions is a mention, the others are slash commands
# Seconds; of the prepared echo's, without the search; of the memory at the start.
TARGET_P99, TARGET_RATIO, TARGET_GROWTH = 0.250, 1.3, 0.10
WARM_UP = 3.0  # seconds of questions that are not counted
COMMON = (
    "What is backchannel diplomacy?",
    "what role did the US play in the mediation",
    "What is the main point of contention between India and Pakistan?",
    "wat are the obstacels to peace",
    "is there any reason for optimism",
    "how can the situation de-escalate",
    "best pizza in town",
    "who won the match",
)
ECHO = """
import json, os, discord
from discord import app_commands
from adapters.discord_components import Page
discord.http.Route.BASE = os.environ["BACKCHANNEL_DISCORD_API_URL"]
prepared = json.loads(os.environ.get("ECHO_COMPONENTS", "null"))
def echoed(text):
    return {"view": Page(*prepared)} if prepared else {"content": text}
class Echo(discord.AutoShardedClient):
    async def setup_hook(self):
        self.tree = app_commands.CommandTree(self)
        @self.tree.command(name="ask", description="Echo")
        async def ask(interaction: discord.Interaction, question: str):
            await interaction.response.send_message(**echoed(question), ephemeral=True)
        await self.tree.sync()
    async def on_message(self, message):
        if not message.author.bot and self.user in message.mentions:
            await message.reply(**echoed(message.content), mention_author=False)
Echo(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none(), max_messages=None,
     chunk_guilds_at_startup=False, member_cache_flags=discord.MemberCacheFlags.none(),
     ).run(os.environ["DISCORD_TOKEN"], log_handler=None)
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What one run came to."""

    asked: int
    answered: int
    p50: float  # seconds
    p99: float
    processor: float  # seconds of the bot's process while it was asked
    memory: tuple[int, int]  # KiB before and after


def questions(fresh: float) -> Iterator[str]:
    """What people ask, without end and the same in every run; a share of it is new each time."""
    chance = random.Random(1)
    lines = (ROOT / "tests" / "data" / "article.jsonl").read_text(encoding="utf-8").splitlines()
    real = [json.loads(line)["query"] for line in lines]
    while True:
        if chance.random() >= fresh:
            yield chance.choice(COMMON)
            continue
        text = chance.choice(real)
        at = chance.randrange(max(len(text) - 1, 1))
        yield f"{text[:at]}{text[at + 1 : at + 2]}{text[at : at + 1]}{text[at + 2 :]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What is asked."""

    rate: int  # questions a second
    seconds: float
    fresh: float  # share of questions that the bot has not seen


async def measure(command: list[str], load: Load, folder: Path, extra: Mapping[str, str]) -> Figures:
    """Run one bot and ask it."""
    async with DiscordServer.running(guilds=SERVERS) as server:
        environ = os.environ | {
            "DISCORD_TOKEN": TOKEN,
            "BACKCHANNEL_DISCORD_API_URL": server.base,
            "BACKCHANNEL_DATABASE_URL": f"sqlite:///{folder / 'load.db'}",
            "BACKCHANNEL_KNOWLEDGE": str(ROOT / "knowledge"),
            "BACKCHANNEL_DISCORD_PERSON_LIMIT": "none",
            "BACKCHANNEL_DISCORD_PLACE_LIMIT": "none",
            **extra,
        }
        log = (folder / "log.txt").open("ab")
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=log, cwd=ROOT)
        try:
            await server.until_ready()
            await server.until(lambda: server.commands, "the commands")
            asking = questions(load.fresh)
            await drive(server, load.rate, WARM_UP, asking)
            before = usage(process.pid)
            latencies, asked = await drive(server, load.rate, load.seconds, asking)
            after = usage(process.pid)
        finally:
            process.terminate()
            await process.wait()
            log.close()
    latencies.sort()
    return Figures(
        asked=asked,
        answered=len(latencies),
        p50=latencies[len(latencies) // 2],
        p99=latencies[int(len(latencies) * 0.99)],
        processor=after[0] - before[0],
        memory=(before[1], after[1]),
    )


async def drive(server: DiscordServer, rate: int, seconds: float, asking: Iterator[str]) -> tuple[list[float], int]:
    """Ask at an even pace, whatever the answers do; latencies in seconds, and how many questions were asked."""
    sent: dict[str, float] = {}
    mentions: dict[str, float] = {}
    before = len(server.callbacks) + len(server.replies)
    started, total = time.monotonic(), int(rate * seconds)
    for number in range(total):
        await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
        question, guild = next(asking), number % SERVERS
        now = time.monotonic()
        person = str(1_000 + number % 977)
        if number % MENTIONS == 0:
            mentions[await server.say(f"<@{BOT_ID}> {question}", guild=guild, author=person)] = now
        else:
            options = [{"name": "question", "type": 3, "value": question}]
            sent[await server.slash("ask", options, guild=guild, person=person)] = now

    try:
        expected = before + total
        await server.until(lambda: len(server.callbacks) + len(server.replies) >= expected, "every answer", 10.0)
    except AssertionError as error:
        print(error)
    latencies = [server.callbacks[key]["at"] - at for key, at in sent.items() if key in server.callbacks]
    latencies += [server.replies[key] - at for key, at in mentions.items() if key in server.replies]
    return latencies, total


def usage(pid: int) -> tuple[float, int]:
    """A process's processor seconds and its memory in KiB."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    ticks = int(fields[11]) + int(fields[12])
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    resident = next(line for line in status.splitlines() if line.startswith("VmRSS"))
    return ticks / os.sysconf("SC_CLK_TCK"), int(resident.split()[1])


def shown(name: str, figures: Figures) -> str:
    """One line for one bot."""
    before, after = figures.memory
    return (
        f"{name:<12} {figures.answered}/{figures.asked} answered, p50 {figures.p50 * 1000:.1f} ms, "
        f"p99 {figures.p99 * 1000:.1f} ms, processor {figures.processor:.2f} s, "
        f"memory {before / 1024:.0f} -> {after / 1024:.0f} MiB"
    )


def search_alone(service: Service, load: Load) -> float:
    """The processor seconds that the core takes for the questions that were counted."""
    asking, asker = questions(load.fresh), Asker(platform="discord", tenant="1", person="", locale="en-US")
    for _ in range(int(load.rate * WARM_UP)):
        service.ask(next(asking), asker)
    started = time.process_time()
    for _ in range(int(load.rate * load.seconds)):
        service.ask(next(asking), asker)
    return time.process_time() - started


def main() -> int:
    """Measure the bots and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=int, default=200, help="questions a second (default 200)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to ask (default 60)")
    parser.add_argument("--fresh", type=float, default=0.5, help="share of questions new to the bot (default 0.5)")
    chosen = parser.parse_args()
    load = Load(rate=chosen.rate, seconds=chosen.seconds, fresh=chosen.fresh)
    service = Service(open_snapshot(ROOT / "knowledge"))
    card = service.ask(COMMON[0], Asker(platform="discord", tenant="1", person="", locale="en-US")).card
    frame = Frame(key="k" * 12, person="1000", entry_id="faq/definition")
    answer = {"ECHO_COMPONENTS": json.dumps(layout(card, frame).to_components())}
    echo, backchannel = [sys.executable, "-c", ECHO], [sys.executable, "-m", "bot", "serve", "--discord"]
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command, extra in (
            ("echo", echo, {}),
            ("echo answer", echo, answer),
            ("backchannel", backchannel, {}),
        ):
            figures[name] = asyncio.run(measure(command, load, Path(folder), extra))
            print(shown(name, figures[name]), flush=True)
    ours, search = figures["backchannel"], search_alone(service, load)
    if ours.answered < ours.asked:
        print("the machine could not keep up: its figures say nothing")
        return 1
    print(f"{'search alone':<12} processor {search:.2f} s")
    for name in ("echo", "echo answer"):
        base = figures[name].processor
        print(
            f"processor time beside {name}: {ours.processor / base:.2f} times, "
            f"{(ours.processor - search) / base:.2f} times without the search"
        )
    growth = ours.memory[1] / ours.memory[0] - 1
    print(f"memory grew by {growth:.1%}")
    ratio = (ours.processor - search) / figures["echo answer"].processor
    met = ours.answered == ours.asked and ours.p99 <= TARGET_P99 and ratio <= TARGET_RATIO and growth <= TARGET_GROWTH
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
