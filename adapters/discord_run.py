"""Keeps the bot on Discord: logs in, and tries again with growing patience whatever happens to the connection."""

from __future__ import annotations

import asyncio
import logging
import random
import time
from typing import TYPE_CHECKING

import aiohttp
import discord

from adapters import discord_settings
from adapters.discord_client import Bot
from adapters.discord_desk import PLATFORM
from bot.errors import BackchannelError, ConfigError
from bot.outbox import Outbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from adapters.discord_settings import DiscordSettings
    from bot.moderation import Moderation

logger = logging.getLogger(__name__)

_FIRST_PAUSE, _LONGEST_PAUSE = 1.0, 60.0  # seconds between attempts
_TOO_MANY = 30.0  # seconds, at least, after a 429 that says nothing about when: Discord bans those who insist
_STEADY = 120.0  # seconds of running after which a failure starts the patience anew
_BAD_TOKEN, _BAD_INTENTS = {4004}, {4013, 4014}  # the gateway's close codes


def prepare(environ: Mapping[str, str], file: Path | None) -> Callable[[Moderation], Awaitable[None]] | None:
    """Read the settings; None where no token is set. Raises ConfigError."""
    settings = discord_settings.read(environ, file)
    if not settings.token:
        return None

    async def serve(moderation: Moderation) -> None:
        await run(settings, moderation)

    return serve


async def run(settings: DiscordSettings, moderation: Moderation) -> None:
    """Serve Discord until cancelled. Raises ConfigError for what trying again cannot mend."""
    if settings.api_url:
        discord.http.Route.BASE = settings.api_url  # the library has no other place for it
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # the bot never speaks aloud
    outbox = Outbox(moderation, PLATFORM)
    pause = _FIRST_PAUSE
    while True:
        started = time.monotonic()
        try:
            async with Bot(moderation, settings, outbox) as bot:
                await bot.start(settings.token)
        except BackchannelError:
            raise
        except Exception as error:  # the platform's edge: the library dies of many errors, and most pass
            _raise_lasting(error)
            if time.monotonic() - started > _STEADY:
                pause = _FIRST_PAUSE
            wait = max(pause, _TOO_MANY) if _is_ban(error) else pause
            logger.warning(
                "Discord is lost (%s); trying again in %.0f s", _named(error), wait, exc_info=_unknown(error)
            )
        else:
            wait = pause
            logger.warning("Discord closed the connection; trying again in %.0f s", wait)
        await asyncio.sleep(wait * random.uniform(0.8, 1.2))  # noqa: S311 (spreads the processes of a fleet, no secret)
        pause = min(pause * 2, _LONGEST_PAUSE)


def _raise_lasting(error: Exception) -> None:
    code = error.code if isinstance(error, discord.ConnectionClosed) else None
    if isinstance(error, discord.LoginFailure) or code in _BAD_TOKEN:
        raise ConfigError(
            "DISCORD_TOKEN is not accepted by Discord; copy the bot's token anew from the developer portal."
        ) from None
    if isinstance(error, discord.PrivilegedIntentsRequired) or code in _BAD_INTENTS:
        raise ConfigError(
            "Discord refuses an intent that the bot asks for: switch on the message content intent in the developer "
            "portal under Bot, or switch auto_answer off in the settings."
        ) from None


def _is_ban(error: Exception) -> bool:
    return isinstance(error, discord.HTTPException) and error.status == 429  # noqa: PLR2004 (too many requests)


def _unknown(error: Exception) -> Exception | None:
    """An error that is not the connection's own, for the log."""
    known = (discord.HTTPException, discord.ConnectionClosed, discord.GatewayNotFound, OSError, aiohttp.ClientError)
    return None if isinstance(error, known) else error


def _named(error: Exception) -> str:
    if isinstance(error, discord.HTTPException):
        return f"HTTP {error.status}"
    if isinstance(error, discord.ConnectionClosed):
        return f"closed with {error.code}"
    if isinstance(error, (OSError, aiohttp.ClientError)):
        return "no connection"
    return type(error).__name__
