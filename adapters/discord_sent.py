"""Moderators' forms on Discord as they were sent: refused or thought better of, they open again with what was typed.

Discord closes a form as soon as it is sent, and what was typed with it.
"""

from __future__ import annotations

from collections import OrderedDict
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from adapters import discord_forms
from adapters.discord_review_view import notice
from bot.errors import BackchannelError, EditConflict, NotAllowedError
from bot.store import new_key

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from adapters.discord_ids import Press
    from adapters.discord_items import Interaction

_KEPT = 200  # forms; an older one has to be filled in anew


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A form with what was typed into it."""

    person: str
    press: Press  # what the form stands for
    fields: Mapping[str, str]
    key: str


class SentForms:
    """Remembers forms, each for the moderator who sent it."""

    def __init__(self) -> None:
        self._sent: OrderedDict[str, Sent] = OrderedDict()

    def keep(self, interaction: Interaction, press: Press, fields: Mapping[str, str]) -> Sent:
        """Remember a form."""
        sent = Sent(person=str(interaction.user.id), press=press, fields=fields, key=new_key())
        self._sent[sent.key] = sent
        if len(self._sent) > _KEPT:
            self._sent.popitem(last=False)
        return sent

    def find(self, interaction: Interaction, press: Press) -> Sent | None:
        """Give the form of a button; None if it is gone, or somebody else's."""
        sent = self._sent.get(press.key)
        return sent if sent is not None and sent.person == str(interaction.user.id) else None

    @asynccontextmanager
    async def taken(self, interaction: Interaction, press: Press) -> AsyncIterator[Sent]:
        """Take a form that was just sent; where what it says is refused, say why and offer the form again.

        The interaction has been deferred.
        """
        sent = self.keep(interaction, press, discord_forms.written(interaction.data))
        try:
            yield sent
        except (EditConflict, NotAllowedError):
            raise
        except BackchannelError as error:
            said = notice([str(error)], interaction.locale.value, back=sent.key)
            await interaction.followup.send(view=said, ephemeral=True)
