"""The moderators' queue and their changes on Discord, from the question that nobody could answer to the YAML."""

# simcord and the loopback server hand out loosely typed things.

from __future__ import annotations

import asyncio
import re
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("simcord")

from adapters.discord_ids import Press
from adapters.discord_review_view import effects_view, group_view, notice
from bot.errors import StoreError
from bot.impact import Flip, Impact
from bot.knowledge.diff import Differences
from bot.learn import Group, Wording
from bot.model import Asker
from bot.moderation import Moderator
from bot.version import Verdict
from bot.wording import languages, wording
from tests.fakes.discord_limits import V2_FLAG, problems
from tests.fakes.discord_room import Room, buttons, room, shown, snapshot, text, written

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

ODD = "How long may a samovar simmer?"
WAIT = 60
MARK = "# Kept by the harbour office."


@asynccontextmanager
async def shop(tmp_path: Path) -> AsyncIterator[Room]:
    """A server whose knowledge may be edited, in a file with a comment in the middle."""
    own = written(tmp_path / "tea")
    file = tmp_path / "tea" / "tea.yaml"
    file.write_text(file.read_text("utf-8").replace("  - id: refund", f"  {MARK}\n  - id: refund"), "utf-8")
    async with room(tmp_path, own=own) as here:
        yield here


def yaml(tmp_path: Path) -> str:
    """The file as it is now."""
    return (tmp_path / "tea" / "tea.yaml").read_text("utf-8")


async def ask_moderators(here: Room, question: str = ODD) -> None:
    """Ana asks, is told that nobody knows, and sends it to the moderators."""
    asked = await here.ana.slash(here.channel, "ask", question=question)
    form = await here.ana.click(asked.response, label="Ask the moderators")
    (field,) = shown_in(form)
    await here.ana.submit_modal(form, {field: question})
    assert here.store.remember("flush", question).result(WAIT)


async def review(here: Room, who: Any = None) -> Any:
    """A moderator opens the queue."""
    result = await (who or here.mod).slash(here.channel, "backchannel review")
    assert result.ephemeral
    return result.response


async def press(here: Room, message: Any, label: str, who: Any = None) -> Any:
    """Press a button whose label begins so."""
    custom_id = next(one for name, one in buttons(message).items() if name.startswith(label))
    return await (who or here.mod).click(message, custom_id=custom_id)


def shown_in(form: Any) -> dict[str, str]:
    """What the fields of a form hold before anything is typed."""
    parts = [part["component"] for part in form.modal["components"] if part["type"] == 18]
    return {part["custom_id"]: part.get("value") or "" for part in parts}


def test_a_question_ends_in_the_yaml_and_with_who_asked(tmp_path: Path) -> None:
    """Added as an alternate: shown before it is written, live after, comments kept; who asked has the answer."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            before = yaml(tmp_path)
            await ask_moderators(here)
            waiting = await review(here)
            assert ODD in text(waiting)
            assert "Somebody waits for an answer" in text(waiting)
            label = next(name for name in buttons(waiting) if name.startswith("Add to: "))
            assert re.search(rf"\d% {re.escape(label.removeprefix('Add to: '))} \((faq|section)/", text(waiting))
            await press(here, waiting, label)
            assert ODD in text(waiting).split("```")[1]
            assert "really asked: 1" in text(waiting)
            assert yaml(tmp_path) == before
            title = label.removeprefix("Add to: ")
            await press(here, waiting, "Make this change")
            assert "Done. To take it back: /backchannel undo " in text(waiting)
            assert "get the answer now: 1" in text(waiting)
            after = yaml(tmp_path)
            assert ODD in after
            assert MARK in after
            assert 0 <= len(after.splitlines()) - len(before.splitlines()) <= 2
            await here.deliver()
            told = here.ana.user.dm_channel.last_message
            assert title in text(told)
            assert f"You asked the moderators: “{ODD}”" in text(told)
            asked = await here.ben.slash(here.channel, "ask", question=ODD)
            assert title in text(asked.response)
            await press(here, waiting, "Next")
            assert text(waiting) == "Nothing waits."

    asyncio.run(chat())


def test_a_question_is_reviewed_from_the_moderators_channel(tmp_path: Path) -> None:
    """The note has a button that opens the question for a moderator alone, and stays as it is; settled is said."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            backroom = here.guild.create_text_channel("moderators")
            here.set(f"discord.moderator_channel = {backroom.id}")
            await ask_moderators(here)
            note = backroom.last_message
            before = shown(note)
            assert ODD in text(note)
            refused = await press(here, note, "Review", here.ana)
            assert text(refused.response) == "Only moderators can do that."
            opened = await press(here, note, "Review")
            assert opened.ephemeral
            assert ODD in text(opened.response)
            await press(here, opened.response, "Add to: ")
            await press(here, opened.response, "Make this change")
            late = await press(here, note, "Review")
            assert late.ephemeral
            assert "settled or changed meanwhile" in text(late.response)
            assert shown(note) == before

    asyncio.run(chat())


