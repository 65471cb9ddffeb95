"""The connection to Discord: its events come in here and go to who handles them."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any

import discord
import yarl
from discord.gateway import DiscordWebSocket

from adapters import courier, discord_commands
from adapters.discord_components import MENU
from adapters.discord_desk import PLATFORM, Desk
from adapters.discord_guard import guarded
from adapters.discord_ids import Press
from adapters.discord_items import Menu, Push
from adapters.discord_messages import Messages
from adapters.discord_news import News
from adapters.discord_presses import Presses
from adapters.discord_privacy import Privacy
from adapters.discord_review import Review
from bot.errors import ConfigError
from bot.seen import Seen

if TYPE_CHECKING:
    from adapters.discord_items import Interaction
    from adapters.discord_settings import DiscordSettings
    from bot.moderation import Moderation
    from bot.outbox import Outbox

logger = logging.getLogger(__name__)

_NEEDS_CONTENT = (
    "auto_answer on Discord needs the message content intent: switch it on in the developer portal under Bot"
)


class Bot(discord.AutoShardedClient):
    """Backchannel on Discord."""

    def __init__(self, moderation: Moderation, settings: DiscordSettings, outbox: Outbox) -> None:
        intents = discord.Intents.default()
        intents.message_content = moderation.service.places.auto_answers(PLATFORM)
        shards: dict[str, Any] = {}
        if settings.shards:
            shards = {"shard_ids": list(settings.shards[0]), "shard_count": settings.shards[1]}
        super().__init__(
            intents=intents,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # no message is kept: nothing here needs one again
            chunk_guilds_at_startup=False,
            member_cache_flags=discord.MemberCacheFlags.none(),
            **shards,
        )
        self._settings, self._told = settings, Seen()
        self._delivering: asyncio.Task[None] | None = None
        self.desk = Desk(moderation.service, moderation.store)
        self.review = Review(self.desk, moderation)
        self.moderation, self.outbox = moderation, outbox
        self.news = News(self, self.desk, moderation)
        privacy = Privacy(self.desk)
        self.presses = Presses(self.desk, {**self.review.acts, **self.news.acts, **privacy.acts})
        self.messages = Messages(self.desk)
        self.tree = discord_commands.build(self, self.desk, self.review, privacy)

    async def setup_hook(self) -> None:
        """Get ready between logging in and connecting. Raises ConfigError where the application is not set up."""
        if self._settings.api_url:
            _, gateway, _ = await self.http.get_bot_gateway()
            # The library asks only once, and goes to its own default when it has to identify anew.
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        if self.intents.message_content and not self._may_read():
            raise ConfigError(f"{_NEEDS_CONTENT}, or switch auto_answer off.")
        self.add_dynamic_items(Push, Menu)
        await discord_commands.sync(self.tree, self.desk.store)
        self._delivering = asyncio.create_task(self._deliver(), name="deliveries")

    async def close(self) -> None:
        """Leave; what was not delivered is due at the next start."""
        if self._delivering:
            self._delivering.cancel()
        await super().close()

    async def _deliver(self) -> None:
        await self.wait_until_ready()
        await courier.run(self.outbox, self.news)

    def _may_read(self) -> bool:
        flags = self.application.flags if self.application else None
        return flags is None or flags.gateway_message_content or flags.gateway_message_content_limited

    async def _read_from_now_on(self) -> None:
        """Follow settings that switch auto-answer on: what people write is told only to who asked when connecting."""
        if self._may_read():
            logger.info("auto-answer was switched on; connecting anew to read messages")
            await self.close()
        elif self._told.first_time("content"):
            logger.error("%s.", _NEEDS_CONTENT)

    async def pressed(self, interaction: Interaction, press: Press) -> None:
        """Do what a button or a menu stands for."""
        async with guarded(interaction):
            await self.presses.act(interaction, press)

    async def on_ready(self) -> None:
        """Say that the bot is there; comes again after every new session."""
        logger.info("Discord is ready: %d servers, %d shards", len(self.guilds), self.shard_count or 1)

    async def on_message(self, message: discord.Message) -> None:
        """Answer a message, if it is a question for us."""
        if self.user:
            await self.messages.handle(message, self.user.id)
        if not self.intents.message_content and self.moderation.service.places.auto_answers(PLATFORM):
            await self._read_from_now_on()

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        """Answer a reworded question anew."""
        if self.user:
            await self.messages.question_edited(event.message, self.user.id)

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        """Take our answer away with the question."""
        await self.messages.question_deleted(event.message_id)

    async def on_interaction(self, interaction: Interaction) -> None:
        """Answer what the library drops: a form after a restart, and a button that no item of ours fits."""
        custom_id = str(dict(interaction.data or {}).get("custom_id", ""))
        if interaction.type is discord.InteractionType.modal_submit:
            press = Press.parse(custom_id)
            async with guarded(interaction):
                await (self.presses.act(interaction, press) if press else self.presses.stale(interaction))
        elif interaction.type is discord.InteractionType.component and not Press.parse(custom_id.removeprefix(MENU)):
            async with guarded(interaction):
                await self.presses.stale(interaction)

    async def on_error(self, event_method: str, /, *_args: object, **_kwargs: object) -> None:
        """Log what an event's handler let through, without what people wrote."""
        logger.error("the handler %s failed", event_method, exc_info=True)  # noqa: LOG014 (the library calls this while handling it)
