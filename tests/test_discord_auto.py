"""Answers that nobody asked for on Discord: only where switched on, only when sure, and politely."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from tests.fakes.discord_room import Room, bot_for, buttons, room, text, vague

if TYPE_CHECKING:
    from pathlib import Path

SURE, OTHER = "When is the tea shop open?", "How do I return tea that I did not like?"


ANYWHERE = "discord.places.1.auto_answer = true\n"  # so that the bot reads messages at all


def watch(here: Room, channel: Any, more: str = "") -> None:
    """Switch auto-answer on in a channel."""
    here.set(f"discord.places.{channel.id}.auto_answer = true\n{more}")


def test_a_sure_answer_is_offered_in_one_line(tmp_path: Path) -> None:
    """A question that the bot is sure of gets one line; the answer opens for who presses, and can be voted on."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            watch(here, here.channel)
            asked = await here.ana.send(here.channel, SURE)
            (offer,) = here.ours()
            assert text(offer) == "This may answer it: **When is the tea shop open?**"
            assert list(buttons(offer)) == ["Show answer", "Remove"]
            assert offer.reference
            assert offer.reference.message_id == asked.id
            opened = await here.ben.click(offer, label="Show answer")
            assert opened.ephemeral
            assert "nine to six" in text(opened.response)
            assert "Helpful" in buttons(opened.response)

    asyncio.run(chat())


def test_silence_when_unsure_or_elsewhere(tmp_path: Path) -> None:
    """Vague and unknown questions, small talk, other channels and talk between people get nothing."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            watch(here, here.channel)
            for words in (vague(), "zebra quantum guitar", "thanks!", "...", "zebra " * 300):
                await here.ana.send(here.channel, words)
            first = await here.ana.send(here.channel, "zebras and guitars")
            await here.ben.send(here.channel, SURE, reply_to=first)
            await here.ben.send(here.channel, f"{here.ana.mention} {SURE}")
            await here.ana.send(here.guild.create_text_channel("elsewhere"), SURE)
            assert here.ours() == []

    asyncio.run(chat())


def test_the_same_entry_waits(tmp_path: Path) -> None:
    """An entry is offered once in its cool-down, another one meanwhile all the same."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            watch(here, here.channel)
            for words in (SURE, SURE, OTHER):
                await here.ana.send(here.channel, words)
            assert len(here.ours()) == 2

    asyncio.run(chat())


def test_the_hourly_cap_holds(tmp_path: Path) -> None:
    """No more unasked answers in an hour than are set; what is asked is still answered."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            watch(here, here.channel, "discord.auto_answer_hourly = 1")
            await here.ana.send(here.channel, SURE)
            await here.ana.send(here.channel, OTHER)
            assert len(here.ours()) == 1
            await here.ana.send(here.channel, f"{here.mention} {OTHER}")
            assert len(here.ours()) == 2

    asyncio.run(chat())


def test_removals_mute_and_the_mute_outlives_a_restart(tmp_path: Path) -> None:
    """The third removal mutes the channel, tells who pressed and the moderators, and a new process keeps quiet too."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            backroom = here.guild.create_text_channel("moderators")
            watch(here, here.channel, f"discord.moderator_channel = {backroom.id}")
            for words in (SURE, OTHER, "How hot should water be for green tea?"):
                await here.ana.send(here.channel, words)
                result = await here.ana.click(here.ours()[-1], label="Remove")
            assert here.ours() == []
            assert "only when asked" in result.followups[-1].content
            assert "only when asked" in text(backroom.last_message)
            await here.ana.send(here.channel, "How hot should water be for black tea?")
            assert here.ours() == []
            await here.env.restart_bot(
                bot_for(here.store, here.folder, f"discord.places.{here.channel.id}.auto_answer = true")
            )
            await here.ana.send(here.channel, "How hot should water be for black tea?")
            assert here.ours() == []

    asyncio.run(chat())


def test_forum_posts_share_one_budget(tmp_path: Path) -> None:
    """In a watched forum a post is read with its title; the talk below it is left alone, and the cap is the forum's."""

    async def chat() -> None:
        async with room(tmp_path, settings=ANYWHERE) as here:
            forum = here.guild.create_forum_channel("help")
            watch(here, forum, "discord.auto_answer_hourly = 1")
            ana = (await here.ana.send(here.channel, "hi")).author
            offers = []
            for title in (SURE, OTHER):
                post = await here.bot.get_channel(forum.id).create_thread(name=title, content="x")  # type: ignore[union-attr]
                # Only the bot can open a post in this simulation, so Ana lends it her name; and on Discord a post's
                # first message has the id of its thread.
                post.message.author, post.message.id = ana, post.thread.id
                here.bot.dispatch("message", post.message)
                await here.env.settle()
                offers.append([text(one) async for one in post.thread.history() if one.components])
            assert offers == [["This may answer it: **When is the tea shop open?**"], []]

    asyncio.run(chat())


def test_off_by_default(tmp_path: Path) -> None:
    """Nothing is answered unasked, and the content of messages is not even asked for."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            assert not here.bot.intents.message_content
            await here.ana.send(here.channel, SURE)
            assert here.ours() == []

    asyncio.run(chat())
