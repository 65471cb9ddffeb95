"""What the bot brings to people on Discord by itself, through the library and a simulated server."""

# simcord hands out loosely typed things.

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from adapters.discord_bulletin import bulletin_view
from bot.bulletin import MAX_LINE, MAX_LINES, Bulletin, Line, Part
from bot.errors import KnowledgeError
from bot.model import Asker
from bot.schedule import Weekly
from bot.wording import languages
from tests.fakes.discord_limits import GALLERY, V2_FLAG, problems
from tests.fakes.discord_room import Room, buttons, room, text, written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

SURE = "When is the tea shop open?"
WEEK = 7 * 86_400


@asynccontextmanager
async def shop(tmp_path: Path) -> AsyncIterator[tuple[Room, Any]]:
    """A server whose knowledge may be edited, with a channel for its moderators."""
    async with room(tmp_path, own=written(tmp_path / "tea")) as here:
        backroom = here.guild.create_text_channel("moderators")
        here.set(f"discord.moderator_channel = {backroom.id}")
        yield here, backroom


def edit(here: Room, tmp_path: Path, old: str, new: str) -> None:
    """Change the file, and have it read again."""
    file = tmp_path / "tea" / "tea.yaml"
    content = file.read_text("utf-8")
    assert old in content
    file.write_text(content.replace(old, new), "utf-8")
    here.bot.desk.service.reload()


def test_moderators_are_told_of_edits_and_of_errors(tmp_path: Path) -> None:
    """Each in one message in their channel, where nothing of it pings or formats."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, backroom):
            edit(here, tmp_path, "from nine to six", "from ten to six @everyone")
            await here.deliver()
            (told,) = here.ours(backroom)
            assert "1 changed" in text(told)
            assert "nine" in text(told)
            assert told.mention_everyone is False
            with pytest.raises(KnowledgeError):
                edit(here, tmp_path, "question: How do I return", "qestion: How do I return")
            await here.deliver()
            refused = here.ours(backroom)[-1] if here.ours(backroom)[-1].id != told.id else here.ours(backroom)[0]
            assert "tea.yaml:" in text(refused)
            assert str(tmp_path) not in text(refused)
            assert "keeps answering" in text(refused)
            await here.deliver()
            assert len(here.ours(backroom)) == 2

    asyncio.run(chat())


def test_the_week_with_a_press_that_confirms(tmp_path: Path) -> None:
    """A moderator's press moves the date in the file; anybody else's does nothing."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, backroom):
            edit(here, tmp_path, "answer: Eighty degrees.", "answer: Eighty degrees.\n    review_by: 2025-06-01")
            now = datetime.now(UTC)
            here.bot.moderation.weekly = Weekly(day=(now - timedelta(hours=1)).weekday(), hour=(now.hour - 1) % 24)
            await here.deliver()
            here.store.swap(f"week/discord/{backroom.id}", "the week before")
            await here.deliver()
            week = next(one for one in here.ours(backroom) if "The week in brief" in text(one))
            assert "Past the review date" in text(week)
            assert "How hot should water be for green tea? (1 June 2025)" in text(week)
            custom_id = buttons(week)["Still true"]
            result = await here.ana.click(week, custom_id=custom_id)
            assert "Only moderators" in text(result.response)
            assert "2025-06-01" in (tmp_path / "tea" / "tea.yaml").read_text("utf-8")
            result = await here.mod.click(week, custom_id=custom_id)
            assert "/backchannel undo " in text(result.response)
            assert "2025-06-01" not in (tmp_path / "tea" / "tea.yaml").read_text("utf-8")
            entry = here.bot.desk.service.snapshot.knowledge.by_id["faq/green-tea"]
            assert entry.as_of == now.date()
            again = await here.mod.click(week, custom_id=custom_id)
            assert "not due for review" in text(again.response)

    asyncio.run(chat())


