"""Moderators at work in Slack: the queue and the edits end in the files, and nobody else sees or does any of it."""

from __future__ import annotations

import asyncio
import json
import re
import threading
from typing import TYPE_CHECKING, Any

import pytest

pytest.importorskip("slack_bolt")

from slack_sdk.web.async_client import AsyncWebClient

from adapters import slack_moderator_views as moderator_views
from adapters.slack_here import Here
from adapters.slack_intent import Intent, present_form, scope_form
from adapters.slack_people import People
from adapters.slack_settings import load_slack_settings
from bot.config import Settings
from bot.impact import ENOUGH_TIME, Flip, Impact
from bot.knowledge.diff import Differences
from bot.learn import Group, Wording
from bot.moderation import Moderator
from bot.service import Service
from bot.version import Verdict
from bot.wording import languages, wording
from tests.fakes.slack_limits import texts, view_problems
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import talk
from tests.samples import FILES, places, write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_records import Ack, Json, Post

WORDS = wording("en")
OWN = WORDS.moderator
UNKNOWN = "zeppelin moorings on the roof"
REMARK = "  # asked about every week\n"
ADMIN = {"is_admin": True}


def words(shown: Json | Post) -> str:
    """Read everything that a page or a message says."""
    return "\n".join(texts(shown["blocks"] if isinstance(shown, dict) else shown.blocks))


def flushed(store: Store) -> bool:
    """Wait for the store to have written everything."""
    return store.remember("test", "x").result(5)


def library(folder: Path) -> Path:
    """Write the sample knowledge with a comment in it."""
    faq = FILES["faq.yaml"].replace("  - id: borrow\n", REMARK + "  - id: borrow\n")
    return write_files(folder / "library", {**FILES, "faq.yaml": faq})


async def page(slack: SlackServer, phrase: str) -> Json:
    """Wait for a page that says something."""
    found: list[Json] = []

    def shown() -> bool:
        found[:] = [view for view in slack.views.values() if phrase in json.dumps(view, ensure_ascii=False)]
        return bool(found)

    await slack.until(shown, phrase)
    return found[-1]


async def wanted(slack: SlackServer, store: Store, question: str = UNKNOWN, user: str = "U2") -> None:
    """Ask something that nobody knows, and ask the moderators."""
    before = len(slack.posts)
    await slack.command("/ask", question, user=user)
    post = await slack.post_after(before)
    await slack.press(post, "ask_moderators", user=user)
    await slack.until(lambda: any(WORDS.room.sent in words(one) for one in slack.posts[before:]))
    assert flushed(store)


async def reviewing(slack: SlackServer, text: str = "review", phrase: str = UNKNOWN) -> Json:
    """Type a moderators' command, and wait for its page."""
    slack.users["U1"] = ADMIN
    await slack.command("/backchannel", text)
    return await page(slack, phrase)


def values(view: Json, **typed: str) -> Json:
    """Fill a form with what is in it, and what is typed over that."""
    filled: Json = {}
    for block in view["blocks"]:
        if block["type"] == "input":
            element, name = block["element"], block["block_id"]
            if element["type"] == "multi_static_select":
                chosen = [{"value": one} for one in typed.get(name, "").split()]
                filled[name] = {element["action_id"]: {"selected_options": chosen}}
            elif element["type"] in {"static_select", "external_select"}:
                chosen = {"value": typed[name]} if name in typed else element.get("initial_option")
                filled[name] = {element["action_id"]: {"selected_option": chosen}}
            else:
                filled[name] = {element["action_id"]: {"value": typed.get(name, element.get("initial_value"))}}
    assert set(typed) <= set(filled)
    return filled


def waits(ack: Ack) -> bool:
    """Say whether a form was acknowledged by a page that says to wait, which Slack takes."""
    assert ack.payload is not None
    assert ack.payload["response_action"] == "update"
    assert view_problems(ack.payload["view"]) == []
    return OWN.working in words(ack.payload["view"])


