"""What is kept about a person on Discord: told, shown, deleted, and always that of whoever presses."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from bot.wording import wording
from tests.fakes.discord_room import buttons, room, text

if TYPE_CHECKING:
    from pathlib import Path

ROOM = wording("en").room
ODD = "zebra quantum guitar of mine"


def test_show_and_delete_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command tells, one button sends a file to the presser alone, the other deletes; nobody else's goes."""
    monkeypatch.setattr("bot.disclosure.PATIENCE", 60.0)  # a slow disk takes longer than a person would wait

    async def chat() -> None:
        async with room(tmp_path) as here:
            for person in (here.ana, here.ben):
                await person.slash(here.channel, "ask", question=ODD)
            told = await here.ana.slash(here.channel, "privacy")
            assert told.ephemeral
            assert ROOM.privacy in text(told.response)
            assert "90 days" in text(told.response)
            assert list(buttons(told.response)) == [ROOM.show_mine, ROOM.delete_mine]
            assert here.store.remember("flush", "1").result(60)

            shown = (await here.ana.click(told.response, label=ROOM.show_mine)).response
            assert shown.content == ROOM.mine
            (file,) = shown.attachments
            kept = json.loads(await file.read())
            assert [one["question"] for one in kept["questions"]] == [ODD]

            deleted = await here.ana.click(told.response, label=ROOM.delete_mine)
            assert deleted.response.content == ROOM.deleted
            again = await here.ana.click(told.response, label=ROOM.show_mine)
            assert again.response.content == ROOM.nothing_mine
            assert len(here.store.desk.open_questions()) == 1, "Ben's stays"

    asyncio.run(chat())


def test_without_a_database_there_is_nothing(tmp_path: Path) -> None:
    """Both buttons say so."""

    async def chat() -> None:
        async with room(tmp_path, kept=False) as here:
            told = await here.ana.slash(here.channel, "privacy")
            assert "days" not in text(told.response)
            for label in (ROOM.show_mine, ROOM.delete_mine):
                assert (await here.ana.click(told.response, label=label)).response.content == ROOM.nothing_mine

    asyncio.run(chat())
