"""Conversations on Discord, through the real library and a simulated server: asking and being answered."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from bot.following import Answers
from tests.fakes.discord_room import buttons, room, text

if TYPE_CHECKING:
    from pathlib import Path

    from bot.model import Asker, Reply

SURE, UNKNOWN = "When is the tea shop open?", "zebra quantum guitar"


def mentions_allowed(env: Any) -> list[Any]:
    """What each message that the bot sent was allowed to ping."""
    bodies = [request.json for request in env.http_requests if isinstance(request.json, dict)]
    messages = [body.get("data") or body for body in bodies if "components" in (body.get("data") or body)]
    return [message["allowed_mentions"] for message in messages if "allowed_mentions" in message]


def test_ask_is_private_by_default(tmp_path: Path) -> None:
    """/ask answers the asker alone, with the stored question as its title and buttons that can act."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            result = await here.ana.slash(here.channel, "ask", question=SURE)
            assert result.ephemeral
            assert text(result.response).startswith("## When is the tea shop open?\n")
            assert "**from nine to six**" in text(result.response)
            assert "As of <t:1747051200:D> · Sources: [The door](https://example.org/door)" in text(result.response)
            found = list(buttons(result.response))
            assert found[:3] == ["Helpful", "Not what I meant", "Share"]
            assert "A history of the shop" in found
            assert here.ours() == []

    asyncio.run(chat())


def test_public_answer_is_for_everybody(tmp_path: Path) -> None:
    """With `public`, the answer stands in the channel and can be removed."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.slash(here.channel, "ask", question=SURE, public=True)
            assert "Remove" in buttons(here.ours()[-1])

    asyncio.run(chat())


def test_what_is_not_an_answer_stays_private(tmp_path: Path) -> None:
    """An unknown question is nobody else's business, even where `public` was chosen."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            result = await here.ana.slash(here.channel, "ask", question=UNKNOWN, public=True)
            assert result.ephemeral
            assert text(result.response).startswith("## I don't have that")
            assert "Ask the moderators" in buttons(result.response)
            assert here.ours() == []

    asyncio.run(chat())


def test_for_pings_that_person_only(tmp_path: Path) -> None:
    """`for` shows the answer to everybody and may ping the one person, no more."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.slash(here.channel, "ask", question="hostile mention question", **{"for": here.ben})
            assert text(here.ours()[-1]).startswith(f"For {here.ben.mention}")
            allowed = mentions_allowed(here.env)[-1]
            assert allowed.get("users") == [here.ben.id]
            assert allowed.get("parse") == []

    asyncio.run(chat())


def test_a_picked_entry_is_shown(tmp_path: Path) -> None:
    """What the type-ahead offers is an entry's id, and that id gives the entry, whatever its words."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            choices = await here.ana.autocomplete(here.channel, "ask", "question", "")
            assert choices[0] == {"name": "When is the tea shop open?", "value": "faq/opening-hours"}
            result = await here.ana.slash(here.channel, "ask", question="faq/green-tea")
            assert "Eighty degrees" in text(result.response)

    asyncio.run(chat())


def test_typing_narrows_the_choices(tmp_path: Path) -> None:
    """The best match of what is typed comes first."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            choices = await here.ana.autocomplete(here.channel, "ask", "question", "How do I return")
            assert choices[0]["value"] == "faq/refund"
            assert len(choices) <= 25

    asyncio.run(chat())


def test_a_mention_is_answered_in_place(tmp_path: Path) -> None:
    """A mention is answered in the channel, as a reply, publicly."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            asked = await here.ana.send(here.channel, f"{here.mention} when is the tea shop open?")
            answer = here.ours()[-1]
            assert "nine to six" in text(answer)
            assert answer.reference
            assert answer.reference.message_id == asked.id

    asyncio.run(chat())


def test_a_direct_message_is_answered(tmp_path: Path) -> None:
    """In a direct message no mention is needed, and there is nobody to share with."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.send_dm(SURE)
            answer = here.last(here.ana.user.dm_channel)
            assert "nine to six" in text(here.ana.user.dm_channel.last_message)
            assert answer["flags"] & 64 == 0
            assert not {"Share", "Remove"} & set(buttons(here.ana.user.dm_channel.last_message))

    asyncio.run(chat())


def test_answer_this_message(tmp_path: Path) -> None:
    """The message menu answers somebody's message, privately."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ben.send(here.channel, SURE)
            result = await here.ana.context_menu(here.channel, "Answer this", message)
            assert result.ephemeral
            assert "nine to six" in text(result.response)

    asyncio.run(chat())