def test_an_alternate_ends_in_the_file_and_answers(tmp_path: Path) -> None:
    """Adding a group to an entry shows its effects, writes one line, answers at once, and tells who waited."""
    folder = library(tmp_path)
    file = folder / "faq.yaml"
    before = file.read_text(encoding="utf-8")

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        queue = await reviewing(slack)
        assert OWN.wanted in words(queue)
        assert re.search(r"\d% [A-Z][^%]+ \((faq|section)/", words(queue))
        await slack.press_in_view(queue, "add_other", option="faq/borrow")
        form = await page(slack, OWN.confirm)
        assert f"+    alternates: [borrowing limit, how many books can i take home, {UNKNOWN}]" in words(form)
        assert file.read_text(encoding="utf-8") == before
        count = len(slack.posts)
        assert waits(await slack.submit(form, values(form, reason="they ask at the desk")))
        done = await page(slack, "/backchannel undo")
        after = file.read_text(encoding="utf-8")
        assert REMARK in after
        assert after.replace(f", {UNKNOWN}", "") == before
        told = await slack.post_after(count)
        assert told.channel == "U2"
        assert UNKNOWN in words(told)
        assert "Ten books at a time" in words(told)
        assert OWN.told.format(count=1) in words(done)
        await slack.command("/ask", UNKNOWN, user="U3")
        assert "Ten books at a time" in words(await slack.post_after(count + 1))
        assert flushed(store)
        assert store.desk.open_questions() == ()
        [edit] = store.desk.edits()
        assert (edit.author, edit.reason, edit.entry_id) == ("u1", "they ask at the desk", "faq/borrow")
        await slack.press_in_view(done, "review")
        await page(slack, OWN.nothing_waits)

    talk(tmp_path, scenario, database=True, knowledge=folder)


def test_a_change_is_taken_back_to_the_byte(tmp_path: Path) -> None:
    """`edit` opens with the present text, `history` names the change, and `undo` restores the file."""
    folder = library(tmp_path)
    file = folder / "faq.yaml"
    before = file.read_bytes()

    async def scenario(slack: SlackServer, store: Store) -> None:
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        assert form["submit"]["text"] == OWN.weigh
        await slack.submit(form, values(form, answer="Twelve books at a time, for a month."))
        weighed = await page(slack, OWN.confirm)
        assert "-    answer: Ten books at a time, for a month." in words(weighed)
        assert file.read_bytes() == before
        await slack.submit(weighed, values(weighed))
        await page(slack, "/backchannel undo")
        assert b"Twelve books" in file.read_bytes()
        assert file.read_bytes().replace(b"Twelve", b"Ten") == before
        assert flushed(store)
        [edit] = store.desk.edits()
        await slack.command("/backchannel", "history faq/borrow")
        assert edit.key in words(await slack.post_after(0))
        await slack.command("/backchannel", f"undo {edit.key}")
        undo = await page(slack, "+    answer: Ten books")
        await slack.submit(undo, values(undo))
        await slack.until(lambda: file.read_bytes() == before, "the file as it was")

    talk(tmp_path, scenario, database=True, knowledge=folder)


def test_an_entry_to_edit_is_found_without_its_id(tmp_path: Path) -> None:
    """`edit` alone offers a search, `edit` with words opens what they lead to, and labels are words for people."""
    folder = library(tmp_path)

    async def scenario(slack: SlackServer, _store: Store) -> None:
        which = await reviewing(slack, "edit", WORDS.commands["entry_about"])
        await slack.submit(which, values(which, entry="faq/borrow"))
        await slack.until(lambda: offers(slack, which, "Ten books at a time"))
        found = await reviewing(slack, "edit opening hours", "nine to five")
        assert WORDS.fields["alternates"] in words(found)
        assert "alternates" not in words(found)

    talk(tmp_path, scenario, knowledge=folder)


