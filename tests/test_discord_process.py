"""The bot as a process of its own against a Discord on loopback: logging in, staying connected, leaving."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
import signal
import sqlite3
from contextlib import asynccontextmanager, closing
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")

from tests.fakes.bot_process import serving
from tests.fakes.discord_limits import buttons_of, text_of
from tests.fakes.discord_server import ADMIN, BOT_ID, EPHEMERAL, PATIENCE, DiscordServer
from tests.fakes.stopwatch import Stopwatch
from tests.fakes.tokens import DISCORD

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable
    from pathlib import Path

    from tests.fakes.bot_process import BotProcess

MENTION = f"<@{BOT_ID}>"
KNOWLEDGE = """
collection: {title: A tea shop, scope: Tea., language: en}
faq:
  - {id: hours, question: When is the tea shop open?, answer: Every day from nine to six., pinned: true}
  - {id: refund, question: How do I return tea that I did not like?, answer: Bring it back within a month.}
"""
SURE = [{"name": "question", "type": 3, "value": "When is the tea shop open?"}]


@asynccontextmanager
async def bot(server: DiscordServer, tmp_path: Path, **environ: str) -> AsyncIterator[BotProcess]:
    """Run the bot on the tea shop's knowledge; it must never log what people wrote."""
    knowledge = tmp_path / "tea"
    knowledge.mkdir(exist_ok=True)
    (knowledge / "tea.yaml").write_text(KNOWLEDGE, encoding="utf-8")
    settings = {
        "DISCORD_TOKEN": DISCORD,
        "BACKCHANNEL_DISCORD_API_URL": server.base,
        "BACKCHANNEL_KNOWLEDGE": str(knowledge),
        "BACKCHANNEL_DATABASE_URL": f"sqlite:///{tmp_path / 'store.db'}",
    }
    async with serving("--discord", **settings | environ) as process:
        yield process
    assert "tea shop open" not in process.output
    assert server.refused == []


async def ask(server: DiscordServer, **person: Any) -> dict[str, Any]:
    """Ask by slash command; the answer's message."""
    answer = await server.answer_to(await server.slash("ask", SURE, **person))
    return answer["message"]


def test_tells_moderators_of_an_edit_by_itself(tmp_path: Path) -> None:
    """An edit of the files is told in the moderators' channel while the bot runs, and an error after it."""

    async def story() -> None:
        channel = {"BACKCHANNEL_DISCORD_MODERATOR_CHANNEL": "10001"}
        async with DiscordServer.running() as server, bot(server, tmp_path, **channel):
            await server.until_ready()
            await server.answer_to(await server.slash("ask", SURE))
            file = tmp_path / "tea" / "tea.yaml"
            file.write_text(KNOWLEDGE.replace("nine to six", "ten to six"), encoding="utf-8")
            await server.until(lambda: any("1 changed" in text_of(one) for one in server.posts()), "the news")
            file.write_text(KNOWLEDGE.replace("answer: Every", "anser: Every"), encoding="utf-8")
            await server.until(lambda: any("tea.yaml:4" in text_of(one) for one in server.posts()), "the refusal")

    asyncio.run(story())


def test_logs_in_answers_and_leaves(tmp_path: Path) -> None:
    """From login to SIGTERM: commands told, a slash command, a mention and a message answered, gone within 5 s."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path) as process:
            await server.until_ready()
            names = {one["name"] for one in server.commands}
            assert names == {"ask", "topics", "privacy", "Answer this", "backchannel"}
            answer = await ask(server)
            assert "nine to six" in text_of(answer)
            assert answer["flags"] & EPHEMERAL
            asked = await server.say(f"{MENTION} when is the tea shop open?")
            public = (await server.until(server.posts, "an answer to the mention"))[0]
            assert str(public["message_reference"]["message_id"]) == asked
            await server.say("when is the tea shop open?", guild=None)
            await server.until(lambda: len(server.posts()) == 2, "an answer to the direct message")
            assert server.posts()[-1]["channel_id"] == "777"
            code, seconds = await process.stop()
            assert code == 0
            assert seconds < 5

    asyncio.run(story())


def test_answers_at_once(tmp_path: Path) -> None:
    """The first response comes within a fraction of Discord's three seconds, without a deferral."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            for _ in range(5):
                with Stopwatch() as watch:
                    answer = await server.answer_to(await server.slash("ask", SURE))
                assert answer["type"] == 4
                assert watch.seconds < 1.0

    asyncio.run(story())