def test_cancelling_writes_nothing(tmp_path: Path) -> None:
    """After Cancel the files are as they were and the question still waits."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            before = yaml(tmp_path)
            await ask_moderators(here)
            waiting = await review(here)
            await press(here, waiting, "Add to: ")
            await press(here, waiting, "Cancel")
            assert "Nothing was changed" in text(waiting)
            assert yaml(tmp_path) == before
            await press(here, waiting, "Next")
            assert ODD in text(waiting)

    asyncio.run(chat())


def test_a_new_entry_by_form(tmp_path: Path) -> None:
    """The form proposes an id and the question; the new entry answers at once and reaches who asked."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            form = await press(here, waiting, "New entry")
            fields = {"id": "faq/samovar", "question": ODD, "answer": "An hour at most."}
            await here.mod.submit_modal(form, fields)
            assert "An hour at most." in text(waiting)
            await press(here, waiting, "Make this change")
            asked = await here.ben.slash(here.channel, "ask", question=ODD)
            assert "An hour at most." in text(asked.response)
            await here.deliver()
            assert "An hour at most." in text(here.ana.user.dm_channel.last_message)
            assert MARK in yaml(tmp_path)

    asyncio.run(chat())


def test_a_moderator_needs_no_id_and_no_yaml(tmp_path: Path) -> None:
    """An entry is found by its words, fields have names for people, and a new entry's id is made for it."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            form = await here.mod.slash(here.channel, "backchannel edit", entry="water for green tea")
            assert shown_in(form)["answer"] == "Eighty degrees."
            labels = [part["label"] for part in form.modal["components"] if part["type"] == 18]
            assert labels == [wording("en").fields[name] for name in shown_in(form)]
            form = await here.mod.slash(here.channel, "backchannel new")
            fields = shown_in(form) | {"question": "Do you sell honey?", "answer": "Yes."}
            sent = await here.mod.submit_modal(form, fields)
            await press(here, sent.response, "Make this change")
            assert "- id: do-you-sell-honey\n" in yaml(tmp_path)

    asyncio.run(chat())


def test_an_entry_that_would_break_the_knowledge_is_refused(tmp_path: Path) -> None:
    """What the format does not allow is told with its reason, nothing is written, and what was typed is not lost."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            before = yaml(tmp_path)
            await ask_moderators(here)
            picture = "![x](https://example.org/x.png)"
            waiting = await review(here)
            form = await press(here, waiting, "New entry")
            result = await here.mod.submit_modal(form, {"id": "faq/samovar", "question": ODD, "answer": picture})
            refused = result.followups[-1]
            assert "tea.yaml" in text(refused)
            assert yaml(tmp_path) == before
            form = await press(here, refused, "Back to the form")
            assert shown_in(form) == {"alternates": "", "id": "faq/samovar", "question": ODD, "answer": picture}
            await here.mod.submit_modal(form, shown_in(form) | {"answer": "An hour."})
            assert "An hour." in text(refused)
            form = await press(here, refused, "Back to the form")
            await here.mod.submit_modal(form, shown_in(form) | {"answer": "Two hours."})
            await press(here, refused, "Make this change")
            assert "answer: Two hours." in yaml(tmp_path)

    asyncio.run(chat())


