"""What the bot brings to people in Slack by itself, through the library and the loopback server."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from adapters.slack_news import bulletin_blocks
from bot.bulletin import MAX_LINE, MAX_LINES, Bulletin, Line, Part
from bot.config import Settings
from bot.correction import reading
from bot.model import Asker
from bot.moderation import Moderation
from bot.schedule import Weekly
from bot.service import Service
from bot.store import Store
from bot.wording import languages, wording
from tests.fakes.slack_limits import block_problems, texts
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import attached
from tests.samples import places, write_files

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from tests.fakes.slack_records import Json, Post

MODS = "C0MODS"
WORDS = wording("en")
UNKNOWN = "zeppelin moorings on the roof"


def words(post: Post) -> str:
    """Read everything that a message says."""
    return "\n".join(texts(post.blocks))


def play(folder: Path, scenario: Callable[[SlackServer, Moderation], Awaitable[None]]) -> None:
    """Run a scenario with a bot that has a moderators' channel, on knowledge that may be edited."""
    wanted = Settings(knowledge=write_files(folder / "library"))
    service = Service.open(wanted, places=places(folder, f'slack.moderator_channel = "{MODS}"'))

    async def run() -> SlackServer:
        with Store.open(f"sqlite:///{folder / 'store.db'}") as store:
            moderation = Moderation(service, store)
            async with SlackServer() as slack, attached(slack, moderation):
                await scenario(slack, moderation)
        return slack

    slack = asyncio.run(run())
    assert slack.refusals == []


def edit(moderation: Moderation, old: str, new: str) -> None:
    """Change the file, and have it read again."""
    file = moderation.service.snapshot.path / "faq.yaml"
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new), "utf-8")
    moderation.service.reload()


async def told(slack: SlackServer, phrase: str) -> Post:
    """Wait for a message in the moderators' channel that says something."""
    found: list[Post] = []

    def shown() -> bool:
        found[:] = [one for one in slack.posts if one.channel == MODS and phrase in words(one)]
        return bool(found)

    await slack.until(shown, phrase)
    return found[0]


def test_moderators_are_told_of_an_edit(tmp_path: Path) -> None:
    """In their channel, as a diff of entries."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        await asyncio.to_thread(edit, moderation, "Ten books", "Twelve & twenty books")
        post = await told(slack, "1 changed")
        assert "“Ten” → “Twelve & twenty”" in words(post)

    play(tmp_path, scenario)


def test_the_week_with_a_press_that_confirms(tmp_path: Path) -> None:
    """A moderator's press moves the date in the file; anybody else's does nothing."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        assert moderation.store.swap(f"week/slack/{MODS}", "the week before")
        now = datetime.now(UTC)
        moderation.weekly = Weekly(day=(now - timedelta(hours=1)).weekday(), hour=(now.hour - 1) % 24)
        await asyncio.to_thread(edit, moderation, "Ten books", "Twelve books")  # wakes the courier
        post = await told(slack, WORDS.news.week)
        assert "When is the library open? (1 June 2026)" in words(post)
        file = moderation.service.snapshot.path / "faq.yaml"
        await slack.press(post, "still_true", user="U2")
        await slack.until(lambda: any(WORDS.room.moderators_only in words(one) for one in slack.posts))
        assert "2026-06-01" in file.read_text("utf-8")
        slack.users["U1"] = {"is_admin": True}
        await slack.press(post, "still_true", user="U1")
        await slack.until(lambda: any("/backchannel undo " in words(one) for one in slack.posts if one.to == "U1"))
        assert "2026-06-01" not in file.read_text("utf-8")

    play(tmp_path, scenario)