@pytest.mark.parametrize("code", [4000, 1001, 4009])
def test_a_dropped_connection_is_resumed(tmp_path: Path, code: int) -> None:
    """After a drop the session goes on, and what happened meanwhile is answered once."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            await server.say(f"{MENTION} when is the tea shop open?")
            await server.until(lambda: len(server.posts()) == 1, "the first answer")
            await server.drop(code)
            await server.say(f"{MENTION} how do I return tea that I did not like?")
            await server.until(lambda: len(server.posts()) == 2, "the answer to what was asked meanwhile")
            assert server.count_op(6) >= 1

    asyncio.run(story())


def test_a_replayed_message_is_answered_once(tmp_path: Path) -> None:
    """A resume that replays a message already answered brings no second answer."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            key = await server.say(f"{MENTION} when is the tea shop open?")
            await server.until(lambda: len(server.posts()) == 1, "the first answer")
            for _ in range(3):
                await server.say(f"{MENTION} when is the tea shop open?", id=key)
            await server.say(f"{MENTION} how do I return tea that I did not like?")
            await server.until(lambda: len(server.posts()) >= 2, "the answer to the next question")
            assert len(server.posts()) == 2

    asyncio.run(story())


def test_buttons_and_forms_outlive_a_killed_bot(tmp_path: Path) -> None:
    """What a bot sent that was then killed works with the next one: a vote, an entry, and a form that stood open."""

    async def story() -> None:
        async with DiscordServer.running() as server:
            async with bot(server, tmp_path) as process:
                await server.until_ready()
                answer = await ask(server)
                unknown = await server.slash("ask", [{"name": "question", "type": 3, "value": "zebra quantum guitar"}])
                unknown_message = (await server.answer_to(unknown))["message"]
                wanted = buttons_of(unknown_message)["Ask the moderators"]
                form = (await server.answer_to(await server.press(unknown_message, wanted)))["data"]
                await process.kill()
            async with bot(server, tmp_path):
                await server.until_ready(2)
                thanked = await server.answer_to(await server.press(answer, buttons_of(answer)["Helpful"]))
                assert text_of(thanked["data"]) == "Thank you."
                field = form["components"][1]["component"]
                typed = {"type": 18, "component": {"type": 4, "custom_id": field["custom_id"], "value": "zebras?"}}
                data = {"custom_id": form["custom_id"], "components": [typed]}
                sent = await server.interact(5, data, message=unknown_message)
                await server.answer_to(sent)
                done = lambda: not server.messages[server.callbacks[sent]["message"]["id"]]["loading"]  # noqa: E731
                await server.until(done, "what became of the form")
                said = text_of(server.messages[server.callbacks[sent]["message"]["id"]])
                assert "with the moderators" in said
        with closing(sqlite3.connect(tmp_path / "store.db")) as database:
            assert database.execute("SELECT vote FROM vote").fetchall() == [("helpful",)]
            assert database.execute("SELECT count(*) FROM question WHERE wanted").fetchall() == [(1,)]

    asyncio.run(story())


def test_a_reworded_question_changes_its_answer(tmp_path: Path) -> None:
    """An edit is answered in the message that is there; an event that changes no word, as for a preview, in none."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            key = await server.say(f"{MENTION} zebra quantum guitar")
            answer = (await server.until(server.posts, "the first answer"))[0]
            await server.reword(key, f"{MENTION} zebra quantum guitar")
            await server.reword(key, f"{MENTION} when is the tea shop open?")
            await server.until(lambda: "nine to six" in text_of(server.messages[answer["id"]]), "the answer anew")
            assert len(server.posts()) == 1
            assert [one.method for one in server.requests].count("PATCH") == 1

    asyncio.run(story())


def test_an_invalid_session_identifies_anew(tmp_path: Path) -> None:
    """Where nothing can be resumed, the bot starts a new session on the same server and answers."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            await server.drop(4000, forget=True)
            await server.until_ready(sessions=2)
            assert "nine to six" in text_of(await ask(server))

    asyncio.run(story())