def test_a_public_answer_is_corrected_where_it_stands(tmp_path: Path) -> None:
    """With the new text and the day, its buttons still working; a private one is nobody's business."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, _):
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.ana.slash(here.channel, "ask", question=SURE, **{"for": here.ben.user})
            await here.ana.slash(here.channel, "ask", question=SURE)
            await here.deliver()
            edit(here, tmp_path, "from nine to six", "from ten to eight")
            await here.deliver()
            answers = here.ours()
            assert len(answers) == 2
            today = datetime.now(UTC)
            for one in answers:
                assert "from ten to eight" in text(one)
                assert f"Updated {today.day} {today:%B} {today.year}" in text(one)
            led = next(one for one in answers if here.ben.user.mention in text(one))
            assert led
            plain = next(one for one in answers if one.id != led.id)
            refused = await here.ben.click(plain, label="Remove")
            assert "Only the person who asked" in text(refused.response)
            await here.ana.click(plain, label="Remove")
            assert len(here.ours()) == 1
            before = text(here.ours()[0])
            await here.deliver()
            assert text(here.ours()[0]) == before
            edit(here, tmp_path, "from ten to eight", "from nine to eight")
            await here.deliver()
            assert text(here.ours()[0]).count("Updated") == 1

    asyncio.run(chat())


def test_an_edit_while_an_answer_is_on_its_way_corrects_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept of a message is what it says, not what the knowledge says by then."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, _):
            posted = here.bot.desk.posted

            def late(*parts: Any, **more: Any) -> None:
                edit(here, tmp_path, "from nine to six", "from ten to eight")
                posted(*parts, **more)

            monkeypatch.setattr(here.bot.desk, "posted", late)
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.deliver()
            (answer,) = here.ours()
            assert "from ten to eight" in text(answer)

    asyncio.run(chat())


def test_a_retired_answer_says_so(tmp_path: Path) -> None:
    """What was wrong is no longer read."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, _):
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.deliver()
            moderator = here.bot.moderation.of(Asker(platform="discord", is_moderator=True), "Mod")
            moderator.make(moderator.retire("faq/opening-hours", "faq/refund"))
            await here.deliver()
            (answer,) = here.ours()
            assert "This answer was retired on" in text(answer)
            assert "nine to six" not in text(answer)
            assert "How do I return tea that I did not like?" in buttons(answer)

    asyncio.run(chat())


def test_a_message_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    """Nothing is tried for ever."""

    async def chat() -> None:
        async with shop(tmp_path) as (here, _):
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.deliver()
            await here.ana.click(here.ours()[0], label="Remove")
            edit(here, tmp_path, "from nine to six", "from ten to eight")
            await here.deliver()
            assert here.store.desk.posts("discord", 0) == ()

    asyncio.run(chat())


def test_figures_as_a_picture_with_words_for_who_cannot_see_it(tmp_path: Path) -> None:
    """`stats` shows a picture, describes it, and says the figures below; without the extra, in words alone."""
    pytest.importorskip("matplotlib")

    async def chat() -> None:
        async with shop(tmp_path) as (here, _):
            await here.ana.slash(here.channel, "ask", question=SURE)
            assert here.store.remember("flush", "asked").result(60)
            shown = (await here.mod.slash(here.channel, "backchannel stats")).response
            assert "Questions of the last 30 days: 1. Answered: 1" in text(shown)
            gallery = next(part for part in here_parts(shown) if part["type"] == GALLERY)
            assert gallery["items"][0]["description"].startswith("How each day's questions ended")
            (file,) = shown.attachments
            assert file.filename == "figures.png"

    asyncio.run(chat())


def here_parts(message: Any) -> list[dict[str, Any]]:
    """The components of a message."""
    return [part if isinstance(part, dict) else part.to_dict() for part in message.components]


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("letter", ["x", "मॉ", "😀", "`", "*"])
def test_the_longest_bulletin_fits(language: str, letter: str) -> None:
    """Full parts in any script are within every limit of Discord's."""
    long = (letter * MAX_LINE)[:MAX_LINE]
    lines = tuple(Line(text=long) for _ in range(MAX_LINES + 1))
    due = [tuple(Line(text=long, still_true=f"faq/{part}{n}{'e' * 38}") for n in range(5)) for part in range(2)]
    parts = (
        Part(heading=long, lines=lines),
        Part(lines=lines, verbatim=True),
        Part(heading=long, lines=due[0]),
        Part(heading=long, lines=due[1]),
    )
    for chosen in (parts, parts[::-1]):
        view = bulletin_view(Bulletin(title=long, parts=chosen, language=language))
        assert problems({"components": view.to_components(), "flags": V2_FLAG}) == []
