"""The buttons in Slack: each does something real and lasting, for those who may, as often as it should."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("slack_bolt")

from bot.search import Engine
from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Decision
    from bot.store import Store
    from tests.fakes.slack_records import Post
    from tests.fakes.slack_server import SlackServer

ROOM = wording("en").room
UNSURE = "library books"
UNKNOWN = "zeppelin moorings"


@pytest.fixture(autouse=True)
def _unsure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make one question be in doubt, however sure the search is of it."""
    decide = Engine.decide

    def doubt(engine: Engine, question: str, **more: Any) -> Decision:
        found = decide(engine, question, **more)
        return replace(found, outcome="suggest", reason="ambiguous") if question == UNSURE else found

    monkeypatch.setattr(Engine, "decide", doubt)


def words(post: Post) -> str:
    """Read everything that a message says."""
    return "\n".join(texts(post.blocks))


def test_share_makes_a_private_answer_public_once(tmp_path: Path) -> None:
    """Sharing posts the answer with who asked what, removes the private one, and a second press does nothing."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "opening hours")
        private = await slack.post_after(0)
        await slack.press(private, "share")
        public = await slack.post_after(1)
        await slack.until(lambda: private.deleted)
        assert public.to is None
        assert "u1 asked this." in words(public)
        assert "opening hours" in words(public)
        await slack.press(private, "share")
        await slack.command("/ask", "thanks")
        await slack.post_after(2)
        assert len([post for post in slack.posts if post.to is None]) == 1

    talk(tmp_path, scenario)


def test_share_reaches_channels_that_the_bot_is_not_in(tmp_path: Path) -> None:
    """Where posting is refused, the response URL shares all the same."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.members["C1"] = {"U1"}
        await slack.command("/ask", "opening hours")
        await slack.press(await slack.post_after(0), "share")
        public = await slack.post_after(1)
        assert public.options["response_type"] == "in_channel"

    talk(tmp_path, scenario)


def test_a_copy_goes_to_the_person(tmp_path: Path) -> None:
    """The button for a copy sends a direct message and says so; where that fails, it says that."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "opening hours")
        private = await slack.post_after(0)
        await slack.press(private, "copy")
        copy = await slack.post_after(1)
        assert (copy.channel, copy.to) == ("U1", None)
        assert "nine to five" in words(copy)
        assert ROOM.copied in words(await slack.post_after(2))
        slack.fail("chat.postMessage", "cannot_dm_bot")
        await slack.press(private, "copy")
        assert ROOM.not_copied in words(await slack.post_after(3))

    talk(tmp_path, scenario)


def test_a_choice_takes_the_place_of_the_choices(tmp_path: Path) -> None:
    """The choices turn into the answer that was picked."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", UNSURE)
        post = await slack.post_after(0)
        assert "Did you mean" in words(post)
        await slack.press(post, "choose", 0)
        await slack.until(lambda: "Did you mean" not in words(post))
        assert any(control.startswith("bc1:share") for control in post.controls)
        assert len(slack.posts) == 1

    talk(tmp_path, scenario)


def test_somebody_elses_choices_stay(tmp_path: Path) -> None:
    """In a thread, a bystander's pick is shown to the bystander alone; the asker's replaces the choices."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.mention(UNSURE)
        post = await slack.post_after(0)
        await slack.press(post, "choose", 0, user="U2")
        aside = await slack.post_after(1)
        assert (aside.to, aside.thread_ts) == ("U2", post.thread_ts)
        assert "Did you mean" in words(post)
        await slack.press(post, "choose", 0, user="U1")
        await slack.until(lambda: "Did you mean" not in words(post))

    talk(tmp_path, scenario)


def test_none_of_these_ends_honestly(tmp_path: Path) -> None:
    """Refusing the choices leads to the honest line and to the moderators, who get the question to keep."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await slack.command("/ask", UNSURE)
        post = await slack.post_after(0)
        await slack.press(post, "none_of_these")
        await slack.until(lambda: "I don't have" in words(post))
        _, element = post.element("ask_moderators")
        assert element["confirm"]["text"]["text"] == ROOM.ask_moderators_note
        await slack.press(post, "ask_moderators")
        assert ROOM.sent in words(await slack.post_after(1))
        await slack.press(post, "ask_moderators")
        assert ROOM.sent in words(await slack.post_after(2))
        assert flushed(store)
        [question] = store.desk.open_questions()
        assert question.wanted
        [request] = store.desk.requests([question.key])
        assert (request.platform, request.person, request.place) == ("slack", "U1", "C1")

    talk(tmp_path, scenario, database=True)