def test_a_reply_to_the_bot_asks_again(tmp_path: Path) -> None:
    """Replying to the bot, with its ping on, is a question."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.ana.send(here.channel, f"{here.mention} green tea water temperature", reply_to=here.ours()[-1])
            assert "Eighty degrees" in text(here.ours()[-1])

    asyncio.run(chat())


def test_a_bare_mention_under_a_question_answers_that(tmp_path: Path) -> None:
    """Mentioning the bot in reply to somebody's question answers that question."""

    async def chat() -> None:
        async with room(tmp_path, settings="discord.places.1.auto_answer = true") as here:
            question = await here.ben.send(here.channel, "green tea water temperature")
            await here.ana.send(here.channel, here.mention, reply_to=question)
            assert "Eighty degrees" in text(here.ours()[-1])

    asyncio.run(chat())


def test_a_bare_mention_says_what_to_do(tmp_path: Path) -> None:
    """A mention without words gets a line, not silence."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.ana.send(here.channel, here.mention)
            assert "ask me something in words" in text(here.ours()[-1])

    asyncio.run(chat())


def test_nobody_else_is_answered(tmp_path: Path) -> None:
    """Bots, webhooks, talk among people and calls for everyone get no answer."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            robot = here.guild.add_member(here.env.create_user("robot", bot=True))
            await robot.send(here.channel, f"{here.mention} {SURE}")
            await here.guild.create_webhook(here.channel).send(f"{here.mention} {SURE}")
            await here.ana.send(here.channel, SURE)
            await here.ana.send(here.channel, f"{here.ben.mention} {SURE}")
            await here.mod.send(here.channel, f"@everyone {SURE}")
            assert here.ours() == []

    asyncio.run(chat())


def test_a_message_delivered_twice_is_answered_once(tmp_path: Path) -> None:
    """A replayed event gets no second answer."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ana.send(here.channel, f"{here.mention} {SURE}")
            here.bot.dispatch("message", message)
            await here.env.settle()
            assert len(here.ours()) == 1

    asyncio.run(chat())


def test_the_answer_goes_with_its_question(tmp_path: Path) -> None:
    """Deleting the question takes our answer away."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.ana.delete(message)
            assert here.ours() == []

    asyncio.run(chat())


def test_a_reworded_question_is_answered_anew_in_place(tmp_path: Path) -> None:
    """Editing a question changes its answer where it stands; what is said by then is what a correction will reach."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ana.send(here.channel, f"{here.mention} {UNKNOWN}")
            assert "I don't have that" in text(here.ours()[-1])
            await here.ana.edit(message, f"{here.mention} {SURE}")
            assert len(here.ours()) == 1
            assert "from nine to six" in text(here.ours()[-1])
            here.store.close()
            (post,) = here.store.desk.posts("discord", 0)
            assert (post.message, post.entry_id) == (str(here.ours()[-1].id), "faq/opening-hours")

    asyncio.run(chat())


def test_an_answer_that_was_edited_away_is_out_of_a_corrections_reach(tmp_path: Path) -> None:
    """Where a reworded question has no answer, no correction of the entry before it overwrites what is said now."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.ana.edit(message, f"{here.mention} {UNKNOWN}")
            assert "I don't have that" in text(here.ours()[-1])
            here.store.close()
            assert [one.entry_id for one in here.store.desk.posts("discord", 0)] == [""]

    asyncio.run(chat())


def test_only_a_fresh_rewording_changes_an_answer(tmp_path: Path) -> None:
    """A question that is edited long after, or in nothing but its form, leaves the answer alone."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            message = await here.ana.send(here.channel, f"{here.mention} {SURE}")
            before = len(here.env.http_requests)
            await here.ana.edit(message, f"{SURE} {here.mention}")
            assert len(here.env.http_requests) == before
            here.bot.messages.answers = Answers(lifetime=0)
            message = await here.ana.send(here.channel, f"{here.mention} {SURE}")
            await here.ana.edit(message, f"{here.mention} {UNKNOWN}")
            assert "from nine to six" in text(here.ours()[-1])

    asyncio.run(chat())


@pytest.mark.parametrize("settings", ["", "discord.auto_answer = true"])
def test_a_mention_added_later_is_answered(tmp_path: Path, settings: str) -> None:
    """Who forgot to mention the bot and adds it is answered once; under an old message, people have talked on."""

    async def chat() -> None:
        async with room(tmp_path, settings=settings) as here:
            added = await here.ana.send(here.channel, UNKNOWN)
            assert here.ours() == []
            await here.ana.edit(added, f"{here.mention} {SURE}")
            await here.ana.edit(added, f"{SURE} {here.mention}")
            (answer,) = here.ours()
            assert "from nine to six" in text(answer)
            assert answer.reference.message_id == added.id
            old = await here.ana.send(here.channel, UNKNOWN)
            await here.env.advance_time(601)
            await here.ana.edit(old, f"{here.mention} {SURE}")
            assert here.ours() == [answer]

    asyncio.run(chat())


def test_no_message_pings_anybody(tmp_path: Path) -> None:
    """Mentions in questions and in the knowledge ping nobody: no message of ours may ping at all."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            await here.mod.send(
                here.channel, f"{here.mention} @everyone @here {here.ben.mention} hostile mention question"
            )
            await here.ana.slash(here.channel, "ask", question="@everyone hostile mention question", public=True)
            assert "@everyone" not in text(here.ours()[-1])
            allowed = mentions_allowed(here.env)
            assert len(allowed) == 2
            assert all(one.get("parse") == [] and not one.get("users") and not one.get("roles") for one in allowed)
            assert all(not one.get("replied_user") for one in allowed)

    asyncio.run(chat())


