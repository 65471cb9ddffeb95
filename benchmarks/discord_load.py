"""Asks the Discord bot many questions a second, through a Discord on loopback, beside echo bots on the same library.

    python benchmarks/discord_load.py                    # 200 questions a second for a minute, then the echo bots
    python benchmarks/discord_load.py --seconds 10 --fresh 1

One echo bot sends each question back as text; the other sends one prepared answer of Backchannel's, buttons included.
What is asked and what is judged is in load.py, as for Slack. The latency is from sending the event to receiving the
answer. Exits with 1 if an answer is missing or a limit is exceeded.
"""

from __future__ import annotations

import asyncio
import json
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from load import Figures, Load, memory, processor, questions, search_alone, verdict

from adapters.discord_view import Frame, layout
from bot.model import Asker
from bot.service import Service
from bot.snapshot import open_snapshot
from tests.fakes.discord_server import BOT_ID, TOKEN, DiscordServer

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SERVERS = 50
MENTIONS = 5  # every so many questions is a mention, the others are slash commands
P99 = 0.250  # seconds
WARM_UP = 3  # seconds of questions that are not counted
SHOWN = "What is backchannel diplomacy?"  # what the prepared answer answers
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
            spent, before = processor(process.pid), memory(process.pid)
            latencies, asked = await drive(server, load.rate, load.seconds, asking)
            spent, after = processor(process.pid) - spent, memory(process.pid)
        finally:
            process.terminate()
            await process.wait()
            log.close()
    return Figures(asked=asked, waits={"answer": latencies}, processor=spent, memory=(before, after))


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


def main() -> int:
    """Measure the bots and compare."""
    load = Load.chosen(__doc__, rate=200)
    service = Service(open_snapshot(ROOT / "knowledge"))
    card = service.ask(SHOWN, Asker(platform="discord", tenant="1", person="", locale="en-US")).card
    frame = Frame(key="k" * 12, person="1000", entry_id="faq/definition")
    answer = {"ECHO_COMPONENTS": json.dumps(layout(card, frame).to_components())}
    echo, backchannel = [sys.executable, "-c", ECHO], [sys.executable, "-m", "bot", "serve", "--discord"]
    figures: dict[str, Figures] = {}
    with tempfile.TemporaryDirectory() as folder:
        for name, command, extra in (
            ("backchannel", backchannel, {}),
            ("echo", echo, {}),
            ("prepared answer", echo, answer),
        ):
            figures[name] = asyncio.run(measure(command, load, Path(folder), extra))
            print(figures[name].told(name), flush=True)
    search = search_alone(load, load.rate * WARM_UP)
    return verdict(figures["backchannel"], figures["prepared answer"], search, wait="answer", p99=P99)


if __name__ == "__main__":
    sys.exit(main())