def test_every_form_can_be_gone_back_to(tmp_path: Path) -> None:
    """A topic out of scope comes back with its reply, a refused source with its text; after a restart that is told."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            form = await press(here, waiting, "Out of scope")
            reply = "![x](https://example.org/x.png)"
            result = await here.mod.submit_modal(form, {"id": "out_of_scope/samovars", "reply": reply})
            form = await press(here, result.followups[-1], "Back to the form")
            assert shown_in(form)["reply"] == reply
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund", part="details")
            result = await here.mod.submit_modal(form, shown_in(form) | {"sources": "a | b"})
            assert "A source is written as" in text(result.response)
            form = await press(here, result.response, "Back to the form")
            assert shown_in(form)["sources"] == "a | b"
            (key, *_) = here.bot.review._sent._sent
            forged = await here.channel_message(str(Press(verb="again", key=key)))
            refused = await here.ana.click(forged, custom_id=str(Press(verb="again", key=key)))
            assert text(refused.response) == "Only moderators can do that."
            here.bot.review._sent._sent.clear()
            late = await press(here, result.response, "Back to the form")
            assert "out of date" in text(late.response)

    asyncio.run(chat())


def test_a_change_is_taken_back_by_a_button(tmp_path: Path) -> None:
    """What says that a change was made has a button that takes it back, after showing what that does."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            before = yaml(tmp_path)
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund")
            sent = await here.mod.submit_modal(form, shown_in(form) | {"answer": "Bring it back within a week."})
            await press(here, sent.response, "Make this change")
            key = text(sent.response).split("/backchannel undo ")[1].split()[0]
            offered = await here.mod.autocomplete(here.channel, "backchannel undo", "change", "refund")
            assert [one["value"] for one in offered] == [key]
            await press(here, sent.response, "Take a change back")
            await press(here, sent.response, "Make this change")
            assert yaml(tmp_path) == before

    asyncio.run(chat())


def test_out_of_scope(tmp_path: Path) -> None:
    """A topic that is none of the shop's is declined by name from then on."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            form = await press(here, waiting, "Out of scope")
            fields = {"id": "out_of_scope/samovars", "reply": "Ask the samovar maker next door."}
            await here.mod.submit_modal(form, fields)
            await press(here, waiting, "Make this change")
            asked = await here.ben.slash(here.channel, "ask", question=ODD)
            assert "Ask the samovar maker next door." in text(asked.response)
            await here.deliver()
            assert "Ask the samovar maker next door." in text(here.ana.user.dm_channel.last_message)

    asyncio.run(chat())


def test_who_asked_twice_is_told_once(tmp_path: Path) -> None:
    """Two requests of one person bring one message, and neither waits any longer."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            await ask_moderators(here)
            waiting = await review(here)
            await press(here, waiting, "Add to: ")
            await press(here, waiting, "Make this change")
            assert "get the answer now: 1" in text(waiting)
            await here.deliver()
            assert len(here.ana.user.dm_channel.history()) == 1
            assert here.store.remember("flush", "2").result(WAIT)
            assert here.store.desk.requests([one.key for one in here.store.desk.recent_questions()]) == ()

    asyncio.run(chat())


def test_a_change_is_made_without_the_database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that goes away before the confirmation is told; the change is in force all the same."""

    def away(*_: object) -> None:
        raise StoreError("The database is away.")

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            await press(here, waiting, "Add to: ")
            monkeypatch.setattr(type(here.store.desk), "requests", away)
            await press(here, waiting, "Make this change")
            assert "Done. To take it back" in text(waiting)
            assert "The database is away." in text(waiting)
            assert ODD in yaml(tmp_path)

    asyncio.run(chat())


def test_dismissing_goes_on_to_the_next(tmp_path: Path) -> None:
    """A dismissed question is gone; the next one is shown in its place."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            await ask_moderators(here, "Do zebras play quantum guitars?")
            waiting = await review(here)
            first = ODD if ODD in text(waiting) else "zebras"
            await press(here, waiting, "Dismiss")
            assert first not in text(waiting)
            assert "People who asked: 1" in text(waiting)
            await press(here, waiting, "Dismiss")
            assert text(waiting) == "Nothing waits."
            assert text(await review(here)) == "Nothing waits."

    asyncio.run(chat())


