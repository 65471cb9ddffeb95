"""The moderators' commands on Discord, and that nobody else can use them."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from tests.fakes.discord_room import Room, room, text, written

if TYPE_CHECKING:
    from pathlib import Path

COMMANDS: list[tuple[str, dict[str, Any]]] = [("status", {}), ("why", {"question": "x"}), ("check", {}), ("reload", {})]


async def open_to_all(here: Room) -> None:
    """Do what an administrator can do by mistake: let everyone see the moderators' commands."""
    group = next(one for one in await here.bot.tree.fetch_commands() if one.name == "backchannel")
    here.guild.set_command_permissions(group, {here.guild.default_role: True})


async def use(here: Room, who: Any, name: str, **options: Any) -> str:
    """Use one command; what it said, always privately."""
    result = await who.slash(here.channel, f"backchannel {name}", **options)
    assert result.ephemeral
    return text(result.response)


@pytest.mark.parametrize(("name", "options"), COMMANDS)
def test_only_moderators_may(tmp_path: Path, name: str, options: dict[str, Any]) -> None:
    """Where a server has opened the commands to everyone, each use is still checked by the bot."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await open_to_all(here)
            assert "Only moderators" in await use(here, here.ana, name, **options)
            assert len(here.env.errors) == 1, "the library's note that a check failed"
            assert "Only moderators" not in await use(here, here.mod, name, **options)

    asyncio.run(chat())


def test_a_role_can_be_enough(tmp_path: Path) -> None:
    """A role from the settings makes a moderator without Manage Server."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            role = here.guild.create_role("Keepers")
            keeper = here.guild.add_member(here.env.create_user("keeper"), roles=[role])
            await open_to_all(here)
            assert "Only moderators" in await use(here, keeper, "status")
            assert len(here.env.errors) == 1, "the library's note that a check failed"
            here.set(f"discord.moderators = {role.id}")
            assert "entries" in await use(here, keeper, "status")

    asyncio.run(chat())


def test_status_tells_what_is_in_force(tmp_path: Path) -> None:
    """The collection, its entries and version, the store and the gateway."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            said = await use(here, here.mod, "status")
            version = here.bot.desk.service.status().version[:12]
            assert f"tea: 6 entries, version {version}" in said
            assert "sqlite" in said
            assert str(here.bot.desk.service.snapshot.path) not in said, "the machine's own paths"

    asyncio.run(chat())


def test_why_explains_a_decision(tmp_path: Path) -> None:
    """The phrasing that matched and the rule that decided are told; nothing in it can ping or format."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            said = await use(here, here.mod, "why", question="when is the tea shop open? ``` @everyone")
            assert "faq/opening-hours" in said
            assert "Rule:" in said
            assert said.count("```") == 2
            assert str(here.bot.desk.service.snapshot.path) not in said, "the machine's own paths"

    asyncio.run(chat())


def test_check_reports_problems(tmp_path: Path) -> None:
    """Problems come with file and line, as seen from the knowledge's folder."""

    async def chat() -> None:
        async with room(tmp_path, own=written(tmp_path / "tea")) as here:
            file = tmp_path / "tea" / "tea.yaml"
            file.write_text(file.read_text("utf-8").replace("answer:", "anser:", 1), "utf-8")
            said = await use(here, here.mod, "check")
            assert re.search(r"^\W*tea\.yaml:\d+:\d+: error: ", said, re.MULTILINE), said
            assert str(tmp_path) not in said

    asyncio.run(chat())