def test_what_is_confirmed_is_what_was_shown(tmp_path: Path) -> None:
    """A form that was changed after its effects were shown shows them again, and writes nothing."""
    folder = library(tmp_path)
    file = folder / "faq.yaml"
    before = file.read_bytes()

    async def scenario(slack: SlackServer, _store: Store) -> None:
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        await slack.submit(form, values(form, answer="Twelve books."))
        weighed = await page(slack, OWN.confirm)
        await slack.submit(weighed, values(weighed, answer="Thirteen books."))
        again = await page(slack, "+    answer: Thirteen books.")
        assert again["submit"]["text"] == OWN.confirm
        assert file.read_bytes() == before

    talk(tmp_path, scenario, knowledge=folder)


def test_somebody_elses_edit_is_not_lost(tmp_path: Path) -> None:
    """Where the entry was changed since the form was opened, both sides are shown and nothing is written."""
    folder = library(tmp_path)
    file = folder / "faq.yaml"

    async def scenario(slack: SlackServer, _store: Store) -> None:
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        theirs = file.read_text(encoding="utf-8").replace("Ten books", "Eleven books")
        file.write_text(theirs, encoding="utf-8")
        await slack.submit(form, values(form, answer="Twelve books at a time."))
        both = await page(slack, OWN.yours)
        assert "Eleven books" in words(both)
        assert "Twelve books" in words(both)
        assert file.read_text(encoding="utf-8") == theirs
        await slack.press_in_view(both, "edit")
        await slack.until(lambda: offers(slack, both, "Eleven books"))

    talk(tmp_path, scenario, knowledge=folder)


def offers(slack: SlackServer, view: Json, phrase: str) -> bool:
    """Say whether a page is a form by now that holds a phrase."""
    inputs = [block for block in slack.views[view["id"]]["blocks"] if block["type"] == "input"]
    return phrase in json.dumps(inputs)


def test_a_new_entry_and_one_out_of_scope(tmp_path: Path) -> None:
    """A group becomes an entry, after what is wrong with it was said; another is put out of scope."""
    folder = library(tmp_path)
    other = "quarterly dividend yields"

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        queue = await reviewing(slack)
        await slack.press_in_view(queue, "new_entry")
        form = await page(slack, f"faq/{UNKNOWN.replace(' ', '-')}")
        await slack.submit(form, values(form, answer=""))
        refused = await page(slack, "answer is missing")
        assert refused["submit"]["text"] == OWN.weigh
        await slack.submit(refused, values(refused, answer="There are two, on the roof."))
        weighed = await page(slack, OWN.confirm)
        count = len(slack.posts)
        await slack.submit(weighed, values(weighed))
        assert "two, on the roof" in words(await slack.post_after(count))
        await slack.until(lambda: "undo" in json.dumps(slack.views[form["id"]]))
        await wanted(slack, store, other, "U4")
        queue = await reviewing(slack, phrase=other)
        await slack.press_in_view(queue, "out_of_scope")
        form = await page(slack, "out_of_scope/weather")
        await slack.submit(form, values(form, known="out_of_scope/weather"))
        weighed = await page(slack, OWN.confirm)
        count = len(slack.posts)
        await slack.submit(weighed, values(weighed))
        assert "not the weather" in words(await slack.post_after(count))
        assert other in (folder / "others.yaml").read_text(encoding="utf-8")

    talk(tmp_path, scenario, database=True, knowledge=folder)


