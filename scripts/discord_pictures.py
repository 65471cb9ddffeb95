"""Renders the pictures of Discord messages in the documentation: what the bot really sends, in a simulated Discord.

    pip install 'simcord[screenshot]' && python scripts/discord_pictures.py
    python scripts/discord_pictures.py --check          # draws nothing; exits with 1 if a picture is out of date

Drawing needs a Chromium: Playwright's own, or the system's as `chromium`. Writes docs/pictures/discord-*.png.
"""

# A script, not a package; simcord types its actors loosely.
# ruff: noqa: ANN401

from __future__ import annotations

import argparse
import asyncio
import shutil
import sys
import tempfile
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simcord
from pictures import PICTURES, keep, noon, stale

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

import discord_moderating

from adapters.discord_client import Bot
from adapters.discord_desk import PLATFORM
from adapters.discord_settings import DiscordSettings
from bot.moderation import Moderation
from bot.outbox import Outbox
from bot.service import Service
from bot.snapshot import open_snapshot
from bot.store import Store
from tests.fakes.discord_room import shown

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SIZE = (760, 900)  # pixels; the pictures are cut to what is shown
STRANGE = ("When does the library open?", "How do I renew a passport?", "How do I reset my password?")
VAGUE = ("mediation", "talks between the two sides", "peace", "what about Kashmir", "how is the US involved")


def use_the_systems_browser() -> None:
    """Let Playwright start the system's Chromium where there is one, instead of downloading its own."""
    if (chromium := shutil.which("chromium")) is None:
        return
    from playwright.async_api import BrowserType  # noqa: PLC0415 (for drawing only)

    launch = BrowserType.launch

    async def launch_it(self: BrowserType, **options: Any) -> Any:
        return await launch(self, **options, executable_path=chromium, args=["--no-sandbox"])

    setattr(BrowserType, "launch", launch_it)  # noqa: B010 -- mypy minds the assignment only where playwright is installed


@asynccontextmanager
async def scenes() -> AsyncIterator[tuple[dict[str, Any], Any]]:
    """Hold the conversations: what was done by the picture's name, and how to look at it."""
    service = Service(open_snapshot(ROOT / "knowledge"), now=noon)
    decide = service.snapshot.engine.decide
    vague = next(one for one in VAGUE if decide(one).outcome == "suggest")
    strange = next(one for one in STRANGE if decide(one).reason == "unknown")
    with tempfile.TemporaryDirectory() as folder, Store.open(f"sqlite:///{folder}/store.db") as store:
        moderation = Moderation(service, store)
        bot = Bot(moderation, DiscordSettings(), Outbox(moderation, PLATFORM))
        async with simcord.run(bot, shard_count=1) as env:
            env.backend.bot_user.name = "Backchannel"
            guild = env.create_guild("South Asia")
            channel, ana = guild.create_text_channel("ask-backchannel"), guild.add_member(env.create_user("ana"))
            unknown = await ana.slash(channel, "ask", question=strange)
            assert unknown.response is not None  # noqa: S101 -- simcord always has it after a slash command
            done = {
                "discord-answer.png": await ana.slash(
                    channel, "ask", question="What is backchannel diplomacy?", public=True
                ),
                "discord-did-you-mean.png": await ana.slash(channel, "ask", question=vague),
                "discord-unknown.png": unknown,
                "discord-section.png": await ana.slash(channel, "ask", question="section/historical-overview"),
                "discord-topics.png": await ana.slash(channel, "topics"),
                "discord-form.png": await ana.click(unknown.response, label="Ask the moderators"),
            }
            yield done, lambda: env.preview(channel, viewers=[ana], width=SIZE[0], height=SIZE[1])


def payload(done: Any) -> Any:
    """What Discord was sent."""
    return getattr(done, "modal", None) or shown(getattr(done, "response", done))


async def readers(*, draw: bool) -> dict[str, Any]:
    """Look at what readers see; give what was sent, by the pictures' names."""
    async with scenes() as (done, preview):
        if draw:
            async with preview() as page:
                for name, one in done.items():
                    await page.show(one)
                    await page.screenshot(PICTURES / name, allow_incomplete=True)
        return {name: payload(one) for name, one in done.items()}


async def moderators(*, draw: bool) -> dict[str, Any]:
    """Look at what moderators see; give what was sent, by the pictures' names."""
    sent: dict[str, Any] = {}
    with tempfile.TemporaryDirectory() as folder:
        async with discord_moderating.opened(ROOT / "knowledge", Path(folder)) as here:
            async for name, channel, message in discord_moderating.scenes(here):
                sent[name] = payload(message)
                if draw:
                    async with here.env.preview(channel, viewers=[here.mod], width=SIZE[0], height=SIZE[1]) as page:
                        await page.show(message)
                        await page.screenshot(PICTURES / name, allow_incomplete=True)
    return sent


async def main(*, check: bool) -> int:
    """Take the pictures, or only say which are out of date."""
    if not check:
        use_the_systems_browser()
        PICTURES.mkdir(parents=True, exist_ok=True)
    sent = await readers(draw=not check) | await moderators(draw=not check)
    if not check:
        keep(sent)
        return 0
    for name in (old := stale(sent)):
        print(f"docs/pictures/{name}: out of date")
    return 1 if old else 0


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="draw nothing; exit with 1 if a picture is out of date")
    sys.exit(asyncio.run(main(check=parser.parse_args().check)))
