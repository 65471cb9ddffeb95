"""The moderators' figures on Discord: a picture where one can be drawn, and the same in words."""

from __future__ import annotations

import asyncio
from io import BytesIO
from typing import TYPE_CHECKING

import discord

from adapters.discord_components import Page, gallery
from adapters.discord_view import report
from bot import picture
from bot.wording import wording

if TYPE_CHECKING:
    from adapters.discord_items import Interaction
    from bot.statistics import Statistics
    from bot.wording import Wording

_FILE = "figures.png"
_LISTED = 15  # entries with figures


async def show(interaction: Interaction, found: Statistics) -> None:
    """Show the figures; the interaction has been deferred."""
    words = wording(interaction.locale.value)
    lines = lines_of(found, words)
    drawn = await asyncio.to_thread(picture.draw, found)
    told = report("\n".join(lines))
    if drawn is None:
        await interaction.edit_original_response(view=told)
        return
    about = f"{words.news.picture} {lines[0]}"
    file = discord.File(BytesIO(drawn), _FILE, description=about)
    page = Page(gallery(f"attachment://{_FILE}", about), *told.to_components())
    await interaction.edit_original_response(view=page, attachments=[file])


def lines_of(found: Statistics, words: Wording) -> list[str]:
    """Say the figures."""
    lines = [found.summary(words.moderator), *found.by_entry(_LISTED, words.room)]
    unreached = found.unreached if found.total else ()
    return [*lines, words.moderator.unreached.format(entries=", ".join(unreached))] if unreached else lines