def test_an_entry_is_retired_and_a_question_added_by_command(tmp_path: Path) -> None:
    """What follows the command is in the form already, a search finds the rest, and old buttons are sent on."""
    folder = library(tmp_path)

    async def scenario(slack: SlackServer, store: Store) -> None:
        form = await reviewing(slack, "retire faq/borrow", WORDS.commands["see_about"])
        before = len(slack.posts)
        await slack.command("/ask", "how many books can i take home", user="U2")
        answer = await slack.post_after(before)
        await slack.submit(form, values(form, see="faq/noise", reason="the rule is gone"))
        weighed = await page(slack, OWN.confirm)
        assert "+# retired: faq/borrow, see faq/noise" in words(weighed)
        await slack.submit(weighed, values(weighed, see="faq/noise", reason="the rule is gone"))
        await page(slack, "/backchannel undo")
        before = len(slack.posts)
        await slack.press(answer, "share", user="U2")
        shared = await slack.post_after(before)
        assert WORDS.retired in words(shared)
        assert "reading room" in words(shared)
        form = await reviewing(slack, "add faq/noise is it loud in there", "is it loud in there")
        await slack.submit(form, values(form))
        assert "+    alternates: [silence in the reading room, is it loud in there]" in words(
            await page(slack, "+    alt")
        )
        form = await reviewing(slack, "add is it loud in there", '"external_select", "min_query')
        await slack.submit(form, values(form, entry="section/history"))
        await page(slack, "who founded the library, is it loud in there")
        form = await reviewing(slack, "new", "faq/")
        assert flushed(store)
        assert store.desk.edits()[0].reason == "the rule is gone"

    talk(tmp_path, scenario, database=True, knowledge=folder)


def test_effects_are_completed_unless_the_page_has_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What there was no time for at first is on the same page later, but never over the page that comes after it."""
    folder, weigh, confirmed = library(tmp_path), Moderator.weigh, threading.Event()

    def hurried(self: Moderator, proposal: Any, *, seconds: float, **more: Any) -> Impact:
        if seconds > ENOUGH_TIME and "Thirteen" in proposal.diff:
            confirmed.wait(60)
        return weigh(self, proposal, seconds=0 if seconds <= ENOUGH_TIME else None, **more)

    monkeypatch.setattr(Moderator, "weigh", hurried)

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        await slack.submit(form, values(form, answer="Twelve books."))
        await page(slack, OWN.tried.format(count=1))
        again = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        await slack.submit(again, values(again, answer="Thirteen books."))
        weighed = await page(slack, OWN.tried.format(count=0))
        await slack.submit(weighed, values(weighed))
        await page(slack, "/backchannel undo")
        confirmed.set()
        await slack.until(
            lambda: any(call.fields.get("hash") for call in slack.calls[-1:]), "a page that came too late"
        )
        assert "/backchannel undo" in json.dumps(slack.views[weighed["id"]])

    talk(tmp_path, scenario, database=True, knowledge=folder)


def test_a_group_is_split(tmp_path: Path) -> None:
    """Chosen questions are shown as a group of their own, and the rest still waits."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        for question in (UNKNOWN, f"{UNKNOWN} today"):
            await wanted(slack, store, question)
        queue = await reviewing(slack, phrase=f"{OWN.review} 1/1")
        await slack.press_in_view(queue, "split")
        form = await page(slack, OWN.split_about)
        [chosen] = [one["value"] for one in form["blocks"][0]["element"]["options"] if "today" in one["text"]["text"]]
        await slack.submit(form, values(form, apart=chosen))
        await slack.until(lambda: "/2" in slack.views[form["id"]]["title"]["text"], "one of two groups")
        part = slack.views[form["id"]]
        assert f"{UNKNOWN} today" in words(part)
        assert not any(
            ":split:" in one.get("action_id", "") for block in part["blocks"] for one in block.get("elements", ())
        )

    talk(tmp_path, scenario, database=True)


def test_sources_and_positions_are_edited_by_form(tmp_path: Path) -> None:
    """Every field that a form can hold is in it; a wrong line is told and nothing that was typed is lost."""
    folder = library(tmp_path)

    async def scenario(slack: SlackServer, _store: Store) -> None:
        form = await reviewing(slack, "edit faq/noise", "silence in the reading room")
        assert "Readers: It is *just right*." in json.dumps(form)
        await slack.submit(form, values(form, sources="Survey | soon", owner="asha"))
        wrong = await page(slack, "A source is written as")
        await slack.submit(wrong, values(wrong, sources="Survey | 2026-01-02"))
        weighed = await page(slack, OWN.confirm)
        assert "+    sources:" in words(weighed)
        assert "+    owner: asha" in words(weighed)

    talk(tmp_path, scenario, knowledge=folder)


