"""What is kept about a person, on Discord: told, shown and deleted for whoever asks, and for nobody else."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING

import discord
from discord import ButtonStyle

from adapters.discord_components import Page, button, container, row, text
from adapters.discord_guard import say
from adapters.discord_ids import Press
from adapters.discord_text import escape
from bot.disclosure import disclose, erase, notice
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_items import Interaction

_FILE = "backchannel.json"


class Privacy:
    """The command and its two buttons; each is about the person who uses it, whoever's message it stands in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.acts: Mapping[str, Callable[[Interaction, Press], Awaitable[None]]] = {
            "mine": self._show,
            "forget": self._forget,
        }

    async def tell(self, interaction: Interaction) -> None:
        """Tell what is kept, with a way to see and to delete one's own."""
        words = wording(interaction.locale.value).room
        told = notice(words, self._desk.store.retention_days)
        buttons = (
            button(Press(verb="mine"), words.show_mine),
            button(Press(verb="forget"), words.delete_mine, ButtonStyle.danger),
        )
        await interaction.response.send_message(view=Page(container(text(escape(told)), row(*buttons))), ephemeral=True)

    async def _show(self, interaction: Interaction, _press: Press) -> None:
        words = wording(interaction.locale.value).room
        await interaction.response.defer(ephemeral=True, thinking=True)
        said, found = await asyncio.to_thread(disclose, self._desk.store, self._desk.asker(interaction), words)
        if found is None:
            await say(interaction, said)
            return
        file = discord.File(io.BytesIO(found.encode()), _FILE)
        await interaction.followup.send(said, file=file, ephemeral=True)

    async def _forget(self, interaction: Interaction, _press: Press) -> None:
        words, asker = wording(interaction.locale.value).room, self._desk.asker(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        self._desk.service.forget(asker)
        await say(interaction, await asyncio.to_thread(erase, self._desk.store, asker, words))
