"""Buttons, menus and the form on Discord, through the real library and a simulated server."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from discord import ui

from adapters.discord_ids import Press
from adapters.discord_items import Menu, Push
from tests.fakes.discord_room import PATIENCE, Room, bot_for, buttons, choices, room, snapshot, text, vague

if TYPE_CHECKING:
    from pathlib import Path

SURE, UNKNOWN = "When is the tea shop open?", "zebra quantum guitar"


def rows(room: Room, query: str) -> list[Any]:
    """What the store has on disk, once everything that waits is written."""
    room.store.close(PATIENCE)
    with closing(sqlite3.connect(room.store._backend.database.file)) as database:  # type: ignore[union-attr,arg-type]
        return database.execute(query).fetchall()


def entry_titled(title: str) -> str:
    """The id of the entry with this title."""
    return next(one.id for one in snapshot().knowledge.by_id.values() if one.title == title)


async def ask(here: Room, question: str = SURE, **options: Any) -> Any:
    """Ana asks; the response to press buttons on."""
    result = await here.ana.slash(here.channel, "ask", question=question, **options)
    return result.response or here.ours()[-1]


def test_helpful_is_kept(tmp_path: Path) -> None:
    """A vote is on disk with its entry before the thanks; the last vote of a person counts."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            answer = await ask(here)
            await here.ana.click(answer, label="Not what I meant")
            thanked = await here.ana.click(answer, label="Helpful")
            assert thanked.ephemeral
            assert thanked.response.content == "Thank you."
            assert rows(here, "SELECT vote, entry_id FROM vote") == [("helpful", "faq/opening-hours")]

    asyncio.run(chat())


def test_not_what_i_meant_asks_what_was_wrong(tmp_path: Path) -> None:
    """The vote is kept, the honest line follows, and a complaint can be given."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            answer = await ask(here)
            after = await here.ana.click(answer, label="Not what I meant")
            assert after.ephemeral
            assert "What was wrong?" in text(after.response)
            assert "I don't have that" in text(after.response)
            assert "faq/opening-hours" not in str([one for one in buttons(after.response).values() if ":more:" in one])
            noted = await here.ana.click(after.response, label="One-sided")
            assert noted.response.content.startswith("Noted")
            assert rows(here, "SELECT vote, complaint FROM vote") == [("not_this", "one_sided")]

    asyncio.run(chat())


def test_did_you_mean_is_answered_in_place(tmp_path: Path) -> None:
    """Picking a choice turns the message into that entry, and the store learns what was meant."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            asked = await ask(here, vague())
            offered = choices(asked)
            assert "None of these" in buttons(asked)
            await here.ana.click(asked, label=offered[-1])
            assert text(asked).startswith(f"## {offered[-1]}")
            assert "Share" in buttons(asked)
            assert rows(here, "SELECT chosen_id FROM question") == [(entry_titled(offered[-1]),)]

    asyncio.run(chat())


def test_public_choices_belong_to_the_asker(tmp_path: Path) -> None:
    """Somebody else's pick is shown to them alone, and teaches nothing."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.send(here.channel, f"{here.mention} {vague()}")
            public = here.ours()[-1]
            first, *_, last = choices(public)
            other = await here.ben.click(public, label=first)
            assert other.ephemeral
            assert "Did you mean" in text(here.ours()[-1])
            await here.ana.click(public, label=last)
            assert text(here.ours()[-1]).startswith(f"## {last}")
            assert "Remove" in buttons(here.ours()[-1])
            assert rows(here, "SELECT chosen_id FROM question") == [(entry_titled(last),)]

    asyncio.run(chat())


def test_none_of_these_leads_on(tmp_path: Path) -> None:
    """Refusing every choice gives the honest line and the way to the moderators."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            asked = await ask(here, vague())
            await here.ana.click(asked, label="None of these")
            assert text(asked).startswith("## I don't have that")
            assert "Ask the moderators" in buttons(asked)
            assert rows(here, "SELECT vote FROM vote") == [("none_of_these",)]

    asyncio.run(chat())


