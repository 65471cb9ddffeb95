"""Conversations in Slack: the real slack-bolt against the loopback Slack, over real sockets."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest

pytest.importorskip("slack_bolt")

from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_records import Post
    from tests.fakes.slack_server import SlackServer

ROOM = wording("en").room
SURE = "When is the library open?"


def words(post: Post) -> str:
    """Read everything that a message says."""
    return "\n".join(texts(post.blocks))


def test_a_command_is_answered_privately(tmp_path: Path) -> None:
    """The asker alone sees the question, the stored title, the answer, its date and its sources."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        ack = await slack.command("/ask", "opening hours")
        post = await slack.post_after(0)
        assert ack.seconds < 1
        assert post.to == "U1"
        for said in ("opening hours", SURE, "nine to five", "As of 15 January 2026", "House rules"):
            assert said in words(post)
        assert "nine to five" in post.text
        assert post.options["unfurl_links"] is False
        assert post.options["unfurl_media"] is False

    talk(tmp_path, scenario)


def test_the_readers_language_is_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slack's locale of a person chooses the translation and the words around it."""
    monkeypatch.setattr("adapters.slack_people.PATIENCE", 60.0)  # this machine may be slower than a person would wait

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.users["U1"] = {"locale": "de-DE"}
        await slack.command("/ask", "opening hours")
        post = await slack.post_after(0)
        assert "Von neun bis fünf." in words(post)
        assert wording("de").room.your_question in words(post)

    talk(tmp_path, scenario)


@pytest.mark.parametrize(("word", "said"), [("privacy", ROOM.privacy), ("help", "/ask topics")])
def test_sub_words_explain(tmp_path: Path, word: str, said: str) -> None:
    """`/ask help` and `/ask privacy` answer with their texts, privately."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", word)
        post = await slack.post_after(0)
        assert post.to == "U1"
        assert said in words(post)

    talk(tmp_path, scenario)


def test_topics_lead_to_entries(tmp_path: Path) -> None:
    """`/ask topics` offers menus; picking a short entry shows it privately, a long section opens page by page."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "topics")
        menus = await slack.post_after(0)
        await slack.choose(menus, "entry", 0, value="faq/borrow")
        short = await slack.post_after(1)
        assert "Ten books at a time" in words(short)
        assert short.to == "U1"
        await slack.choose(menus, "entry", 1, value="section/history")
        await slack.until(lambda: slack.views)
        view = next(iter(slack.views.values()))
        assert view["title"]["text"].startswith("Page 1 of ")
        pages = int(view["title"]["text"].split()[-1])
        seen = "\n".join(texts(view["blocks"]))
        for number in range(1, pages):
            await slack.press_in_view(view, "page", number)
            title = f"Page {number + 1} of {pages}"
            await slack.until(lambda t=title: next(iter(slack.views.values()))["title"]["text"] == t)
            view = next(iter(slack.views.values()))
            seen += "\n".join(texts(view["blocks"]))
        assert all(f"Paragraph {number} of the long section" in seen for number in range(8))

    talk(tmp_path, scenario)


def test_a_mention_is_answered_in_its_thread(tmp_path: Path) -> None:
    """A mention starts a thread, one in a thread stays there; the answer is public and not broadcast."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        event = slack.message(f"<@{slack.me}> opening hours", kind="app_mention")
        await slack.event(event)
        first = await slack.post_after(0)
        assert (first.channel, first.thread_ts, first.to) == ("C1", event["ts"], None)
        await slack.mention("opening hours", thread_ts="1700000000.000100")
        second = await slack.post_after(1)
        assert second.thread_ts == "1700000000.000100"
        assert not second.options.get("reply_broadcast")

    talk(tmp_path, scenario)


def test_a_direct_message_is_answered_in_line(tmp_path: Path) -> None:
    """Without agent messaging a direct message is answered below it; with it, in the thread that it starts."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.direct("opening hours")
        post = await slack.post_after(0)
        assert post.channel == "D1"
        assert (post.thread_ts is not None) is threaded

    threaded = False
    talk(tmp_path, scenario)
    threaded = True
    talk(tmp_path, scenario, BACKCHANNEL_SLACK_AGENT_VIEW="yes")


