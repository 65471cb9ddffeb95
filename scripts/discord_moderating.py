"""What moderators see on Discord, for the pictures: two people's question from asking to its answer."""

# simcord types its actors loosely.
# ruff: noqa: ANN401

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import discord
import simcord
from moderating import ENTRY, WAITS, in_channel, let_the_week_end, moderated
from pictures import noon

from adapters.discord_desk import PLATFORM
from adapters.discord_settings import DiscordSettings
from bot.outbox import Outbox
from bot.store import Store
from tests.fakes.discord_room import ApprovedBot, Room, buttons

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

_PATIENCE = 60.0  # seconds for a change to be weighed


@asynccontextmanager
async def opened(knowledge: Path, folder: Path) -> AsyncIterator[Room]:
    """Open a server with two who ask and one who moderates."""
    with Store.open(f"sqlite:///{folder}/store.db", now=noon) as store:
        moderation = moderated(knowledge, folder, store)
        bot = ApprovedBot(moderation, DiscordSettings(), Outbox(moderation, PLATFORM))
        async with simcord.run(bot, shard_count=1, settle_timeout=_PATIENCE) as env:
            env.backend.bot_user.name = "Backchannel"
            guild = env.create_guild("South Asia")
            role = guild.create_role("Moderators", permissions=discord.Permissions(manage_guild=True))
            ana, ben = (guild.add_member(env.create_user(name)) for name in ("ana", "ben"))
            maya = guild.add_member(env.create_user("maya"), roles=[role])
            yield Room(folder, env, bot, store, guild, guild.create_text_channel("ask-backchannel"), ana, ben, maya)


async def scenes(here: Room) -> AsyncIterator[tuple[str, Any, Any]]:
    """Give a picture's name, the channel and what to look at there; the next scene changes the message."""
    backroom = here.guild.create_text_channel("moderators")
    in_channel(here.bot.moderation, here.folder, PLATFORM, str(backroom.id))
    for person, question in zip((here.ana, here.ben), WAITS, strict=True):
        await _ask_moderators(here, person, question)
    yield "discord-asked.png", backroom, here.ours(backroom)[0]
    queue = await here.mod.slash(here.channel, "backchannel review")
    yield "discord-review.png", here.channel, queue.response
    await _press(here, queue.response, f"Add to: {ENTRY}")
    yield "discord-effects.png", here.channel, queue.response
    await _press(here, queue.response, "Make this change")
    await here.deliver()
    yield "discord-change.png", backroom, here.ours(backroom)[-1]
    let_the_week_end(here.bot.moderation, PLATFORM, str(backroom.id))
    await here.deliver()
    yield "discord-week.png", backroom, here.ours(backroom)[-1]


async def _ask_moderators(here: Room, person: Any, question: str) -> None:
    asked = (await person.slash(here.channel, "ask", question=question)).response
    await person.click(asked, label="None of these")
    form = await person.click(asked, label="Ask the moderators")
    field = form.modal["components"][1]["component"]
    await person.submit_modal(form, {field["custom_id"]: question})
    here.store.remember("flush", question).result()


async def _press(here: Room, message: Any, label: str) -> None:
    custom_id = next(one for name, one in buttons(message).items() if name.startswith(label))
    await here.mod.click(message, custom_id=custom_id)