def test_an_entry_is_edited_and_taken_back(tmp_path: Path) -> None:
    """The form holds the text as it stands; undo restores the file byte for byte; the history tells both."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            before = yaml(tmp_path)
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund")
            inputs = shown_in(form)
            assert inputs["answer"] == "Bring it back within a month."
            assert inputs["alternates"] == "can I get my money back\nrefund for tea"
            sent = await here.mod.submit_modal(form, shown_in(form) | {"answer": "Bring it back within a week."})
            assert sent.ephemeral
            await press(here, sent.response, "Make this change")
            changed = yaml(tmp_path).splitlines()
            differing = [pair for pair in zip(before.splitlines(), changed, strict=True) if pair[0] != pair[1]]
            assert differing == [
                ("    answer: Bring it back within a month.", "    answer: Bring it back within a week.")
            ]
            key = text(sent.response).split("/backchannel undo ")[1].split()[0]
            back = await here.mod.slash(here.channel, "backchannel undo", change=key)
            await press(here, back.response, "Make this change")
            assert yaml(tmp_path) == before
            assert here.store.remember("flush", "1").result(WAIT)
            told = await here.mod.slash(here.channel, "backchannel history", entry="faq/refund")
            assert text(told.response).count("faq/refund") == 2
            assert f"({key})" in text(told.response)

    asyncio.run(chat())


def test_an_edit_of_what_changed_meanwhile_is_refused(tmp_path: Path) -> None:
    """Who edits what somebody else has changed since sees both texts; nothing is lost."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund")
            file = tmp_path / "tea" / "tea.yaml"
            file.write_text(yaml(tmp_path).replace("within a month", "within a year"), "utf-8")
            before = yaml(tmp_path)
            sent = await here.mod.submit_modal(form, shown_in(form) | {"answer": "Bring it back within a week."})
            assert "within a year" in text(sent.response)
            assert "within a week" in text(sent.response)
            assert yaml(tmp_path) == before
            mine = await press(here, sent.response, "Back to the form")
            assert shown_in(mine)["answer"] == "Bring it back within a week."
            sent = await here.mod.submit_modal(mine, shown_in(mine))
            await press(here, sent.response, "Make this change")
            assert yaml(tmp_path) == before.replace("within a year", "within a week")

    asyncio.run(chat())


def test_an_edit_without_a_change_changes_nothing(tmp_path: Path) -> None:
    """A form sent as it was opened proposes nothing."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund")
            sent = await here.mod.submit_modal(form, shown_in(form))
            assert text(sent.response) == "Nothing was changed."

    asyncio.run(chat())


def test_an_entry_or_change_that_is_not_there_is_told(tmp_path: Path) -> None:
    """One sentence for an unknown id and an unknown change, and no failure in the log."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            told = await here.mod.slash(here.channel, "backchannel edit", entry="faq/nothing")
            assert told.ephemeral
            assert "faq/nothing" in told.response.content
            undone = await here.mod.slash(here.channel, "backchannel undo", change="ffffffff")
            assert "no change ffffffff" in text(undone.followups[-1] if undone.followups else undone.response)
            assert len(here.env.errors) == 2, "the library's note that a command raised"

    asyncio.run(chat())


def test_another_example_of_a_known_topic(tmp_path: Path) -> None:
    """What is out of scope already can be picked from the list, and needs no second reply."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            for question in ("Do zebras play quantum guitars?", ODD):
                await ask_moderators(here, question)
                waiting = await review(here)
                form = await press(here, waiting, "Out of scope")
                new = {"id": "out_of_scope/odd", "reply": "Not here."}
                known = [part for part in form.modal["components"] if part.get("component", {}).get("type") == 3]
                await here.mod.submit_modal(form, {"topic": ["out_of_scope/odd"]} if known else new)
                await press(here, waiting, "Make this change")
            assert yaml(tmp_path).count("id: odd") == 1
            assert "Not here." in text((await here.ben.slash(here.channel, "ask", question=ODD)).response)

    asyncio.run(chat())


def test_statistics(tmp_path: Path) -> None:
    """What was asked is counted, by entry, with what nobody reached."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await here.ana.slash(here.channel, "ask", question="How do I return tea that I did not like?")
            await ask_moderators(here)
            told = text((await here.mod.slash(here.channel, "backchannel stats")).response)
            assert "last 30 days: 2. Answered: 1" in told
            assert "1  faq/refund  +0 -0" in told
            assert "faq/black-tea" in told

    asyncio.run(chat())


