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
from bot.disclosure import disclosure
from bot.errors import StoreError
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from adapters.discord_desk import Desk
    from adapters.discord_items import Interaction

_FILE = "backchannel.json"
_PATIENCE = 2.0  # seconds to wait for a deletion to be on disk before saying that it is on its way


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
        words, days = wording(interaction.locale.value).room, self._desk.store.retention_days
        told = f"{words.privacy} {words.kept_for.format(days=days)}" if days else words.privacy
        buttons = (
            button(Press(verb="mine"), words.show_mine),
            button(Press(verb="forget"), words.delete_mine, ButtonStyle.danger),
        )
        await interaction.response.send_message(view=Page(container(text(escape(told)), row(*buttons))), ephemeral=True)

    async def _show(self, interaction: Interaction, _press: Press) -> None:
        words = wording(interaction.locale.value).room
        await interaction.response.defer(ephemeral=True, thinking=True)
        try:
            own = await asyncio.to_thread(self._desk.store.own_data, self._desk.asker(interaction))
        except StoreError as error:
            nothing = self._desk.store.status().kind == "none"
            await say(interaction, words.nothing_mine if nothing else str(error))
            return
        if (found := disclosure(own)) is None:
            await say(interaction, words.nothing_mine)
            return
        file = discord.File(io.BytesIO(found.encode()), _FILE)
        await interaction.followup.send(words.mine, file=file, ephemeral=True)

    async def _forget(self, interaction: Interaction, _press: Press) -> None:
        words, asker = wording(interaction.locale.value).room, self._desk.asker(interaction)
        await interaction.response.defer(ephemeral=True, thinking=True)
        self._desk.service.forget(asker)
        if self._desk.store.status().kind == "none":
            await say(interaction, words.nothing_mine)
            return
        erased = asyncio.wrap_future(self._desk.store.erase(asker))
        done, _ = await asyncio.wait({erased}, timeout=_PATIENCE)
        await say(interaction, words.deleted if done and erased.result() else words.will_delete)