def test_a_refused_layout_is_sent_as_text(tmp_path: Path) -> None:
    """Where Discord does not take the components, the answer comes as plain text."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            here.env.inject_error("POST", "/channels/*/messages", status=400, code=50035)
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            answer = here.ours()[-1]
            assert not answer.components
            assert "**from nine to six**" in answer.content

    asyncio.run(chat())


def test_no_permission_to_write_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Where the bot may not write, the log says so and nothing else happens."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            here.env.inject_error("POST", "/channels/*/messages", status=403, code=50013)
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            assert here.ours() == []
            assert "HTTP 403" in caplog.text

    asyncio.run(chat())


def test_a_failure_ends_as_one_line_with_a_code(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever breaks, the person gets one line, and the code in it finds the log; their words are in neither."""

    async def chat() -> None:
        async with room(tmp_path) as here:

            def broken(*_: object) -> None:
                raise RuntimeError("out of order")

            monkeypatch.setattr(here.bot.desk.service, "ask", broken)
            result = await here.ana.slash(here.channel, "ask", question="a secret of mine")
            assert result.ephemeral
            assert "Something went wrong" in result.response.content
            code = result.response.content.rsplit(" ", 1)[-1]
            assert f"code {code}" in caplog.text
            assert len(here.env.errors) == 1
            await here.ana.send(here.channel, f"{here.mention} a secret of mine")
            assert "Something went wrong" in here.ours()[-1].content
            assert "secret" not in caplog.text

    asyncio.run(chat())


def test_a_follow_up_carries_on(tmp_path: Path) -> None:
    """The core hears who asks and where, so that it knows what a follow-up is about there, and nowhere else."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            service, recalled = here.bot.desk.service, []
            ask = service.ask

            def listening(text: str, asker: Asker) -> Reply:
                recalled.append(service._memory.recall(asker) is not None)
                return ask(text, asker)

            service.ask = listening  # type: ignore[method-assign]
            elsewhere = here.guild.create_text_channel("elsewhere")
            await here.ana.send(here.channel, f"{here.mention} {SURE}")
            for person, channel in ((here.ana, here.channel), (here.ana, elsewhere), (here.ben, here.channel)):
                await person.send(channel, f"{here.mention} why?")
            assert recalled == [False, True, False, False]

    asyncio.run(chat())


def test_topics_lead_to_entries(tmp_path: Path) -> None:
    """/topics offers the questions and the sections; picking one shows it."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            result = await here.ana.slash(here.channel, "topics")
            assert result.ephemeral
            assert "A tea shop" in text(result.response)
            menus = [part["components"][0] for part in result.response.components[0]["components"] if part["type"] == 1]
            assert [menu["placeholder"] for menu in menus] == ["Questions", "Sections"]
            picked = await here.ana.select(result.response, ["faq/refund"], custom_id=menus[0]["custom_id"])
            assert picked.ephemeral
            assert "within a month" in text(picked.response)

    asyncio.run(chat())


def test_a_section_is_read_page_by_page(tmp_path: Path) -> None:
    """A whole section opens on its first page and turns in place."""

    async def chat() -> None:
        async with room(tmp_path) as here:
            result = await here.ana.slash(here.channel, "ask", question="section/history")
            assert "Paragraph 0" in text(result.response)
            assert "Page 1 of" in text(result.response)
            turned = await here.ana.click(result.response, label="Next")
            assert turned.response is None or turned.response.id == result.response.id
            assert "Page 2 of" in text(result.response)
            assert "Paragraph 0" not in text(result.response)
            await here.ana.click(result.response, label="Previous")
            assert "Paragraph 0" in text(result.response)

    asyncio.run(chat())
