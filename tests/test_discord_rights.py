"""Nobody but a moderator sees or does what moderators do on Discord: every command, button, menu and form is tried."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from adapters.discord_components import MENU
from adapters.discord_ids import Press
from bot.model import Asker
from tests.fakes.discord_room import Room, buttons, room, text, written

if TYPE_CHECKING:
    from pathlib import Path

    from discord.app_commands import Command

ODD = "How long may a samovar simmer?"
WAIT = 60
REFUSED = "Only moderators can do that."
# What everybody may press; every other verb is the moderators', and tried below.
READERS = {
    *("helpful", "notthis", "why", "noneofthese", "askmoderators", "send", "share", "remove", "drop"),
    *("page", "pick", "more", "show", "topic", "topics"),
    *("mine", "forget"),  # one's own, whoever one is
}


def commands(here: Room) -> list[Command[Any, Any, Any]]:
    """Every moderators' command that is registered."""
    group = here.bot.tree.get_command("backchannel")
    assert group is not None
    return list(group.walk_commands())  # type: ignore[union-attr]


def state(here: Room, folder: Path) -> tuple[object, ...]:
    """Everything that somebody without the right could have changed."""
    assert here.store.remember("flush", "x").result(WAIT)
    waiting = here.bot.moderation.of(Asker(platform="discord", is_moderator=True), "x", everywhere=True).queue()
    files = {path.name: path.read_bytes() for path in folder.rglob("*.yaml")}
    return files, [one.keys for one in waiting], here.store.desk.edits(), here.store.recall("queue/apart")


async def asked(here: Room) -> str:
    """Ana asks the moderators; the question's key."""
    first = await here.ana.slash(here.channel, "ask", question=ODD)
    form = await here.ana.click(first.response, label="Ask the moderators")
    (field,) = [part["component"]["custom_id"] for part in form.modal["components"] if part["type"] == 18]
    await here.ana.submit_modal(form, {field: ODD})
    assert here.store.remember("flush", "1").result(WAIT)
    [question] = here.store.desk.open_questions()
    return question.key


def test_no_command_is_done_or_completed_for_others(tmp_path: Path) -> None:
    """Where a server has opened the commands to everyone, each refuses, opens no form and completes nothing."""

    async def chat() -> None:
        async with room(tmp_path, own=written(tmp_path / "tea")) as here:
            key = await asked(here)
            moderator = here.bot.moderation.of(Asker(platform="discord", is_moderator=True), "x", everywhere=True)
            moderator.make(moderator.add_alternate("faq/refund", "tea money back"))  # for undo to complete
            group = next(one for one in await here.bot.tree.fetch_commands() if one.name == "backchannel")
            here.guild.set_command_permissions(group, {here.guild.default_role: True})
            before, values = state(here, tmp_path), {"entry": "faq/refund", "change": "1a2b3c4d", "question": key}
            for command in commands(here):
                options = {one.name: values.get(one.name, "faq/refund") for one in command.parameters if one.required}
                result = await here.ana.slash(here.channel, f"backchannel {command.name}", **options)
                assert text(result.response) == REFUSED, command.name
                assert result.modal is None
                assert result.ephemeral
                for one in command.parameters:
                    if one.autocomplete:
                        typed = (here.channel, f"backchannel {command.name}", one.name, "")
                        assert await here.ana.autocomplete(*typed) == [], command.name
                        assert await here.mod.autocomplete(*typed) != [], command.name
            assert state(here, tmp_path) == before
            assert len(here.env.errors) == len(commands(here)), "the library's notes that a check failed"

    asyncio.run(chat())


@pytest.mark.parametrize("kind", ["button", "menu", "form"])
def test_no_button_menu_or_form_works_for_others(tmp_path: Path, kind: str) -> None:
    """Of a moderator's own message, of an old one or forged; with a waiting question's key, a draft's, or none."""

    async def chat() -> None:
        async with room(tmp_path, own=written(tmp_path / "tea")) as here:
            key = await asked(here)
            retiring = await here.mod.slash(here.channel, "backchannel retire", entry="faq/refund")
            draft = Press.parse(buttons(retiring.response)["Make this change"])
            assert draft is not None
            before = state(here, tmp_path)
            for verb in sorted(set(here.bot.presses._acts) - READERS):
                for forged in (key, draft.key, ""):
                    press = Press(verb=verb, key=forged, argument="faq/refund")
                    result = await forge(here, kind, press)
                    assert text(result.response) == REFUSED, verb
                    assert result.modal is None
                    assert ODD not in text(result.response)
            assert state(here, tmp_path) == before
            await here.mod.click(retiring.response, custom_id=str(draft))
            assert state(here, tmp_path) != before

    asyncio.run(chat())


async def forge(here: Room, kind: str, press: Press) -> Any:
    """Have Ben, who moderates nothing, send something with an id of his choice."""
    if kind == "button":
        return await here.ben.click(await here.channel_message(str(press)), custom_id=str(press))
    if kind == "menu":
        message = await here.channel_message(f"{MENU}{press}", options=("faq/refund",))
        return await here.ben.select(message, ["faq/refund"], custom_id=f"{MENU}{press}")
    opener = await here.channel_message("bc1:askmoderators:k::")
    form = await here.ben.click(opener, custom_id="bc1:askmoderators:k::")
    form._interaction.modal["custom_id"] = str(press)
    (field,) = [part["component"]["custom_id"] for part in form.modal["components"] if part["type"] == 18]
    return await here.ben.submit_modal(form, {field: "faq/refund"})
