"""A Discord server with people in it, simulated in the process by simcord, and Backchannel as a member."""

# simcord types its actors loosely, and so do those who hold them.

from __future__ import annotations

from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import simcord

from adapters import courier
from adapters.discord_client import Bot
from adapters.discord_desk import PLATFORM
from adapters.discord_settings import DiscordSettings
from bot.moderation import Moderation
from bot.outbox import Outbox
from bot.service import Service
from bot.snapshot import Snapshot, open_snapshot
from bot.store import Store
from tests.fakes.discord_limits import buttons_of, problems, text_of
from tests.samples import places

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    import discord

PATIENCE = 120.0  # seconds that the bot may take for one thing on a machine that others keep busy
KNOWLEDGE = """
collection: {title: A tea shop, scope: Tea and the shop that sells it., language: en, as_of: 2025-05-12}
faq:
  - id: opening-hours
    question: When is the tea shop open?
    alternates: [what are the opening hours, shop hours on sunday]
    answer: Every day **from nine to six**.
    related: [section/history, faq/refund]
    sources: [{title: The door, url: "https://example.org/door"}]
    pinned: true
  - id: refund
    question: How do I return tea that I did not like?
    alternates: [can I get my money back, refund for tea]
    answer: Bring it back within a month.
  - id: green-tea
    question: How hot should water be for green tea?
    alternates: [green tea water temperature]
    answer: Eighty degrees.
  - id: black-tea
    question: How hot should water be for black tea?
    alternates: [black tea water temperature]
    answer: Boiling.
  - id: hostile
    question: "What is @everyone <@1> **bold**?"
    alternates: [hostile mention question]
    answer: "Hello @everyone and @here and <@1> and <@&2> and <#3>"
sections:
  - id: history
    title: A history of the shop
    text: |
LONG
"""
_SENTENCES = "the shop was founded by a sailor who loved tea. " * 12
LONG = "".join(f"      Paragraph {n}: {_SENTENCES}\n\n" for n in range(12))


@cache
def snapshot() -> Snapshot:
    """The tea shop's knowledge, loaded once for all tests."""
    import tempfile

    return written(Path(tempfile.mkdtemp(prefix="backchannel-tests-")) / "tea")


def written(folder: Path) -> Snapshot:
    """The tea shop's knowledge in files of its own."""
    folder.mkdir()
    (folder / "tea.yaml").write_text(KNOWLEDGE.replace("LONG", LONG), encoding="utf-8")
    return open_snapshot(folder)


@dataclass
class Room:
    """A server with one channel, Ana who asks and Mod who moderates."""

    folder: Path
    env: simcord.Env
    bot: Bot
    store: Store
    guild: Any
    channel: Any
    ana: Any
    ben: Any
    mod: Any

    def set(self, settings: str) -> None:
        """Change what is set for places, as an edit of the settings file would."""
        self.bot.desk.service.reload_places(lambda: places(self.folder, settings))

    @property
    def mention(self) -> str:
        """How people mention the bot."""
        assert self.bot.user
        return self.bot.user.mention

    async def deliver(self) -> None:
        """Bring people what is due to them, and let it arrive."""
        assert self.store.remember("flush", "deliver").result(PATIENCE)
        while await courier.deliver(self.bot.outbox, self.bot.news, pace=0):
            pass
        assert self.store.remember("flush", "delivered").result(PATIENCE)
        await self.env.settle()

    def last(self, channel: Any = None) -> dict[str, Any]:
        """The last message of a channel as a payload."""
        message = (channel or self.channel).last_message
        return shown(message) if message else {}

    async def channel_message(self, custom_id: str, options: tuple[str, ...] = ()) -> discord.Message:
        """A message of ours with one button of any id, or one menu, such as an older version left behind."""
        import discord

        from adapters.discord_components import MENU, Page, row

        part = {"type": 3, "custom_id": custom_id, "options": [{"label": one, "value": one} for one in options]}
        if not custom_id.startswith(MENU):
            part = {"type": 2, "style": 2, "label": "old", "custom_id": custom_id}
        channel = self.bot.get_channel(self.channel.id)
        assert isinstance(channel, discord.TextChannel)
        return await channel.send(view=Page(row(part)))

    def ours(self, channel: Any = None) -> list[discord.Message]:
        """The bot's messages that everybody in a channel sees."""
        assert self.bot.user
        me = self.bot.user.id
        return [one for one in (channel or self.channel).history() if one.author.id == me and not one.flags.ephemeral]


@cache
def vague() -> str:
    """A question to which the tea shop answers "did you mean"."""
    candidates = (
        "How hot should water be?",
        "water for tea",
        "hot tea",
        "tea water",
        "How hot?",
        "tea",
        "green or black",
    )
    for candidate in candidates:
        if snapshot().engine.decide(candidate).outcome == "suggest":
            return candidate
    raise AssertionError("none of the vague questions is vague any more: add one")


def choices(message: Any) -> list[str]:
    """The labels of the entries that a "did you mean" offers."""
    return [label for label, custom_id in buttons(message).items() if custom_id.startswith("bc1:pick:")]


def shown(message: Any) -> dict[str, Any]:
    """A message of discord.py's as the payload that it came from."""
    components = [part if isinstance(part, dict) else part.to_dict() for part in message.components]
    return {"content": message.content, "components": components, "flags": message.flags.value}


def text(message: Any) -> str:
    """The words of a message or of an interaction's response."""
    return text_of(shown(message))


def buttons(message: Any) -> dict[str, str]:
    """The buttons of a message: custom id by label."""
    return buttons_of(shown(message))


class ApprovedBot(Bot):
    """A bot whose intents are approved: simcord has no flags to tell it by; the process tests check them.

    It delivers when a test says so, not by the clock; the process tests see the clock do it.
    """

    async def _deliver(self) -> None:
        """Leave it to `Room.deliver`."""

    def _may_read(self) -> bool:
        """Take it as given."""
        return True


def bot_for(store: Store, folder: Path, settings: str = "", own: Snapshot | None = None) -> Bot:
    """A bot that answers from the tea shop's knowledge; `own` is another, or a copy that may be edited.

    `settings` is a settings file's text, of which places are read.
    """
    moderation = Moderation(Service(own or snapshot(), places=places(folder, settings)), store)
    return ApprovedBot(moderation, DiscordSettings(), Outbox(moderation, PLATFORM))


@asynccontextmanager
async def room(
    tmp_path: Path, *, kept: bool = True, own: Snapshot | None = None, settings: str = ""
) -> AsyncIterator[Room]:
    """Open a server; every message that the bot sent there is judged by Discord's limits at the end."""
    store = Store.open(f"sqlite:///{tmp_path / 'store.db'}" if kept else None)
    bot = bot_for(store, tmp_path, settings, own)
    try:
        async with simcord.run(bot, shard_count=1, settle_timeout=PATIENCE) as env:
            import discord

            # Its calendar begins at a fixed day, and what is old the store sweeps away.
            env.backend.advance_clock((datetime.now(UTC) - env.now()).total_seconds())

            guild = env.create_guild()
            moderators = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
            people = [guild.add_member(env.create_user(name)) for name in ("ana", "ben")]
            mod = guild.add_member(env.create_user("mod"), roles=[moderators])
            yield Room(tmp_path, env, bot, store, guild, guild.create_text_channel("general"), *people, mod)
            for request in env.http_requests:
                body = request.json if isinstance(request.json, dict) else {}
                for payload in (body, body.get("data") or {}):
                    if "components" in payload and "custom_id" not in payload:
                        assert problems(payload) == []
    finally:
        store.close()
