"""Places in Slack: each channel answers from its own knowledge, keeps its own moderators, and bears only so much."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from adapters.slack_values import Name, action_id
from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_records import Post
    from tests.fakes.slack_server import SlackServer

ROOM = wording("en").room
HARBOUR = """
collection: {title: The harbour, scope: Ships and tides., as_of: 2026-01-15}
faq:
  - {id: ships, question: When does the ferry leave?, alternates: [ferry departure times], answer: At noon.}
"""
TWO = """
[slack.places.C1]
collections = "library"
[slack.places.C2]
collections = ["harbour"]
moderators = "U2"
"""


def knowledge(folder: Path) -> Path:
    """A library and a harbour."""
    write_files(folder / "knowledge" / "library")
    (folder / "knowledge" / "harbour").mkdir(exist_ok=True)
    (folder / "knowledge" / "harbour" / "harbour.yaml").write_text(HARBOUR, encoding="utf-8")
    return folder / "knowledge"


def words(post: Post) -> str:
    """Read everything that a message says."""
    return "\n".join(texts(post.blocks))


def test_two_channels_know_two_things(tmp_path: Path) -> None:
    """Commands, mentions, topics, and a button whose entry is another channel's."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        for channel, known, unknown in (
            ("C1", ("opening hours", "nine to five"), "ferry departure times"),
            ("C2", ("ferry departure times", "At noon"), "opening hours of the library"),
        ):
            count = len(slack.posts)
            await slack.command("/ask", known[0], channel=channel)
            assert known[1] in words(await slack.post_after(count))
            await slack.mention(known[0], channel=channel)
            assert known[1] in words(await slack.post_after(count + 1))
            await slack.command("/ask", unknown, channel=channel)
            other = words(await slack.post_after(count + 2))
            assert "At noon" not in other
            assert "nine to five" not in other
        count = len(slack.posts)
        await slack.command("/ask", "topics", channel="C2")
        shown = words(await slack.post_after(count))
        assert "The harbour" in shown
        assert "library" not in shown

    talk(tmp_path, scenario, knowledge=knowledge(tmp_path), settings=TWO)


def test_a_form_belongs_to_the_channel_it_was_opened_in(tmp_path: Path) -> None:
    """What is offered while somebody types is the channel's, which Slack does not tell again."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "", channel="C2")
        await slack.until(lambda: slack.views)
        form = next(iter(slack.views.values()))
        offered = await slack.type_ahead(form, action_id(Name.PICK), "")
        assert [one["text"]["text"] for one in (offered.payload or {})["options"]] == ["When does the ferry leave?"]

    talk(tmp_path, scenario, knowledge=knowledge(tmp_path), settings=TWO)


def test_a_channels_moderator_moderates_there_only(tmp_path: Path) -> None:
    """The right is the place's, at the command and in the pages that it opens, and so is what can be edited."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/backchannel", "status", user="U2", channel="C1")
        assert ROOM.moderators_only in words(await slack.post_after(0))
        await slack.command("/backchannel", "status", user="U2", channel="C2")
        assert ROOM.moderators_only not in words(await slack.post_after(1))
        await slack.command("/backchannel", "edit harbour:faq/ships", user="U2", channel="C2")
        await slack.until(lambda: any("At noon." in str(view) for view in slack.views.values()))
        await slack.command("/backchannel", "edit library:faq/borrow", user="U2", channel="C2")
        await slack.until(lambda: any("names no collection" in str(view) for view in slack.views.values()))
        assert "Ten books" not in str(slack.views)

    talk(tmp_path, scenario, database=True, knowledge=knowledge(tmp_path), settings=TWO)


def test_a_flood_is_told_once_and_costs_nobody_else(tmp_path: Path) -> None:
    """After the limit one private line, then silence for that person; another is answered meanwhile."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        for _ in range(2):
            await slack.mention("opening hours")
        await slack.post_after(1)
        for _ in range(5):
            await slack.mention("opening hours")
        told = await slack.post_after(2)
        assert (told.to, told.text) == ("U1", ROOM.too_many)
        await slack.mention("opening hours", user="U2")
        assert "nine to five" in words(await slack.post_after(3))
        await asyncio.sleep(0)
        assert len(slack.posts) == 4

    talk(tmp_path, scenario, settings='slack.person_limit = "2 in 1 h"')


def test_settings_that_change_while_it_runs(tmp_path: Path) -> None:
    """`/backchannel status` tells what is wrong with the settings file, and since when the settings hold."""
    from adapters.settings import platforms
    from bot.config import Settings
    from bot.service import Service
    from bot.settings_watch import SettingsWatcher
    from bot.store import Store
    from tests.fakes.slack_server import SlackServer
    from tests.fakes.slack_talk import connected

    async def scenario() -> None:
        file = tmp_path / "backchannel.toml"
        file.write_text("", encoding="utf-8")
        service = Service.open(Settings(knowledge=knowledge(tmp_path)))
        watcher = SettingsWatcher(service, file, platforms(), {})
        async with SlackServer() as slack, connected(slack, service, Store.open(None)):
            slack.users["U1"] = {"is_admin": True}
            file.write_text(TWO, encoding="utf-8")
            watcher.look()
            await slack.command("/ask", "opening hours", channel="C2")
            assert "I don't have" in words(await slack.post_after(0))
            file.write_text('[slack]\nmoderator = "U1"\n', encoding="utf-8")
            watcher.look()
            await slack.command("/backchannel", "status")
            shown = words(await slack.post_after(1))
            assert "backchannel.toml:2:1: error: there is no setting 'moderator' in [slack]" in shown
            await slack.command("/ask", "opening hours", channel="C2")
            assert "I don't have" in words(await slack.post_after(2))

    asyncio.run(scenario())