def test_a_form_sent_after_the_right_was_lost(tmp_path: Path) -> None:
    """Who was a moderator when the form opened, and is none any more, changes nothing with it."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            group = next(one for one in await here.bot.tree.fetch_commands() if one.name == "backchannel")
            here.guild.set_command_permissions(group, {here.guild.default_role: True})
            role = here.guild.create_role("Keepers")
            keeper = here.guild.add_member(here.env.create_user("keeper"), roles=[role])
            here.set(f"discord.moderators = {role.id}")
            form = await keeper.slash(here.channel, "backchannel edit", entry="faq/refund")
            here.set("")
            sent = await keeper.submit_modal(form, shown_in(form) | {"answer": "Never."})
            assert "Only moderators" in text(sent.response)
            assert buttons(sent.response) == {}

    asyncio.run(chat())


@pytest.mark.parametrize("crowd", ["*_~|`" * 400, "\u0915\u094d\u0937" * 700, "@everyone <@1> " * 200])
def test_no_question_is_too_much_for_a_message(crowd: str) -> None:
    """Whatever people wrote, the queue and the effects of a change stay within Discord's limits."""
    verdict = Verdict(outcome="none", entry_id=None)
    flips = (Flip(text=crowd, times=1, before=verdict, after=verdict, effect="worse"),) * 30
    nothing = Differences(added=(), removed=(), changed=(), other=False)
    found = Impact(entries=nothing, questions=flips, asked=9, skipped=9, cases=flips, stolen=flips)
    wordings = tuple(Wording(text=crowd, times=9, keys=(f"key{n}",)) for n in range(9))
    group = Group(wordings=wordings, people=9, wanted=True, last_asked=1, score=1.0)
    match = snapshot().engine.decide(ODD).matches[0]
    entries = [replace(one, title=crowd) for one in snapshot().knowledge.by_id.values()][:3]
    matches = [replace(match, entry=entry) for entry in entries]
    for language in languages():
        for view in (
            group_view(group, matches, language),
            effects_view(crowd * 3, found, "draft", language),
            notice([crowd] * 5, language, after="key"),
        ):
            assert problems({"components": view.to_components(), "flags": V2_FLAG}) == []


def moderator(here: Room) -> Any:
    """An asker who may look into the queue of this server."""
    from bot.model import Asker

    return Asker(platform="discord", tenant=str(here.guild.id), is_moderator=True)


def test_a_stale_button_is_told(tmp_path: Path) -> None:
    """A confirmation from before a restart, a second press, and a question settled meanwhile change nothing."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            other = await review(here)
            await press(here, waiting, "Add to: ")
            here.bot.review.changes._drafts.clear()
            before = yaml(tmp_path)
            result = await press(here, waiting, "Make this change")
            assert "out of date" in text(result.response)
            assert yaml(tmp_path) == before
            await press(here, other, "Dismiss")
            third = str(Press(verb="addto", key="nobody-knows", argument="faq/refund"))
            message = await here.channel_message(third)
            result = await here.mod.click(message, custom_id=third)
            assert "settled or changed meanwhile" in text(result.followups[-1])
            assert yaml(tmp_path) == before

    asyncio.run(chat())


async def pick(here: Room, message: Any, *values: str, verb: str) -> None:
    """Pick from the menu of a message."""
    parts = [one for row in shown(message)["components"][0]["components"] for one in row.get("components", [])]
    menu = next(one["custom_id"] for one in parts if one["custom_id"].startswith(f"menu:bc1:{verb}:"))
    await here.mod.select(message, list(values), custom_id=menu)


def test_a_question_goes_to_any_entry_that_a_search_finds(tmp_path: Path) -> None:
    """From the queue: words of an entry find it in a menu, and the reason for the change is kept."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            form = await press(here, waiting, "Add to another entry")
            await here.mod.submit_modal(form, {"entry": "qqqq zzzz"})
            assert "Nothing was found" in text(waiting)
            form = await press(here, waiting, "Add to another entry")
            await here.mod.submit_modal(form, {"entry": "refund"})
            await pick(here, waiting, "faq/refund", verb="addto")
            assert ODD in text(waiting).split("```")[1]
            form = await press(here, waiting, "Make it, and say why")
            await here.mod.submit_modal(form, {"reason": "asked at the till"})
            assert "Done." in text(waiting)
            assert here.store.remember("flush", "1").result(WAIT)
            [made] = here.store.desk.edits()
            assert (made.entry_id, made.reason, made.author) == ("faq/refund", "asked at the till", "mod")

    asyncio.run(chat())