@pytest.mark.parametrize(
    "change",
    [
        {"bot_id": "B9"},
        {"subtype": "message_changed"},
        {"subtype": "channel_join"},
        {"subtype": "bot_message", "user": None},
        {"user": "U0BACKCHAN"},
        {"user": "U0BACKCHAN", "bot_id": "B0BACKCHAN"},
        {"edited": {"user": "U1", "ts": "1"}},
    ],
)
def test_what_no_person_asked_is_not_answered(tmp_path: Path, change: dict[str, object]) -> None:
    """Other bots, edits, joins and our own echo are acknowledged and left alone."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.event(slack.message("opening hours", channel="D1") | change)
        await slack.direct("opening hours", user="U2")  # the yardstick: this one is answered
        post = await slack.post_after(0)
        await slack.direct("thanks", user="U2")
        await slack.post_after(1)
        assert len(slack.posts) == 2
        assert "nine to five" in words(post)

    talk(tmp_path, scenario)


def test_a_message_is_answered_once(tmp_path: Path) -> None:
    """A redelivered event, one with another id, and the same words as mention and message give one answer."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        event = slack.message(f"<@{slack.me}> opening hours", kind="app_mention")
        await slack.event(event, event_id="Ev1")
        await slack.event(event, event_id="Ev1", retry=1)
        await slack.event(event, event_id="Ev2")
        await slack.event(event | {"type": "message"}, event_id="Ev3")
        await slack.mention("thanks")
        await slack.until(lambda: any("welcome" in post.text for post in slack.posts) and len(slack.posts) > 1)
        assert [post.thread_ts for post in slack.posts].count(event["ts"]) == 1

    talk(tmp_path, scenario, settings="slack.places.C1.auto_answer = true")


def test_hostile_text_shows_as_typed(tmp_path: Path) -> None:
    """Slack's own markup in a question pings nobody: it is shown in places where nothing is markup."""
    hostile = "<!channel> <@U123> <!subteam^S1> <https://x.example|y> *b* _i_ `c` & &lt;!here&gt; :tada:"

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", hostile)
        post = await slack.post_after(0)
        for piece in objects(post.blocks):
            if piece.get("type") == "mrkdwn":
                assert not any(mark in piece["text"] for mark in ("<!", "<@", "<#"))
            if piece.get("type") == "plain_text":
                assert piece["emoji"] is False
        assert hostile in words(post)
        assert "<!" not in post.text
        assert "<@" not in post.text

    talk(tmp_path, scenario)


def test_an_empty_command_opens_the_form(tmp_path: Path) -> None:
    """The form offers known questions while one types, and its answer goes to where the command was given."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "")
        await slack.until(lambda: slack.views)
        view = next(iter(slack.views.values()))
        pinned = await slack.type_ahead(view, "bc1:pick:0", "")
        assert pinned.payload is not None
        assert pinned.payload["options"][0]["value"] == "faq/opening-hours"
        typed = await slack.type_ahead(view, "bc1:pick:0", "borrow")
        assert typed.payload is not None
        assert typed.payload["options"][0]["value"] == "faq/borrow"
        nothing = await slack.submit(view, filled())
        assert nothing.payload is not None
        assert nothing.payload["response_action"] == "errors"
        await slack.submit(view, filled(text="opening hours"))
        post = await slack.post_after(0)
        assert (post.to, post.channel) == ("U1", "C1")
        await slack.submit(view, filled(pick="faq/borrow"))
        assert "Ten books" in words(await slack.post_after(1))

    talk(tmp_path, scenario)


def test_a_form_that_stood_open_is_answered_directly(tmp_path: Path) -> None:
    """After half an hour the way back to the channel is closed: the answer comes as a direct message."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.command("/ask", "")
        await slack.until(lambda: slack.views)
        slack.pass_time(31 * 60)
        await slack.submit(next(iter(slack.views.values())), filled(text="opening hours"))
        post = await slack.post_after(0)
        assert (post.channel, post.to) == ("U1", None)
        assert "nine to five" in words(post)

    talk(tmp_path, scenario)


def test_the_global_shortcut_answers_in_its_form(tmp_path: Path) -> None:
    """Where there is no channel to answer in, the form turns into the answer, whose buttons work."""

    async def scenario(slack: SlackServer, store: Store) -> None:
        await slack.global_shortcut("ask_modal")
        await slack.until(lambda: slack.views)
        view = next(iter(slack.views.values()))
        ack = await slack.submit(view, filled(text="opening hours"))
        assert ack.payload is not None
        assert ack.payload["response_action"] == "update"
        answer = slack.show(view, ack.payload["view"])
        assert "nine to five" in "\n".join(texts(answer["blocks"]))
        await slack.press_in_view(answer, "copy")
        copy = await slack.post_after(0)
        assert copy.channel == "U1"
        await slack.until(lambda: ROOM.copied in "\n".join(texts(slack.views[view["id"]]["blocks"])))
        assert store.status().kind == "none"

    talk(tmp_path, scenario)