def test_a_first_connection_that_fails_is_tried_again(tmp_path: Path) -> None:
    """A gateway that is not there at first is waited for, without a rush."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            server.drop_connections = 1
            await server.until_ready()
            assert "nine to six" in text_of(await ask(server))

    asyncio.run(story())


def test_a_discord_that_is_down_is_waited_for(tmp_path: Path) -> None:
    """503 at login is told and tried again, with growing patience and no busy loop."""

    async def story() -> None:
        async with DiscordServer.running() as server:
            server.fail("GET", "users/@me", 503, times=2)
            async with bot(server, tmp_path) as process:
                await server.until_ready()
                assert "Discord is lost (HTTP 503); trying again in 1 s" in process.output
                tries = [one.at for one in server.requests if one.path == "users/@me"]
                assert len(tries) == 3
                assert tries[1] - tries[0] > 0.5
                assert tries[2] - tries[1] > 1.0

    asyncio.run(story())


def test_a_rate_limit_is_waited_out(tmp_path: Path) -> None:
    """A 429 delays the answer by what Discord asks for, and no longer loses it."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            server.fail("POST", "channels/*/messages", 429, retry_after=0.3, **{"global": False})
            await server.say(f"{MENTION} when is the tea shop open?")
            await server.until(lambda: len(server.posts()) == 1, "the delayed answer")
            tries = [one.at for one in server.requests if one.path.endswith("/messages")]
            assert tries[1] - tries[0] >= 0.3

    asyncio.run(story())


def test_a_server_error_is_tried_again(tmp_path: Path) -> None:
    """A 502 in the middle of an answer does not lose it."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            server.fail("POST", "channels/*/messages", 502)
            await server.say(f"{MENTION} when is the tea shop open?")
            await server.until(lambda: len(server.posts()) == 1, "the answer after the error")

    asyncio.run(story())


def test_commands_are_told_only_when_changed(tmp_path: Path) -> None:
    """A restart with the same commands does not tell them again; old buttons work after it."""

    async def story() -> None:
        async with DiscordServer.running() as server:
            async with bot(server, tmp_path) as process:
                await server.until_ready()
                answer = await ask(server)
                assert (await process.stop())[0] == 0
            async with bot(server, tmp_path):
                await server.until_ready(sessions=2)
                pressed = await server.press(answer, buttons_of(answer)["Helpful"])
                assert (await server.answer_to(pressed))["data"]["content"] == "Thank you."
            told = [one for one in server.requests if one.path.endswith("/commands")]
            assert len(told) == 1

    asyncio.run(story())


def test_commands_that_cannot_be_told_stop_nothing(tmp_path: Path) -> None:
    """If the commands are refused, mentions are answered all the same."""

    async def story() -> None:
        async with DiscordServer.running() as server:
            server.fail("PUT", "applications/*/commands", 400, code=50035, errors={})
            async with bot(server, tmp_path) as process:
                await server.until_ready()
                await server.say(f"{MENTION} when is the tea shop open?")
                await server.until(lambda: len(server.posts()) == 1, "an answer")
                assert "the commands could not be brought up to date" in process.output

    asyncio.run(story())


