"""What is kept about a person in Slack: told, shown, deleted, and always that of whoever presses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from adapters.slack_values import Name
from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_server import SlackServer

ROOM = wording("en").room
ODD = "zebra quantum guitar of mine"


def test_show_and_delete_what_is_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`/ask privacy` tells, one button opens a page with everything, the other deletes; nobody else's goes."""
    monkeypatch.setattr("bot.disclosure.PATIENCE", 60.0)  # a slow disk takes longer than a person would wait

    async def scenario(slack: SlackServer, store: Store) -> None:
        for number, user in enumerate(("U1", "U2")):
            await slack.command("/ask", ODD, user=user)
            await slack.post_after(number)
        await slack.command("/ask", "privacy")
        told = await slack.post_after(2)
        assert told.to == "U1"
        assert "90 days" in "\n".join(texts(told.blocks))
        assert store.remember("flush", "1").result(60)
        await slack.press(told, Name.MINE)
        await slack.until(lambda: any(ODD in str(view) for view in slack.views.values()))
        await slack.press(told, Name.FORGET)
        assert (await slack.post_after(3)).text == ROOM.deleted
        await slack.press(told, Name.MINE)
        assert (await slack.post_after(4)).text == ROOM.nothing_mine
        assert len(store.desk.open_questions()) == 1, "the other one's stays"

    talk(tmp_path, scenario, database=True)


def test_without_a_database_there_is_nothing(tmp_path: Path) -> None:
    """Both buttons say so."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "privacy")
        told = await slack.post_after(0)
        for number, name in enumerate((Name.MINE, Name.FORGET), start=1):
            await slack.press(told, name)
            assert (await slack.post_after(number)).text == ROOM.nothing_mine

    talk(tmp_path, scenario)