def test_the_moderators_channel_is_told_once(tmp_path: Path) -> None:
    """Without a database the moderators' channel still gets the question, once; with neither, the asker is told."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", UNKNOWN)
        post = await slack.post_after(0)
        await slack.press(post, "ask_moderators")
        if channel:
            told = await slack.post_after(1)
            assert told.channel == "CMOD"
            assert UNKNOWN in words(told)
            assert "u1" in words(told)
            assert ROOM.sent in words(await slack.post_after(2))
            await slack.press(post, "ask_moderators")
            await slack.post_after(3)
            assert len([one for one in slack.posts if one.channel == "CMOD"]) == 1
        else:
            assert ROOM.not_sent in words(await slack.post_after(1))

    channel = True
    talk(tmp_path, scenario, settings='slack.moderator_channel = "CMOD"')
    channel = False
    talk(tmp_path, scenario)


def test_votes_are_kept(tmp_path: Path) -> None:
    """A thumb up, then a thumb down with a complaint: the last one counts, with what was wrong."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await slack.mention("opening hours")
        post = await slack.post_after(0)
        await slack.press(post, "feedback")
        assert ROOM.thanks in words(await slack.post_after(1))
        await slack.press(post, "feedback", down=True)
        wrong = await slack.post_after(2)
        assert wrong.to == "U1"
        await slack.press(wrong, "complaint", 1)
        assert ROOM.noted in words(await slack.post_after(3))
        assert flushed(store)
        [count] = store.desk.vote_counts(since=0)
        assert (count.entry_id, count.helpful, count.unhelpful) == ("faq/opening-hours", 0, 1)
        assert dict(count.complaints) == {"out_of_date": 1}

    talk(tmp_path, scenario, database=True)


def test_a_private_answer_has_plain_votes(tmp_path: Path) -> None:
    """Slack shows no thumbs in private messages: ordinary buttons vote there."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await slack.command("/ask", "opening hours")
        post = await slack.post_after(0)
        await slack.press(post, "helpful")
        await slack.post_after(1)
        assert flushed(store)
        assert [count.helpful for count in store.desk.vote_counts(since=0)] == [1]

    talk(tmp_path, scenario, database=True)


def test_only_the_asker_and_moderators_remove(tmp_path: Path) -> None:
    """A bystander is refused; a moderator and the asker take a public answer away, and it is kept that they did."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        slack.users["UADMIN"] = {"is_admin": True}
        await slack.mention("opening hours")
        first = await slack.post_after(0)
        await slack.press(first, "remove", user="U2")
        assert ROOM.cannot_remove in words(await slack.post_after(1))
        assert not first.deleted
        await slack.press(first, "remove", user="UADMIN")
        await slack.until(lambda: first.deleted)
        await slack.mention("opening hours")
        second = await slack.post_after(2)
        await slack.press(second, "remove", user="U1")
        await slack.until(lambda: second.deleted)
        assert flushed(store)

    talk(tmp_path, scenario, database=True)