def test_commands_speak_the_readers_language(tmp_path: Path) -> None:
    """Discord gets every name and description in each of its languages that the bot speaks, within its rules."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            told = next(one.body for one in server.requests if one.path.endswith("/commands"))
            ask_command = next(one for one in told if one["name"] == "ask")
            locales = {"hi", "es-ES", "es-419", "fr", "de"}
            assert locales <= set(ask_command["name_localizations"])
            assert ask_command["name_localizations"]["hi"] == "पूछें"
            for command in told:
                check_command(command)

    asyncio.run(story())


def check_command(command: dict[str, Any]) -> None:
    """Discord's rules for one command or option, in every language."""
    menu = command["type"] == 3 and not command.get("description")
    for name in [command["name"], *(command.get("name_localizations") or {}).values()]:
        assert 1 <= len(name) <= 32
        assert menu or (name == name.lower() and " " not in name)
    for words in [command.get("description", ""), *(command.get("description_localizations") or {}).values()]:
        assert menu or 1 <= len(words) <= 100
    options = command.get("options") or []
    for locale in {key for option in options for key in option.get("name_localizations") or {}}:
        names = [(option.get("name_localizations") or {}).get(locale, option["name"]) for option in options]
        assert len(set(names)) == len(names)
    for option in options:
        check_command(option)


def test_replies_in_the_readers_language(tmp_path: Path) -> None:
    """The words around an answer are in the language that Discord tells of the reader."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            for locale, label in {"hi": "काम आया", "es-419": "Útil", "fr": "Utile", "de": "Hilfreich"}.items():
                assert label in buttons_of(await ask(server, locale=locale))

    asyncio.run(story())


def test_a_bad_token_ends_with_one_sentence(tmp_path: Path) -> None:
    """A token that Discord does not know is not tried again."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path, DISCORD_TOKEN="wrong") as process:
            assert await process.ended() == 2
            last = process.output.strip().splitlines()[-1]
            assert last.startswith("Error: DISCORD_TOKEN is not accepted by Discord; copy the bot's token anew")
            assert "Traceback" not in process.output

    asyncio.run(story())


@pytest.mark.parametrize("code", [4004, 4013, 4014])
def test_a_refused_identify_ends_with_one_sentence(tmp_path: Path, code: int) -> None:
    """A token revoked meanwhile, or an intent that is not allowed, ends the process with exit code 2."""

    async def story() -> None:
        async with DiscordServer.running() as server:
            server.close_next_identify = code
            async with bot(server, tmp_path) as process:
                assert await process.ended() == 2
                last = process.output.strip().splitlines()[-1]
                assert ("DISCORD_TOKEN" if code == 4004 else "message content intent") in last
                assert "Traceback" not in process.output

    asyncio.run(story())


def test_auto_answer_says_when_the_intent_is_missing(tmp_path: Path) -> None:
    """Auto-answer without the message content intent stops the start with what to do."""

    async def story() -> None:
        unset = {"BACKCHANNEL_DISCORD_AUTO_ANSWER": "yes"}
        async with DiscordServer.running() as server, bot(server, tmp_path, **unset) as process:
            assert await process.ended() == 2
            assert "auto_answer on Discord needs the message content intent" in process.output

    asyncio.run(story())


def test_no_privileged_intent_by_default(tmp_path: Path) -> None:
    """The bot asks for the content of messages only where auto-answer is on."""

    async def story() -> None:
        privileged = {1: "members", 8: "presences", 15: "message content"}
        async with DiscordServer.running(message_content=True) as server:
            for count, setting in ((1, ""), (2, "yes")):
                async with bot(server, tmp_path, BACKCHANNEL_DISCORD_AUTO_ANSWER=setting) as process:
                    await server.until_ready(sessions=count)
                    intents = [one["d"]["intents"] for one in server.frames if one["op"] == 2][-1]
                    asked = [name for bit, name in privileged.items() if intents >> bit & 1]
                    assert asked == (["message content"] if setting else [])
                    await process.stop()

    asyncio.run(story())