def test_dismissing_and_next(tmp_path: Path) -> None:
    """Next walks the queue round, and a dismissed group is gone with who asked it, untold."""
    other = "quarterly dividend yields"

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        await wanted(slack, store, other, "U4")
        queue = await reviewing(slack, phrase=f"{OWN.review} 1/2")
        await slack.press_in_view(queue, "review")
        second = await page(slack, f"{OWN.review} 2/2")
        _, button = _control(second, "dismiss")
        assert button["confirm"]["text"]["text"] == OWN.dismiss_about
        count = len(slack.posts)
        await slack.press_in_view(second, "dismiss")
        await page(slack, f"{OWN.review} 1/1")
        assert flushed(store)
        [left] = store.desk.open_questions()
        assert left.text in {UNKNOWN, other}
        assert len(slack.posts) == count

    talk(tmp_path, scenario, database=True)


def _control(view: Json, name: str) -> tuple[Json, Json]:
    """Find a control on a page."""
    return next(
        (block, one)
        for block in view["blocks"]
        for one in block.get("elements", [])
        if f":{name}:" in one.get("action_id", "")
    )


def test_the_largest_pages_are_within_slacks_limits() -> None:
    """Whatever people and the files hold, Slack takes the page, in every language."""
    long = "as long as anybody may write " * 100
    key = "k" * 12
    group = Group(
        wordings=tuple(Wording(text=long, times=9, keys=(key,)) for _ in range(50)),
        people=10**6,
        wanted=True,
        last_asked=1_760_000_000,
        score=1.0,
    )
    before, after = (Verdict(outcome="answer", entry_id=f"faq/{'x' * 150}") for _ in range(2))
    flips = tuple(Flip(text=long, times=1, before=before, after=after, effect="worse") for _ in range(500))
    entries = Differences(added=(), removed=(), changed=(), other=False)
    impact = Impact(entries=entries, questions=flips, asked=10_000, skipped=10_000, cases=flips, stolen=flips)
    fields = {"question": long, "answer": long * 2, "alternates": [long[:80]] * 30, "positions": {"a: b": "c"}}
    form = present_form(fields)
    assert form.elsewhere == ("answer", "positions")
    scope = scope_form(group, "library:", tuple(f"out_of_scope/{number}" for number in range(300)))
    intent = Intent(task="edit", entry_id="e" * 200, key=key, stamp="s" * 16, weighed="w" * 16)
    for language in languages():
        shown = moderator_views.effects(impact, long * 50, language)
        assert view_problems(moderator_views.change_form(intent, form, language, shown)) == []
        assert view_problems(moderator_views.change_form(intent, scope, language, shown)) == []
        assert view_problems(moderator_views.group_page(group, (), (0, 99_999), language)) == []
        assert view_problems(moderator_views.conflict(long, (long, long * 3), "e" * 200, language)) == []
    said = words(moderator_views.change_form(intent, form, "en", moderator_views.effects(impact, "", "en")))
    assert OWN.stolen.format(count=500) in said
    assert OWN.harmful in said