def test_related_opens_privately(tmp_path: Path) -> None:
    """Further reading under a public answer is for the one who pressed."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            answer = await ask(here, public=True)
            more = await here.ben.click(answer, label="How do I return tea that I did not like?")
            assert more.ephemeral
            assert "within a month" in text(more.response)
            assert "nine to six" in text(here.ours()[-1])

    asyncio.run(chat())


def test_share_makes_it_public_once(tmp_path: Path) -> None:
    """A private answer is posted as it was shown, with who asked; pressing again posts nothing."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            answer = await ask(here)
            custom_id = buttons(answer)["Share"]
            await here.ana.click(answer, label="Share")
            (public,) = here.ours()
            assert text(public).startswith(f"-# {here.ana.mention} asked this.\n## When is the tea shop open?")
            assert "Related" not in text(public)
            assert list(buttons(public)) == ["Helpful", "Not what I meant", "Remove"]
            again = await here.channel_message(custom_id)
            await here.ana.click(again, custom_id=custom_id)
            assert len(here.ours()) == 2, "the answer and the message that held the old button"
            assert rows(here, "SELECT entry_id, message FROM post") == [("faq/opening-hours", str(public.id))]

    asyncio.run(chat())


def test_remove_is_for_the_asker_and_moderators(tmp_path: Path) -> None:
    """Others are told so; the asker and a moderator can take a public answer away, and it is kept that they did."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            for remover in (here.ana, here.mod):
                answer = await ask(here, public=True)
                refused = await here.ben.click(answer, label="Remove")
                assert refused.ephemeral
                assert "Only the person who asked" in refused.response.content
                await remover.click(answer, label="Remove")
                assert here.ours() == []
            assert rows(here, "SELECT entry_id, by_moderator FROM removal ORDER BY by_moderator") == [
                ("faq/opening-hours", 0),
                ("faq/opening-hours", 1),
            ]

    asyncio.run(chat())


def test_ask_the_moderators(tmp_path: Path) -> None:
    """The form comes filled with the question; what is sent is kept with who waits, and told in the channel."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            backroom = here.guild.create_text_channel("moderators")
            here.set(f"discord.moderator_channel = {backroom.id}")
            unknown = await ask(here, UNKNOWN)
            form = await here.ana.click(unknown, label="Ask the moderators")
            assert form.modal
            field = form.modal["components"][1]["component"]
            assert field["value"] == UNKNOWN
            sent = await here.ana.submit_modal(form, {field["custom_id"]: "@everyone zebra *quantum*?"})
            assert sent.ephemeral
            told = text(backroom.last_message)
            assert f"{here.ana.mention} asked this." in told
            assert here.channel.mention in told
            assert "zebra \\*quantum\\*?" in told
            assert "@everyone" not in told
            assert rows(here, "SELECT person FROM request") == [(str(here.ana.id),)]

    asyncio.run(chat())


def test_buttons_that_could_do_nothing_are_not_shown(tmp_path: Path) -> None:
    """Without a store and a channel for moderators there are no votes and no questions to them."""

    async def chat() -> None:
        async with room(tmp_path, kept=False) as here:
            assert "Helpful" not in buttons(await ask(here))
            assert "Ask the moderators" not in buttons(await ask(here, UNKNOWN))

    asyncio.run(chat())