def test_an_admin_of_another_workspace_cannot_remove(tmp_path: Path) -> None:
    """In a shared channel, rights of another workspace count for nothing."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["UFOREIGN"] = {"is_admin": True, "team_id": "T0OTHER"}
        await slack.mention("opening hours")
        post = await slack.post_after(0)
        await slack.press(post, "remove", user="UFOREIGN")
        assert ROOM.cannot_remove in words(await slack.post_after(1))
        assert not post.deleted

    talk(tmp_path, scenario, settings='slack.moderators = "UFOREIGN"')


@pytest.mark.parametrize("value", ["", "not json", "[]", json.dumps({"e": 3}), json.dumps({"p": "x"})])
def test_a_stale_button_gets_a_polite_line(tmp_path: Path, value: str) -> None:
    """A value or an action id that this version did not write ends in one line, for the presser alone."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.mention("opening hours")
        post = await slack.post_after(0)
        _, element = post.element("remove")
        element["value"] = value
        await slack.press(post, "remove")
        line = await slack.post_after(1)
        assert (line.to, ROOM.old_button in words(line)) == ("U1", True)
        element["action_id"] = "qa0:other:0"
        await slack.press(post, "other")
        assert ROOM.old_button in words(await slack.post_after(2))
        assert not post.deleted

    talk(tmp_path, scenario)


def test_a_button_of_an_entry_that_is_gone(tmp_path: Path) -> None:
    """A button whose entry left the knowledge says so."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "opening hours")
        post = await slack.post_after(0)
        _, element = post.element("entry", 0)
        element["value"] = json.dumps({"e": "faq/gone"})
        await slack.press(post, "entry", 0)
        assert wording("en").gone in words(await slack.post_after(1))

    talk(tmp_path, scenario)


def test_unasked_answers_are_private_and_polite(tmp_path: Path) -> None:
    """In a chosen channel a sure answer is whispered, once per cool-down; an unsure one is silence."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.event(slack.message(UNSURE))
        await slack.event(slack.message("opening hours", channel="C2"))
        await slack.event(slack.message("opening hours"))
        whispered = await slack.post_after(0)
        assert (whispered.channel, whispered.to) == ("C1", "U1")
        assert ROOM.may_help.format(title="When is the library open?") in words(whispered)
        await slack.event(slack.message("opening hours", user="U2"))
        await slack.event(slack.message("opening hours", thread_ts="1.1"))
        await slack.mention("thanks")
        await slack.until(lambda: any("welcome" in post.text for post in slack.posts))
        assert len(slack.posts) == 2

    talk(tmp_path, scenario, settings="slack.places.C1.auto_answer = true")


def test_unasked_answers_that_people_remove_stop(tmp_path: Path) -> None:
    """In the public form one line shows the answer to who wants it; three removals mute it, over a restart too."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        count = 0
        for text in ("opening hours", "borrowing limit", "silence in the reading room"):
            await slack.event(slack.message(text))
            line = await slack.post_after(count)
            assert line.to is None
            assert line.thread_ts is not None
            if count == 0:
                await slack.press(line, "show", user="U2")
                shown = await slack.post_after(1)
                assert shown.to == "U2"
                assert "nine to five" in words(shown)
                count += 1
            await slack.press(line, "not_this")
            await slack.until(lambda line=line: line.deleted)
            count += 1
        muted = await slack.post_after(count)
        assert ROOM.muted in words(muted)
        assert muted.channel == "CMOD"

    async def after_a_restart(slack: SlackServer, _store: Store) -> None:
        await slack.event(slack.message("opening hours"))
        await slack.mention("thanks")
        await slack.until(lambda: any("welcome" in post.text for post in slack.posts))
        assert len(slack.posts) == 1

    settings = '[slack]\nmoderator_channel = "CMOD"\nplaces.C1.auto_answer = "public"'
    talk(tmp_path, scenario, database=True, settings=settings)
    talk(tmp_path, after_a_restart, database=True, settings=settings)


def flushed(store: Store) -> bool:
    """Wait for the store to have written everything."""
    return store.remember("test", "x").result(5)