def test_the_moderators_channel_leads_into_the_queue(tmp_path: Path) -> None:
    """What the moderators' channel is told carries a button that opens that question, for moderators alone."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        told = next(post for post in slack.posts if post.channel == "CMOD")
        count = len(slack.posts)
        await slack.press(told, "review", user="U9")
        assert WORDS.room.moderators_only in words(await slack.post_after(count))
        assert slack.views == {}
        slack.users["U1"] = ADMIN
        await slack.press(told, "review")
        assert OWN.wanted in words(await page(slack, UNKNOWN))

    talk(tmp_path, scenario, database=True, settings='slack.moderator_channel = "CMOD"')


def test_without_a_database_the_queue_says_so(tmp_path: Path) -> None:
    """Where nothing is kept, review and stats say why they are empty, and an edit is made all the same."""
    folder = library(tmp_path)

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = ADMIN
        await slack.command("/backchannel", "stats")
        assert "database" in words(await slack.post_after(0))
        await reviewing(slack, phrase="database")
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        await slack.submit(form, values(form, answer="Twelve books at a time."))
        weighed = await page(slack, OWN.confirm)
        await slack.submit(weighed, values(weighed))
        await slack.until(lambda: "Twelve" in (folder / "faq.yaml").read_text(encoding="utf-8"))
        assert "history" in words(await page(slack, "/backchannel undo"))

    talk(tmp_path, scenario, knowledge=folder)


def test_home_and_stats(tmp_path: Path) -> None:
    """The Home tab shows moderators alone what waits, with a way into the queue; `stats` gives the figures."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await wanted(slack, store)
        slack.users["U1"] = ADMIN
        for user in ("U1", "U3"):
            await slack.event({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"})
            await slack.until(lambda user=user: user in slack.home)
        assert f"{WORDS.room.waiting}: 1" in words(slack.home["U1"])
        assert UNKNOWN in words(slack.home["U1"])
        assert WORDS.room.waiting not in words(slack.home["U3"])
        assert UNKNOWN not in words(slack.home["U3"])
        home = slack.home["U1"]
        await slack.press_in_view(home, "review")
        await slack.until(lambda: any(OWN.wanted in words(one) for one in slack.views.values()))
        for text, said in (
            ("stats", "last 30 days: 1."),
            ("undo", "/backchannel undo 3f"),
            ("history", OWN.no_changes),
        ):
            await slack.command("/backchannel", text)
            await slack.until(lambda said=said: any(said in words(one) for one in slack.posts if one.to == "U1"), said)
        slack.fail("views.open", "expired_trigger_id")
        await slack.command("/backchannel", "review")
        await slack.until(lambda: any(WORDS.room.old_button in words(one) for one in slack.posts))

    talk(tmp_path, scenario, database=True)


def test_leading_one_of_several_workspaces_is_not_enough(tmp_path: Path) -> None:
    """Where workspaces share the knowledge, only the people listed change it; an admin still moderates their own."""
    service = Service.open(Settings(knowledge=write_files(tmp_path / "library")))

    async def ask(settings: str) -> list[bool]:
        service.reload_places(lambda: places(tmp_path, settings))
        people = People(service, load_slack_settings({"SLACK_CLIENT_ID": "1.2"}))
        async with SlackServer() as slack:
            slack.users["U1"] = ADMIN
            client = AsyncWebClient(token=slack.bot_token, base_url=slack.api_url)
            here = Here(client=client, team=slack.team, person="U1", channel="C1")
            return [await may(here) for may in (people.is_moderator, people.keeps_knowledge)]

    assert asyncio.run(ask("")) == [True, False]
    assert asyncio.run(ask('slack.moderators = "U1"')) == [True, True]


def test_forged_metadata_does_nothing(tmp_path: Path) -> None:
    """Metadata that no version of ours wrote, and ids of nothing, get a polite line, even from a moderator."""
    folder = library(tmp_path)
    before = (folder / "faq.yaml").read_bytes()

    async def scenario(slack: SlackServer, _store: Store) -> None:
        form = await reviewing(slack, "edit faq/borrow", "Ten books at a time")
        for metadata in (
            "",
            "[]",
            '{"task": "rm"}',
            '{"task": "edit", "entry_id": 7}',
            '{"task": "edit", "page": "x"}',
        ):
            await slack.submit(form | {"private_metadata": metadata}, values(form))
            await slack.until(lambda: WORDS.room.old_button in words(slack.views[form["id"]]))
            slack.views[form["id"]] = form
        for entry in ("faq/nobody", "other:faq/borrow", "../../etc/passwd"):
            data = json.dumps({"task": "edit", "entry_id": entry})
            await slack.submit(form | {"private_metadata": data}, values(form))
            await slack.until(lambda: form is not slack.views[form["id"]])
            assert "Ten books" not in words(slack.views[form["id"]])
            slack.views[form["id"]] = form
        assert (folder / "faq.yaml").read_bytes() == before

    talk(tmp_path, scenario, knowledge=folder)