def test_a_public_answer_is_corrected_and_withdrawn(tmp_path: Path) -> None:
    """Where it stands, with the new text and the day; retired, it says so and no longer what was wrong."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        await slack.mention("how many books may i borrow")
        post = await slack.post_after(0)
        assert moderation.store.remember("flush", "x").result(60)
        await asyncio.to_thread(edit, moderation, "Ten books", "Twelve books")
        await slack.until(lambda: "Twelve books" in words(post), "the correction")
        today = datetime.now(UTC)
        assert f"Updated {today.day} {today:%B} {today.year}" in words(post)
        assert "bc1:feedback:0" in post.controls
        assert moderation.store.remember("flush", "y").result(60)
        moderator = moderation.of(Asker(platform="slack", is_moderator=True), "Asha")
        await asyncio.to_thread(lambda: moderator.make(moderator.retire("faq/borrow", "section/history")))
        await slack.until(lambda: "This answer was retired on" in words(post), "the withdrawal")
        assert "Twelve books" not in words(post)
        assert "bc1:entry:0" in post.controls

    play(tmp_path, scenario)


def test_what_is_kept_of_an_answer_is_what_it_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An edit while it is on its way to Slack does not make it pass for corrected."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        moderation.correct_days = 0  # so that what is kept stays as it is
        shown = reading(moderation.service.snapshot.knowledge.by_id["faq/borrow"])
        post_message = slack._on_chat_postMessage

        def late(fields: Json, token: str) -> Json:
            monkeypatch.setattr(slack, "_on_chat_postMessage", post_message)
            answer = post_message(fields, token)
            edit(moderation, "Ten books", "Twelve books")
            return answer

        monkeypatch.setattr(slack, "_on_chat_postMessage", late)
        await slack.mention("how many books may i borrow")
        async with asyncio.timeout(60):
            while not (kept := moderation.store.desk.posts("slack", 0)):
                await asyncio.to_thread(moderation.store.remember("flush", "x").result)
        assert [one.digest for one in kept] == [shown]

    play(tmp_path, scenario)


def test_who_asked_hears_of_what_was_settled_elsewhere(tmp_path: Path) -> None:
    """Another process, such as a terminal, settles it; the one that is connected brings the answer."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        await slack.command("/ask", UNKNOWN, user="U2")
        await slack.press(await slack.post_after(0), "ask_moderators", user="U2")
        await slack.until(lambda: any(WORDS.room.sent in words(one) for one in slack.posts))
        store = moderation.store
        assert store.remember("flush", "x").result(60)
        (waiting,) = store.desk.open_questions()
        with Store.open(f"sqlite:///{tmp_path / 'store.db'}") as terminal:
            assert terminal.desk.settle([waiting.key], "alternate", "faq/borrow").result(60)
        await asyncio.to_thread(edit, moderation, "Ten books", "Eleven books")  # wakes the courier before its time
        await slack.until(lambda: any(one.channel == "U2" for one in slack.posts), "the answer")
        answer = next(one for one in slack.posts if one.channel == "U2")
        assert UNKNOWN in words(answer)
        assert "Eleven books" in words(answer)
        await slack.until(lambda: store.remember("flush", "y").result(60) and not store.desk.requests([waiting.key]))

    play(tmp_path, scenario)


def test_a_channel_that_does_not_have_the_bot_is_given_up(tmp_path: Path) -> None:
    """What will never be taken is not tried for ever; the next news is tried again."""

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        slack.members[MODS] = set()
        await asyncio.to_thread(edit, moderation, "Ten books", "Twelve books")
        await slack.until(lambda: len(slack.of("chat.postMessage")) == 1)
        await slack.mention("how many books may i borrow")
        await slack.until(lambda: len(slack.posts) == 1, "an answer")
        assert len([call for call in slack.of("chat.postMessage") if call.fields["channel"] == MODS]) == 1

    play(tmp_path, scenario)


@pytest.mark.parametrize("refused", ["", "missing_scope"])
def test_figures_as_a_picture_in_a_direct_message(tmp_path: Path, refused: str) -> None:
    """`stats` says the figures where it was typed, and sends the picture to who typed it; refused, words are enough."""
    pytest.importorskip("matplotlib")

    async def scenario(slack: SlackServer, moderation: Moderation) -> None:
        slack.users["U1"] = {"is_admin": True}
        await slack.command("/backchannel", "stats")
        await slack.until(lambda: any(one.to == "U1" and "last 30 days: 0." in words(one) for one in slack.posts))
        assert not any(one.to == "U1" and "faq/" in words(one) for one in slack.posts), "what nobody could reach"
        await slack.command("/ask", "opening hours", user="U2")
        await slack.until(lambda: any(one.to == "U2" for one in slack.posts))
        assert moderation.store.remember("flush", "1").result(20)
        if refused:
            slack.fail("files.getUploadURLExternal", refused)
        await slack.command("/backchannel", "stats")
        await slack.until(lambda: any(one.to == "U1" and "last 30 days: 1." in words(one) for one in slack.posts))
        if refused:
            await slack.until(lambda: slack.of("files.getUploadURLExternal"), "the refusal")
            assert slack.files == {}
            return
        await slack.until(lambda: any("channel" in one for one in slack.files.values()), "the picture")
        for one in slack.files.values():
            assert one["channel"] == "D1"
            assert one["content"].startswith(b"\x89PNG")
            assert one["alt_txt"].startswith(WORDS.news.picture)

    play(tmp_path, scenario)


@pytest.mark.parametrize("language", languages())
def test_the_longest_bulletin_fits(language: str) -> None:
    """Full parts are within every limit of Slack's."""
    lines = tuple(Line(text="x" * MAX_LINE) for _ in range(MAX_LINES + 1))
    due = tuple(Line(text="x" * MAX_LINE, still_true="faq/" + "e" * 40) for _ in range(5))
    parts = (
        Part(heading="x" * MAX_LINE, lines=lines),
        Part(lines=lines),
        Part(lines=lines, verbatim=True),
        Part(heading="x", lines=due),
        Part(heading="x", lines=due),
    )
    assert block_problems(bulletin_blocks(Bulletin(title="x" * 300, parts=parts, language=language))) == []
