"""What becomes of the bot's answers in Slack when people edit or delete what they asked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from bot.store import Store
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import talk

if TYPE_CHECKING:
    from pathlib import Path

HOURS, BORROW = "when is the library open?", "How many books may I borrow?"
ME = f"<@{SlackServer.me}> "


@pytest.mark.parametrize(("channel", "kind"), [("C1", "app_mention"), ("D1", "message")])
def test_a_reworded_question_is_answered_in_place(tmp_path: Path, channel: str, kind: str) -> None:
    """The message that answered the old words answers the new ones; nothing is posted besides."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        asked = slack.message(ME + HOURS, channel=channel, kind=kind)
        await slack.event(asked)
        post = await slack.post_after(0)
        assert "nine to five" in post.text
        await slack.edit(asked, ME + BORROW)
        await slack.until(lambda: "Ten books" in post.text, "the new answer")
        assert post.element("feedback")
        # The same words again, such as a preview that was added, change nothing.
        await slack.edit(asked, ME + BORROW)
        await slack.direct("thanks", user="U2")
        await slack.post_after(1)
        assert len(slack.of("chat.update")) == 1
        assert len(slack.posts) == 2

    talk(tmp_path, scenario)


@pytest.mark.parametrize("settings", ["", 'slack.auto_answer = "public"'])
def test_a_mention_added_later_is_answered(tmp_path: Path, settings: str) -> None:
    """Who forgot to mention the bot and adds it is answered once; under an old message, people have talked on."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        spoken = slack.message("zeppelin moorings in Lakehurst")
        await slack.event(spoken)
        added = slack.message(ME + HOURS, kind="app_mention", ts=spoken["ts"])
        old = slack.message(ME + BORROW, kind="app_mention", ts=f"{float(spoken['ts']) - 3600:.6f}")
        await slack.edit(old, ME + BORROW)
        await slack.edit(added, ME + HOURS)
        await slack.edit(added, ME + HOURS)
        assert "nine to five" in (await slack.post_after(0)).text
        await slack.direct("thanks", user="U2")
        await slack.post_after(1)
        assert len(slack.posts) == 2

    talk(tmp_path, scenario, settings=settings)


def test_a_correction_reaches_what_the_message_shows_now(tmp_path: Path) -> None:
    """A message that showed an entry and shows none any more is out of the reach of its corrections."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        asked = slack.message(ME + HOURS, kind="app_mention")
        await slack.event(asked)
        post = await slack.post_after(0)
        await slack.edit(asked, ME + BORROW)
        await slack.until(lambda: "Ten books" in post.text, "the new answer")
        await slack.edit(asked, ME + "zeppelin moorings in Lakehurst")
        await slack.until(lambda: "Ten books" not in post.text, "the honest line")
        await slack.direct("thanks", user="U2")
        await slack.post_after(1)

    talk(tmp_path, scenario, database=True)
    with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as store:
        assert [one.entry_id for one in store.desk.posts("slack", 0)] == [""]


@pytest.mark.parametrize("tombstone", [False, True])
def test_a_deleted_question_takes_its_answer_along(tmp_path: Path, *, tombstone: bool) -> None:
    """What answered it is deleted, also where Slack keeps a stone in the question's place."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        asked = slack.message(HOURS, channel="D1")
        await slack.event(asked)
        post = await slack.post_after(0)
        await (
            slack.edit(asked, "This message was deleted.", subtype="tombstone") if tombstone else slack.delete(asked)
        )
        await slack.until(lambda: post.deleted, "the answer to go")

    talk(tmp_path, scenario)


def test_previews_and_strangers_change_nothing(tmp_path: Path) -> None:
    """A change that nobody typed, and the end of a message that was never answered, are acknowledged and left alone."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        asked = slack.message(HOURS, channel="D1")
        await slack.event(asked)
        await slack.post_after(0)
        await slack.edit(asked, BORROW, edited=None)
        await slack.delete(slack.message("never answered", channel="D1"))
        await slack.direct("thanks", user="U2")
        await slack.post_after(1)
        assert slack.of("chat.update") == slack.of("chat.delete") == []

    talk(tmp_path, scenario)