def test_the_add_command_completes_both_the_question_and_the_entry(tmp_path: Path) -> None:
    """What waits is offered while it is typed; it is settled by being added, and any other text can be added too."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            [offered] = await here.mod.autocomplete(here.channel, "backchannel add", "question", "samo")
            assert offered["name"] == ODD
            entries = await here.mod.autocomplete(here.channel, "backchannel add", "entry", "money back")
            assert entries[0]["value"] == "faq/refund"
            added = await here.mod.slash(here.channel, "backchannel add", question=offered["value"], entry="faq/refund")
            await press(here, added.response, "Make this change")
            assert "get the answer now: 1" in text(added.response)
            other = await here.mod.slash(here.channel, "backchannel add", question="Is it free?", entry="faq/refund")
            assert "Is it free?" in text(other.response)
            assert ODD in yaml(tmp_path)

    asyncio.run(chat())


def test_effects_are_completed_while_they_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there was no time for at first is in the same message a little later."""
    weigh, asked = Moderator.weigh, []

    def hurried(self: Moderator, proposal: Any, *, seconds: float | None = -1.0, **more: Any) -> Impact:
        found = weigh(self, proposal, seconds=seconds, **more)
        asked.append(found.asked)
        return found

    monkeypatch.setattr(Moderator, "weigh", hurried)

    async def chat() -> None:
        async with shop(tmp_path) as here:
            await ask_moderators(here)
            waiting = await review(here)
            await press(here, waiting, "Add to: ")
            assert "really asked: 1" in text(waiting)
            assert asked == [0, 1]

    asyncio.run(chat())


def test_a_group_is_split(tmp_path: Path) -> None:
    """Chosen questions stand apart and are settled by themselves; the rest still waits."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            for question in (ODD, "How long may a samovar simmer today?"):
                await ask_moderators(here, question)
            waiting = await review(here)
            whole = here.bot.moderation.of(Asker(platform="discord", is_moderator=True), "x", everywhere=True).queue()[
                0
            ]
            assert len(whole.wordings) == 2
            await press(here, waiting, "Split")
            await pick(here, waiting, whole.wordings[1].keys[0], verb="apart")
            assert whole.wordings[1].text in text(waiting).splitlines()[0]
            await press(here, waiting, "Dismiss")
            assert whole.wordings[0].text in text(waiting).splitlines()[0]
            assert "Split" not in buttons(waiting)

    asyncio.run(chat())


def test_sources_positions_and_dates_are_edited_by_form(tmp_path: Path) -> None:
    """The second part of an entry's form; a wrong line is told, and what is right ends in the file."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund", part="details")
            assert {"positions", "sources", "as_of", "review_by", "related"} == set(shown_in(form))
            wrong = await here.mod.submit_modal(form, shown_in(form) | {"sources": "Rules | soon"})
            assert "A source is written as title" in text(wrong.response)
            form = await here.mod.slash(here.channel, "backchannel edit", entry="faq/refund", part="details")
            sent = await here.mod.submit_modal(
                form,
                shown_in(form)
                | {
                    "sources": "House rules | 2026-01-02",
                    "positions": "Shop: A month.\nGuild: A week.",
                    "review_by": "2030-01-01",
                },
            )
            await press(here, sent.response, "Make this change")
            assert "- {title: House rules, date: 2026-01-02}" in yaml(tmp_path)
            asked = await here.ben.slash(here.channel, "ask", question="can I get my money back")
            assert "A week." in text(asked.response)

    asyncio.run(chat())


def test_an_entry_is_written_and_retired_by_command(tmp_path: Path) -> None:
    """A new entry answers; once it is retired, an old button offers what to read in its place."""

    async def chat() -> None:
        async with shop(tmp_path) as here:
            form = await here.mod.slash(here.channel, "backchannel new")
            fields = {"id": "faq/samovar", "question": ODD, "answer": "An hour at most.", "alternates": "samovar time"}
            sent = await here.mod.submit_modal(form, fields)
            await press(here, sent.response, "Make this change")
            asked = await here.ben.slash(here.channel, "ask", question=ODD, public=True)
            assert "An hour at most." in text(asked.response)
            gone = await here.mod.slash(here.channel, "backchannel retire", entry="faq/samovar", see="faq/refund")
            assert "+  # retired" not in text(gone.response)
            assert "+# retired: faq/samovar, see faq/refund" in text(gone.response)
            await press(here, gone.response, "Make this change")
            old = await here.channel_message("bc1:more:k::faq/samovar")
            pressed = await here.ben.click(old, custom_id="bc1:more:k::faq/samovar")
            assert "This answer has been retired." in text(pressed.response)
            assert any("faq/refund" in custom_id for custom_id in buttons(pressed.response).values())

    asyncio.run(chat())