def test_buttons_outlive_a_restart(tmp_path: Path) -> None:
    """Every button of a message works for a bot that never saw the message, the form included."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            answer = await ask(here, public=True)
            unsure, unknown = await ask(here, vague()), await ask(here, UNKNOWN)
            form = await here.ana.click(unknown, label="Ask the moderators")
            await here.env.restart_bot(bot_for(here.store, here.folder))
            assert (await here.ben.click(answer, label="Helpful")).response.content == "Thank you."
            assert "I don't have that" in text((await here.ben.click(answer, label="Not what I meant")).response)
            assert (await here.ben.click(answer, label="A history of the shop")).ephemeral
            field = form.modal["components"][1]["component"]["custom_id"]
            sent = await here.ana.submit_modal(form, {field: "zebra?"})
            assert "with the moderators" in sent.response.content
            again = await here.ana.click(unknown, label="Ask the moderators")
            assert again.modal
            await here.ana.click(unsure, label="None of these")
            assert "I don't have that" in text(unsure)
            await here.ana.click(answer, label="Remove")
            assert here.ours() == []

    asyncio.run(chat())


@pytest.mark.parametrize(
    ("custom_id", "said"),
    [
        ("bc1:more:abc:1:faq/gone", "no longer in my knowledge"),
        ("bc1:page:abc:1:9.faq/gone", "no longer in my knowledge"),
        ("bc1:page:abc:1:9999999999.section/history", "Page 2 of 2"),
        ("bc1:page:abc:1:-1.section/history", "Page 1 of 2"),
        ("bc1:pick:abc:1:#0123456789abcdef", "no longer in my knowledge"),
        ("bc1:dance:abc:1:", "out of date"),
        ("bc0:helpful:abc", "out of date"),
        ("somebody-elses", "out of date"),
        ("bc1:share:abc:1:faq/refund", "out of date"),
    ],
)
def test_stale_and_forged_ids_get_a_polite_line(tmp_path: Path, custom_id: str, said: str) -> None:
    """Ids of removed entries, of other versions, and forged ones end politely and privately."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.channel_message(custom_id)
            result = await here.ben.click(message, custom_id=custom_id)
            assert result.ephemeral
            assert said in text(result.response)

    asyncio.run(chat())


def test_the_library_keeps_our_classes_and_nothing_else(tmp_path: Path) -> None:
    """After many replies, edits and pages both item classes are still known, and no view was kept in memory."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            for number in range(5):
                someone = here.guild.add_member(here.env.create_user(f"reader{number}"))
                unsure = (await someone.slash(here.channel, "ask", question=vague())).response
                await someone.click(unsure, label=choices(unsure)[0])
                section = await ask(here, "section/history")
                await here.ana.click(section, label="Next")
            await here.env.advance_time(4000)
            views = here.bot._connection._view_store
            assert set(views._dynamic_items.values()) == {Push, Menu}
            assert not any(views._views.values())
            assert not views._synced_message_views

    asyncio.run(chat())


def test_nothing_waits_under_an_answer(tmp_path: Path) -> None:
    """An answer leaves no timer behind: the library would keep each private one for a quarter of an hour."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await ask(here)
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            before = len(asyncio.all_tasks())
            for _ in range(5):
                await ask(here)
                await here.ana.send(here.channel, f"{here.mention} {SURE}")
            assert len(asyncio.all_tasks()) == before
            assert here.bot._connection._view_store._synced_message_views == {}

    asyncio.run(chat())


@pytest.mark.parametrize("custom_id", ["bc1:more:abc:1:faq/refund", "menu:bc1:topic::1:0"])
def test_a_press_that_fails_gets_one_line_with_a_code(
    tmp_path: Path, custom_id: str, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The library would only log what a button or a menu raises; the person is told, with the code that the log has."""

    def broken(*_: object) -> None:
        raise RuntimeError("the cat is on the keyboard")

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.channel_message(custom_id, options=("refund",))
            monkeypatch.setattr(here.bot.desk.service, "entry", broken)
            if custom_id.startswith("menu:"):
                result = await here.ben.select(message, custom_id=custom_id, values=["refund"])
            else:
                result = await here.ben.click(message, custom_id=custom_id)
            assert result.ephemeral
            code = text(result.response).rpartition(" ")[2].strip("().`")
            assert code in caplog.text
            assert "the cat is on the keyboard" in caplog.text
            assert "cat" not in text(result.response)

    asyncio.run(chat())


@pytest.mark.parametrize("verb", ["page", "helpful", "noneofthese"])
def test_every_id_is_matched_in_full_and_by_one_class(verb: str) -> None:
    """The library finds ids that match whole, and calls every class that does: just one of ours does, at any length."""
    press = Press(verb=verb, key="k" * 12, person="1" * 20, argument="1.section/x\ny")
    for custom_id, owner in ((str(press), Push), (f"menu:{press}", Menu)):
        found = [one for one in (Push, Menu) if one.__discord_ui_compiled_template__.fullmatch(custom_id)]
        assert found == [owner]
    assert isinstance(Push(press, label="x").item, ui.Button)