def test_a_late_form_is_owned_up_to(tmp_path: Path) -> None:
    """If the trigger has expired before the form opens, the person is told."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.fail("views.open", "expired_trigger_id")
        await slack.command("/ask", "")
        post = await slack.post_after(0)
        assert ROOM.old_button in post.text

    talk(tmp_path, scenario)


def test_the_message_shortcut_answers_in_the_thread(tmp_path: Path) -> None:
    """The message menu works inside threads too, privately; sharing posts there."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.message_shortcut("answer_this", "opening hours")
        post = await slack.post_after(0)
        assert (post.to, post.thread_ts) == ("U1", "1700000000.000001")
        await slack.press(post, "share")
        shared = await slack.post_after(1)
        assert (shared.to, shared.thread_ts) == (None, "1700000000.000001")

    talk(tmp_path, scenario)


def test_the_home_tab_offers_everything(tmp_path: Path) -> None:
    """Home has the way to ask, what is asked often, all topics, and what is kept; its buttons open pages."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "home", "event_ts": "1"})
        await slack.until(lambda: slack.home)
        home = slack.home["U1"]
        said = "\n".join(texts(home["blocks"]))
        for part in ("The harbour library", SURE, ROOM.privacy, ROOM.home):
            assert part in said
        assert "15 January 2026: The harbour library" in said
        await slack.press_in_view(home, "entry", 0)
        await slack.until(lambda: len(slack.views) == 2)
        await slack.press_in_view(home, "ask")
        await slack.until(lambda: any(view.get("callback_id") == "bc1:ask_form" for view in slack.views.values()))

    talk(tmp_path, scenario)


def test_moderators_see_what_waits_on_their_home(tmp_path: Path) -> None:
    """A question for the moderators is on their Home tab alone; what a single person asked otherwise is on nobody's."""
    question, unshared = "zeppelin moorings", "quarterly dividend yields"

    async def scenario(slack: SlackServer, store: Store) -> None:
        slack.users["UADMIN"] = {"is_admin": True}
        await slack.command("/ask", question)
        await slack.press(await slack.post_after(0), "ask_moderators")
        await slack.command("/ask", unshared)
        await slack.post_after(2)
        assert store.remember("written", "x").result(5)
        for user in ("UADMIN", "U2"):
            await slack.event({"type": "app_home_opened", "user": user, "channel": "D1", "tab": "home"})
            await slack.until(lambda user=user: user in slack.home)
        assert question in "\n".join(texts(slack.home["UADMIN"]["blocks"]))
        assert question not in "\n".join(texts(slack.home["U2"]["blocks"]))
        assert unshared not in "\n".join(texts(slack.home["UADMIN"]["blocks"]))

    talk(tmp_path, scenario, database=True)


def test_the_messages_tab_offers_prompts(tmp_path: Path) -> None:
    """Opening the Messages tab sets prompts, only where agent messaging is on."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.event({"type": "app_home_opened", "user": "U1", "channel": "D1", "tab": "messages"})
        await slack.direct("thanks")
        await slack.post_after(0)
        offered = slack.of("assistant.threads.setSuggestedPrompts")
        assert bool(offered) is agent
        if offered:
            assert offered[0].fields["prompts"][0]["message"] == SURE

    agent = False
    talk(tmp_path, scenario)
    agent = True
    talk(tmp_path, scenario, BACKCHANNEL_SLACK_AGENT_VIEW="yes")


def test_unknown_deliveries_are_acknowledged(tmp_path: Path) -> None:
    """Events, views and commands that nobody listens for are acknowledged all the same."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        await slack.event({"type": "team_rename", "name": "x"})
        await slack.command("/other", "x")
        await slack.global_shortcut("somebody_elses")
        await slack.submit({"id": "V1", "type": "modal", "callback_id": "other", "blocks": []}, {})
        assert all(ack.seconds < 1 for ack in slack.acks)

    talk(tmp_path, scenario)


