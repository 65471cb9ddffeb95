"""Asks the Discord bot many questions a second, through a Discord on loopback, beside an echo bot on the same library.

    python benchmarks/discord_load.py                    # 200 questions a second for a minute, as the README's figures
    python benchmarks/discord_load.py --seconds 10

Prints, for both bots: answers, latency at p50 and p99, processor seconds, and memory at the start and the end. The
latency is from sending the event to receiving the answer. Exits with 1 if an answer is missing or a target is missed.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.fakes.discord_server import BOT_ID, TOKEN, DiscordServer

SERVERS = 50
MENTIONS = 5  # every so many questions is a mention, the others are slash commands
TARGET_P99, TARGET_RATIO, TARGET_GROWTH = 0.250, 1.3, 0.10  # seconds; of the echo bot's; of the memory at the start
WARM_UP = 3.0  # seconds of questions that are not counted
QUESTIONS = (
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
import os, discord, yarl
from discord import app_commands
discord.http.Route.BASE = os.environ["BACKCHANNEL_DISCORD_API_URL"]
class Echo(discord.AutoShardedClient):
    async def setup_hook(self):
        self.tree = app_commands.CommandTree(self)
        @self.tree.command(name="ask", description="Echo")
        async def ask(interaction: discord.Interaction, question: str):
            await interaction.response.send_message(question, ephemeral=True)
        await self.tree.sync()
    async def on_message(self, message):
        if not message.author.bot and self.user in message.mentions:
            await message.reply(message.content, mention_author=False)
Echo(intents=discord.Intents.default(), allowed_mentions=discord.AllowedMentions.none(), max_messages=None,
     chunk_guilds_at_startup=False).run(os.environ["DISCORD_TOKEN"], log_handler=None)
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


async def measure(command: list[str], rate: int, seconds: float, folder: Path) -> Figures:
    """Run one bot and ask it."""
    async with DiscordServer.running(guilds=SERVERS) as server:
        environ = os.environ | {
            "DISCORD_TOKEN": TOKEN,
            "BACKCHANNEL_DISCORD_API_URL": server.base,
            "BACKCHANNEL_DATABASE_URL": f"sqlite:///{folder / 'load.db'}",
            "BACKCHANNEL_KNOWLEDGE": str(ROOT / "knowledge"),
            "BACKCHANNEL_DISCORD_PERSON_LIMIT": "none",
            "BACKCHANNEL_DISCORD_PLACE_LIMIT": "none",
        }
        log = (folder / "log.txt").open("ab")
        process = await asyncio.create_subprocess_exec(*command, env=environ, stderr=log, cwd=ROOT)
        try:
            await server.until_ready()
            await server.until(lambda: server.commands, "the commands")
            await drive(server, rate, WARM_UP)
            before = usage(process.pid)
            latencies, asked = await drive(server, rate, seconds)
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


async def drive(server: DiscordServer, rate: int, seconds: float) -> tuple[list[float], int]:
    """Ask at an even pace, whatever the answers do; latencies in seconds, and how many questions were asked."""
    sent: dict[str, float] = {}
    mentions: dict[str, float] = {}
    before = len(server.callbacks) + len(server.replies)
    started, total = time.monotonic(), int(rate * seconds)
    for number in range(total):
        await asyncio.sleep(max(0.0, started + number / rate - time.monotonic()))
        question, guild = QUESTIONS[number % len(QUESTIONS)], number % SERVERS
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


def main() -> int:
    """Measure both bots and compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rate", type=int, default=200, help="questions a second (default 200)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long to ask (default 60)")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        echo = asyncio.run(measure([sys.executable, "-c", ECHO], chosen.rate, chosen.seconds, Path(folder)))
        print(shown("echo bot", echo), flush=True)
        command = [sys.executable, "-m", "bot", "serve", "--discord"]
        ours = asyncio.run(measure(command, chosen.rate, chosen.seconds, Path(folder)))
        print(shown("backchannel", ours))
    ratio = ours.processor / echo.processor
    growth = ours.memory[1] / ours.memory[0] - 1
    print(f"processor time against the echo bot: {ratio:.2f} times; memory grew by {growth:.1%}")
    met = ours.answered == ours.asked and ours.p99 <= TARGET_P99 and ratio <= TARGET_RATIO and growth <= TARGET_GROWTH
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
