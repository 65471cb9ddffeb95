"""Our buttons and menus as discord.py's dynamic items: found by the form of their ids, whenever they were sent.

No other item is ever sent. The library forgets a dynamic item's class as soon as a view that mixes it with ordinary
items ends; a `Page` has no view's life that could end.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol, cast

import discord
from discord import ButtonStyle, ui

from adapters.discord_components import MENU
from adapters.discord_ids import TEMPLATE, Press

if TYPE_CHECKING:
    import re
    from collections.abc import Sequence

Interaction = discord.Interaction[Any]  # of any client: `Host` says what ours can do


class Host(Protocol):
    """What the client of an interaction does with a press."""

    async def pressed(self, interaction: Interaction, press: Press) -> None:
        """Do what a button or a menu stands for; never raises."""


class Push(ui.DynamicItem[ui.Button[ui.LayoutView]], template=TEMPLATE):
    """A button."""

    def __init__(self, press: Press, *, label: str | None = None, style: ButtonStyle = ButtonStyle.secondary) -> None:
        self.press = press
        super().__init__(ui.Button(label=label, style=style, custom_id=str(press)))

    @classmethod
    async def from_custom_id(cls, _interaction: Interaction, _item: ui.Item[Any], match: re.Match[str], /) -> Push:
        """Rebuild the button from its id."""
        return cls(Press(**match.groupdict()))

    async def callback(self, interaction: Interaction) -> None:
        """Hand the press to the client."""
        await cast("Host", interaction.client).pressed(interaction, self.press)


class Menu(ui.DynamicItem[ui.Select[ui.LayoutView]], template=MENU + TEMPLATE):
    """A menu of entries or questions; an entry's value is what `discord_ids.short` makes of its id."""

    def __init__(
        self,
        press: Press,
        *,
        placeholder: str | None = None,
        options: Sequence[discord.SelectOption] = (),
        most: int = 1,
    ) -> None:
        self.press = press
        custom_id = f"{MENU}{press}"
        super().__init__(
            ui.Select(custom_id=custom_id, placeholder=placeholder, options=list(options), max_values=most)
        )

    @classmethod
    async def from_custom_id(cls, _interaction: Interaction, _item: ui.Item[Any], match: re.Match[str], /) -> Menu:
        """Rebuild the menu from its id."""
        return cls(Press(**match.groupdict()))

    async def callback(self, interaction: Interaction) -> None:
        """Hand what was picked to the client, as a press whose argument is the values, with blanks between."""
        values = " ".join(self.item.values)
        picked = Press(verb=self.press.verb, key=self.press.key, person=self.press.person, argument=values)
        await cast("Host", interaction.client).pressed(interaction, picked)
