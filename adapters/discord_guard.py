"""Where every failure on Discord ends: one line to the person, the rest to the log under the same code."""

from __future__ import annotations

import logging
import secrets
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import discord

from adapters.discord_text import escape
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from adapters.discord_items import Interaction

logger = logging.getLogger(__name__)

_EXPIRED, _ANSWERED = 10062, 40060  # Discord's codes: the interaction is too old, or has been answered


@asynccontextmanager
async def guarded(interaction: Interaction) -> AsyncIterator[None]:
    """Do something for an interaction; whatever fails, the person is told one line and nothing is raised."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 (the platform's edge: the library would only log, and the person wait)
        await apologise(interaction, error)


async def apologise(interaction: Interaction, error: BaseException) -> None:
    """Tell the person that something failed, with a code that finds it in the log."""
    if isinstance(error, discord.HTTPException) and error.code in {_EXPIRED, _ANSWERED}:
        logger.warning("interaction %s could not be answered: Discord says %s", interaction.id, error.code)
        return
    line = wording(interaction.locale.value).room.failed.format(code=noted(f"interaction {interaction.id}", error))
    try:
        await say(interaction, line)
    except discord.HTTPException as second:
        logger.warning("interaction %s: the apology failed too (HTTP %s)", interaction.id, second.status)


def noted(what: str, error: BaseException) -> str:
    """Log a failure; the code under which it can be found."""
    code = secrets.token_hex(4)
    logger.error("%s failed, code %s", what, code, exc_info=error)
    return code


async def say(interaction: Interaction, line: str) -> None:
    """Say one line to the person alone."""
    if interaction.response.is_done():
        await interaction.followup.send(escape(line), ephemeral=True)
    else:
        await interaction.response.send_message(escape(line), ephemeral=True)


async def defer(interaction: Interaction) -> None:
    """Take the time that work needs; the answer replaces the message that a press or form came from, if any."""
    if interaction.message is None:
        await interaction.response.defer(ephemeral=True, thinking=True)
    else:
        await interaction.response.defer()
