"""Renders the pictures of Discord messages in the documentation: what the bot really sends, in a simulated Discord.

    pip install 'simcord[screenshot]' && python scripts/discord_pictures.py

Needs a Chromium: Playwright's own, or the system's as `chromium`. Writes docs/pictures/discord-*.png.
"""

# A script, not a package; simcord types its actors loosely.
# ruff: noqa: ANN401

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

import simcord
from playwright.async_api import BrowserType

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from adapters.discord_client import Bot
from adapters.discord_desk import PLATFORM
from adapters.discord_settings import DiscordSettings
from bot.config import Settings
from bot.moderation import Moderation
from bot.outbox import Outbox
from bot.service import Service
from bot.store import Store

PICTURES = ROOT / "docs" / "pictures"
SIZE = (760, 900)  # pixels; the pictures are cut to what is shown
STRANGE = ("When does the library open?", "How do I renew a passport?", "How do I reset my password?")
VAGUE = ("mediation", "talks between the two sides", "peace", "what about Kashmir", "how is the US involved")


def use_the_systems_browser() -> None:
    """Let Playwright start the system's Chromium where there is one, instead of downloading its own."""
    if (chromium := shutil.which("chromium")) is None:
        return
    launch = BrowserType.launch

    async def launch_it(self: BrowserType, **options: Any) -> Any:
        return await launch(self, **options, executable_path=chromium, args=["--no-sandbox"])

    setattr(BrowserType, "launch", launch_it)  # noqa: B010 -- mypy minds the assignment only where playwright is installed


async def main() -> None:
    """Hold the conversations and take the pictures."""
    use_the_systems_browser()
    PICTURES.mkdir(parents=True, exist_ok=True)
    service = Service.open(Settings(knowledge=ROOT / "knowledge"))
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
            scenes = {
                "answer": await ana.slash(channel, "ask", question="What is backchannel diplomacy?", public=True),
                "did-you-mean": await ana.slash(channel, "ask", question=vague),
                "unknown": unknown,
                "section": await ana.slash(channel, "ask", question="section/historical-overview"),
                "topics": await ana.slash(channel, "topics"),
                "form": await ana.click(unknown.response, label="Ask the moderators"),
            }
            async with env.preview(channel, viewers=[ana], width=SIZE[0], height=SIZE[1]) as preview:
                for name, scene in scenes.items():
                    await preview.show(scene)
                    await preview.screenshot(PICTURES / f"discord-{name}.png", allow_incomplete=True)


if __name__ == "__main__":
    asyncio.run(main())