def test_sigint_ends_it_too(tmp_path: Path) -> None:
    """Ctrl-C is a clean end."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path) as process:
            await server.until_ready()
            code, seconds = await process.stop(signal.SIGINT)
            assert code == 0
            assert seconds < 5
            assert "Traceback" not in process.output

    asyncio.run(story())


def test_moderators_reload_from_chat(tmp_path: Path) -> None:
    """A change of the files goes live by command, a broken one changes nothing and is told; others may do neither."""

    async def story() -> None:
        async with DiscordServer.running() as server, bot(server, tmp_path):
            await server.until_ready()
            reload = [{"name": "reload", "type": 1, "options": []}]
            refused = await server.answer_to(await server.slash("backchannel", reload))
            assert "Only moderators" in refused["data"]["content"]
            file = tmp_path / "tea" / "tea.yaml"
            file.write_text(KNOWLEDGE.replace("nine to six", "ten to four"), encoding="utf-8")
            answer = await server.answer_to(await server.slash("backchannel", reload, permissions=ADMIN))
            await server.until(lambda: "Reloaded" in text_of(server.messages[answer["message"]["id"]]), "the reload")
            assert "ten to four" in text_of(await ask(server))
            file.write_text("faq: [oops", encoding="utf-8")
            answer = await server.answer_to(await server.slash("backchannel", reload, permissions=ADMIN))
            await server.until(lambda: "tea.yaml" in text_of(server.messages[answer["message"]["id"]]), "the refusal")
            assert "ten to four" in text_of(await ask(server))

    asyncio.run(story())


def test_edits_of_the_files_go_live_by_themselves(tmp_path: Path) -> None:
    """A replaced file answers within two seconds; a broken one changes nothing, and the log and `status` say where."""

    async def story() -> None:
        impatient = {"BACKCHANNEL_DISCORD_PERSON_LIMIT": "none"}
        async with DiscordServer.running() as server, bot(server, tmp_path, **impatient) as process:
            await server.until_ready()
            file = tmp_path / "tea" / "tea.yaml"

            def replace(text: str) -> None:
                """Save as editors do: a new file in the old one's place."""
                draft = tmp_path / "draft"
                draft.write_text(text, encoding="utf-8")
                draft.replace(file)

            async def status() -> str:
                command = [{"name": "status", "type": 1, "options": []}]
                answer = await server.answer_to(await server.slash("backchannel", command, permissions=ADMIN))
                return text_of(answer["message"])

            async def until_told(words: str, ask: Callable[[], Awaitable[str]]) -> float:
                with Stopwatch() as watch:
                    while words not in await ask():
                        assert watch.seconds < PATIENCE, process.output
                return watch.seconds

            async def answer() -> str:
                return text_of(await ask(server))

            replace(KNOWLEDGE.replace("nine to six", "ten to four"))
            assert await until_told("ten to four", answer) < 2.0
            await process.says("1 changed")
            replace(KNOWLEDGE.replace("question: How do I return", "question: [How do I return"))
            await until_told("tea.yaml:5:", status)
            assert "stays in force" in await status()
            assert "ten to four" in await answer()
            await process.says("refused: ")
            replace(KNOWLEDGE.replace("nine to six", "noon to one"))
            await until_told("noon to one", answer)
            assert "refused" not in await status()

    asyncio.run(story())


def test_settings_go_live_by_themselves(tmp_path: Path) -> None:
    """Auto-answer that is switched on in the file works without a restart, though Discord has to be asked anew."""

    async def story() -> None:
        file = tmp_path / "backchannel.toml"
        file.write_text('discord.person_limit = "none"\n', encoding="utf-8")
        config = {"BACKCHANNEL_CONFIG": str(file)}
        async with DiscordServer.running(message_content=True) as server, bot(server, tmp_path, **config) as process:
            await server.until_ready()
            file.write_text('discord.person_limit = "none"\ndiscord.auto_answer = true\n', encoding="utf-8")
            await process.says("what it says of places is in force")
            await server.say("good morning")
            await server.until_ready(sessions=2)
            intents = [one["d"]["intents"] for one in server.frames if one["op"] == 2]
            assert [bool(one >> 15 & 1) for one in intents] == [False, True]
            await server.say("When is the tea shop open?")
            await server.until(lambda: any("This may answer it" in text_of(one) for one in server.posts()), "the offer")
            await process.stop()

    asyncio.run(story())