def test_the_channel_that_the_bot_is_not_in_gets_a_private_answer(tmp_path: Path) -> None:
    """Where posting is refused, the asker still gets the answer."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.members["C1"] = {"U1"}
        await slack.mention("opening hours")
        post = await slack.post_after(0)
        assert post.to == "U1"

    talk(tmp_path, scenario)


def test_an_error_of_ours_reaches_the_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A defect ends in one line with a code, for commands and for mentions, and the next question is answered."""
    from bot.service import Service

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    async def scenario(slack: SlackServer, _store: Store) -> None:
        with monkeypatch.context() as patch:
            patch.setattr(Service, "ask", broken)
            await slack.command("/ask", "opening hours")
            await slack.post_after(0)
            await slack.mention("opening hours")
            await slack.post_after(1)
        assert all("Something went wrong" in post.text and post.to == "U1" for post in slack.posts)
        await slack.command("/ask", "opening hours")
        assert "nine to five" in words(await slack.post_after(2))

    talk(tmp_path, scenario)


def test_a_rate_limit_is_honoured(tmp_path: Path) -> None:
    """A 429 is tried again after the time that Slack asks for, and the answer arrives once."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.fail("chat.postMessage", "ratelimited", status=429, retry_after=1)
        started = asyncio.get_running_loop().time()
        await slack.mention("opening hours")
        await slack.post_after(0)
        assert asyncio.get_running_loop().time() - started >= 1
        assert len(slack.of("chat.postMessage")) == 2
        assert len(slack.posts) == 1

    talk(tmp_path, scenario)


def test_a_rate_limit_at_a_response_url_is_honoured(tmp_path: Path) -> None:
    """An answer to a command waits as long as Slack asks for as well, and comes once."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.fail("response_url", "ratelimited", status=429, retry_after=1)
        started = asyncio.get_running_loop().time()
        await slack.command("/ask", "opening hours")
        assert "nine to five" in words(await slack.post_after(0))
        assert asyncio.get_running_loop().time() - started >= 1
        assert len(slack.of("response_url")) == 2
        assert not slack.of("chat.postEphemeral")

    talk(tmp_path, scenario)


def test_a_line_that_is_cut_at_a_response_url_is_tried_again(tmp_path: Path) -> None:
    """When Slack hangs up instead of taking the answer to a command, it is brought once more."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.hung_up.add("response_url")
        await slack.command("/ask", "opening hours")
        await slack.until(lambda: slack.of("response_url"))
        slack.hung_up.clear()
        assert "nine to five" in words(await slack.post_after(0))
        assert len(slack.of("response_url")) == 2
        assert not slack.of("chat.postEphemeral")

    talk(tmp_path, scenario)


def test_a_lost_profile_costs_the_language_alone(tmp_path: Path) -> None:
    """When Slack cuts the line instead of telling who asks, the answer comes in the knowledge's own language."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.hung_up.add("users.info")
        await slack.command("/ask", "opening hours")
        assert "nine to five" in words(await slack.post_after(0))

    talk(tmp_path, scenario)


def test_a_spent_response_url_is_not_the_end(tmp_path: Path) -> None:
    """When Slack does not take the answer through the response URL, the person is shown it privately all the same."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.fail("response_url", "expired_url", status=404)
        await slack.command("/ask", "opening hours")
        post = await slack.post_after(0)
        assert "nine to five" in words(post)
        assert post.to == "U1"

    talk(tmp_path, scenario)


def test_slow_profiles_do_not_hold_up_answers(tmp_path: Path) -> None:
    """When Slack does not tell a person's language in time, the answer comes in the knowledge's own."""

    async def scenario(slack: SlackServer, _store: Store) -> None:
        slack.fail("users.info", "ratelimited", status=429, retry_after=5)
        ack = await slack.command("/ask", "opening hours")
        assert ack.seconds < 1
        assert "nine to five" in words(await slack.post_after(0))

    talk(tmp_path, scenario)


def filled(text: str | None = None, pick: str | None = None) -> dict[str, object]:
    """Fill in the form."""
    option = {"value": pick, "text": {"type": "plain_text", "text": "x"}} if pick else None
    return {"question": {"text": {"value": text}}, "pick": {"bc1:pick:0": {"selected_option": option}}}


def objects(node: object) -> list[dict[str, object]]:
    """Walk every object in blocks."""
    if isinstance(node, dict):
        return [node, *(found for value in node.values() for found in objects(value))]
    if isinstance(node, list):
        return [found for value in node for found in objects(value)]
    return []
