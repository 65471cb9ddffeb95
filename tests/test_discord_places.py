"""Places on Discord: each channel answers from its own knowledge, keeps its own moderators, and bears only so much."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

import discord

from bot.snapshot import open_snapshot
from bot.wording import wording
from tests.fakes.discord_room import KNOWLEDGE, LONG, Room, room, text

if TYPE_CHECKING:
    from pathlib import Path

    from bot.snapshot import Snapshot

ROOM = wording("en").room
HARBOUR = """
collection: {title: The harbour, scope: Ships and tides., as_of: 2026-01-15}
faq:
  - {id: ships, question: When does the ferry leave?, alternates: [ferry departure times], answer: At noon.}
"""
SURE, FERRY = "When is the tea shop open?", "ferry departure times"


def two(folder: Path) -> Snapshot:
    """A tea shop and a harbour."""
    for name, content in (("tea", KNOWLEDGE.replace("LONG", LONG)), ("harbour", HARBOUR)):
        (folder / "two" / name).mkdir(parents=True)
        (folder / "two" / name / "faq.yaml").write_text(content, encoding="utf-8")
    return open_snapshot(folder / "two")


async def asked(here: Room, channel: object, question: str) -> str:
    """What `/ask` answers in a channel."""
    return text((await here.ana.slash(channel, "ask", question=question)).response)


def test_two_channels_know_two_things(tmp_path: Path) -> None:
    """Commands, mentions, type-ahead, topics, threads, and an entry of another channel by its id."""

    async def chat() -> None:
        async with room(tmp_path, own=two(tmp_path)) as here:
            pier = here.guild.create_text_channel("pier")
            here.set(f"""
                [discord.places.{here.channel.id}]
                collections = "tea"
                [discord.places.{pier.id}]
                collections = ["harbour"]
                """)
            assert "nine to six" in await asked(here, here.channel, SURE)
            assert "At noon" in await asked(here, pier, FERRY)
            assert "nine to six" not in await asked(here, pier, SURE)
            assert "nine to six" not in await asked(here, pier, "tea:faq/opening-hours")
            assert "At noon" not in await asked(here, here.channel, FERRY)
            await here.ana.send(pier, f"{here.mention} {FERRY}")
            assert "At noon" in text(here.ours(pier)[-1])
            topics = text((await here.ana.slash(pier, "topics")).response)
            assert "The harbour" in topics
            assert "tea shop" not in topics
            offered = await here.ana.autocomplete(pier, "ask", "question", "")
            assert [choice["name"] for choice in offered] == ["When does the ferry leave?"]
            # A server knows what its widest setting says, a channel without one of its own follows it.
            here.set(f'discord.places.{here.guild.id}.collections = "harbour"')
            assert "nine to six" not in await asked(here, here.channel, SURE)
            assert "At noon" in await asked(here, here.channel, FERRY)

    asyncio.run(chat())


def test_an_answer_in_a_thread_is_corrected_by_its_channels_settings(tmp_path: Path) -> None:
    """What is known in the channel is known in its threads: an answer there is corrected, and not called retired."""

    async def chat() -> None:
        async with room(tmp_path, own=two(tmp_path)) as here:
            pier = here.guild.create_text_channel("pier")
            here.set(f"""
                [discord.places.{here.guild.id}]
                collections = "tea"
                [discord.places.{pier.id}]
                collections = "harbour"
                """)
            here.bot.moderation.correct_days = 10_000  # the simulated server's calendar is another
            await here.bot.get_channel(pier.id).create_thread(name="Tides", type=discord.ChannelType.public_thread)  # type: ignore[union-attr]
            (thread,) = pier.threads
            await here.ana.send(thread, f"{here.mention} {FERRY}")
            assert "At noon" in text(here.ours(thread)[-1])
            await here.deliver()
            (tmp_path / "two" / "harbour" / "faq.yaml").write_text(HARBOUR.replace("At noon", "At one"), "utf-8")
            here.bot.desk.service.reload()
            await here.deliver()
            assert "At one" in text(here.ours(thread)[-1])
            assert "Updated" in text(here.ours(thread)[-1])

    asyncio.run(chat())


def test_moderators_are_told_in_a_thread_by_its_channels_settings(tmp_path: Path) -> None:
    """A thread of a channel with a language of its own is told in that language."""

    async def chat() -> None:
        async with room(tmp_path, own=two(tmp_path)) as here:
            await here.bot.get_channel(here.channel.id).create_thread(  # type: ignore[union-attr]
                name="News", type=discord.ChannelType.public_thread
            )
            (thread,) = here.channel.threads
            here.set(f"""
                [discord]
                moderator_channel = {thread.id}
                [discord.places.{here.channel.id}]
                language = "de"
                """)
            (tmp_path / "two" / "harbour" / "faq.yaml").write_text(HARBOUR.replace("At noon", "At one"), "utf-8")
            here.bot.desk.service.reload()
            await here.deliver()
            assert "Das Wissen hat sich geändert: 1 geändert" in text(here.ours(thread)[-1])

    asyncio.run(chat())


def test_a_channels_moderator_moderates_there_only(tmp_path: Path) -> None:
    """A person named for a channel sees and edits what is known there, and nothing elsewhere."""

    async def chat() -> None:
        async with room(tmp_path, own=two(tmp_path)) as here:
            group = next(one for one in await here.bot.tree.fetch_commands() if one.name == "backchannel")
            here.guild.set_command_permissions(group, {here.guild.default_role: True})
            pier = here.guild.create_text_channel("pier")
            here.set(f"""
                [discord.places.{pier.id}]
                collections = "harbour"
                moderators = [{here.ben.id}]
                """)
            elsewhere = await here.ben.slash(here.channel, "backchannel status")
            assert ROOM.moderators_only in elsewhere.response.content
            status = text((await here.ben.slash(pier, "backchannel status")).response)
            assert "harbour: 1 entries" in status
            assert "tea" not in status.replace(str(tmp_path), "")
            assert "tea" not in text((await here.ben.slash(pier, "backchannel check")).response).replace(
                str(tmp_path), ""
            )
            assert "tea" in text((await here.mod.slash(here.channel, "backchannel check")).response).replace(
                str(tmp_path), ""
            )
            refused = await here.ben.slash(pier, "backchannel edit", entry="tea:faq/refund")
            assert "names no collection" in refused.response.content
            opened = await here.ben.slash(pier, "backchannel edit", entry="harbour:faq/ships")
            assert "At noon." in str(opened.modal)
            assert len(here.env.errors) == 2, "the library's notes that a check failed and that a command raised"

    asyncio.run(chat())


def test_a_flood_is_told_once_and_costs_nobody_else(tmp_path: Path) -> None:
    """Mentions past the limit get one line, then silence; a command is told privately; others are answered."""

    async def chat() -> None:
        async with room(tmp_path, settings='discord.person_limit = "2 in 1 h"') as here:
            for _ in range(6):
                await here.ana.send(here.channel, f"{here.mention} {SURE}")
            said = [one.content or text(one) for one in here.ours()]
            assert len(said) == 3
            assert said[-1] == ROOM.too_many
            told = await here.ana.slash(here.channel, "ask", question=SURE)
            assert told.ephemeral
            assert told.response.content == ROOM.too_many
            await here.ben.send(here.channel, f"{here.mention} {SURE}")
            assert "nine to six" in text(here.ours()[-1])

    asyncio.run(chat())


def test_talk_in_a_watched_channel_costs_no_answer(tmp_path: Path) -> None:
    """What the bot only overhears counts apart: who has chatted a lot can still ask."""

    async def chat() -> None:
        async with room(tmp_path, settings='discord.auto_answer = true\ndiscord.person_limit = "3 in 1 h"') as here:
            for _ in range(5):
                await here.ana.send(here.channel, "zebras and guitars")
            await here.ana.send(here.channel, SURE)
            assert here.ours() == []
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            assert "nine to six" in text(here.ours()[-1])

    asyncio.run(chat())


def test_status_tells_what_is_wrong_with_the_settings(tmp_path: Path) -> None:
    """The file, the line and the remedy, and since when the settings in force hold."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            with pytest.raises(Exception, match="langage"):
                here.set('discord.langage = "fr"')
            shown = text((await here.mod.slash(here.channel, "backchannel status")).response)
            assert "backchannel.toml:1:9: error: there is no setting 'langage' in [discord]" in shown
            assert "stays in force" in shown

    asyncio.run(chat())
