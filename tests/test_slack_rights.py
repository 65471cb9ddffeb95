"""Nobody but a moderator sees or does what moderators do in Slack: every command, control and form is tried."""

from __future__ import annotations

import json
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, get_args

import pytest

pytest.importorskip("slack_bolt")

from adapters.slack_intent import Intent, Task
from adapters.slack_moderating import _SUBCOMMANDS
from adapters.slack_moderator_views import CHANGE_FORM
from adapters.slack_presses import Presses
from adapters.slack_reviewing import MODERATORS
from adapters.slack_values import Name, Value, action_id
from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_talk import talk
from tests.samples import write_files

if TYPE_CHECKING:
    from pathlib import Path

    from bot.store import Store
    from tests.fakes.slack_records import Json
    from tests.fakes.slack_server import SlackServer

UNKNOWN = "zeppelin moorings on the roof"
REFUSED = wording("en").room.moderators_only
# Nobody's, an admin of another workspace, and an app.
OUTSIDERS: list[Json] = [{}, {"is_admin": True, "team_id": "T0OTHER"}, {"is_admin": True, "is_bot": True}]


async def asked(slack: SlackServer, store: Store) -> str:
    """Somebody asks the moderators; the question's key."""
    await slack.command("/ask", UNKNOWN, user="U2")
    await slack.press(await slack.post_after(0), "ask_moderators", user="U2")
    await slack.until(lambda: any(wording("en").room.sent in said(post.blocks) for post in slack.posts))
    assert store.remember("flush", "x").result(5)
    [question] = store.desk.open_questions()
    return question.key


def said(blocks: list[Json]) -> str:
    """Everything that some blocks say."""
    return "\n".join(texts(blocks))


def control(name: Name, value: str) -> list[Json]:
    """A forged control: a button, or for a type-ahead, a menu."""
    element: Json = {"type": "button", "text": {"type": "plain_text", "text": "x"}, "value": value}
    if name is Name.ADD_OTHER:
        element = {"type": "external_select", "placeholder": {"type": "plain_text", "text": "x"}}
    return [{"type": "actions", "block_id": "b", "elements": [element | {"action_id": action_id(name)}]}]


def test_every_control_is_somebodys() -> None:
    """What is no reader's business is the moderators', and so among what is tried here."""
    unconnected: Any = SimpleNamespace(sender=None)
    readers = set(Presses(unconnected, unconnected).handlers)
    assert readers | MODERATORS == set(Name)
    assert not readers & MODERATORS


@pytest.mark.parametrize("profile", OUTSIDERS)
def test_nothing_is_shown_or_done_for_others(tmp_path: Path, profile: Json) -> None:
    """Each command, each control in a page and under a message, and each form, with ids that exist: refused."""
    folder = write_files(tmp_path / "library")
    before = {file.name: file.read_bytes() for file in folder.iterdir()}

    async def scenario(slack: SlackServer, store: Store) -> None:
        key = await asked(slack, store)
        slack.users["U9"] = profile
        for name in _SUBCOMMANDS:
            await refused_message(slack, slack.command("/backchannel", f"{name} faq/borrow", user="U9"))
        value = Value(key=key, entry_id="faq/borrow").encode()
        for name in sorted(MODERATORS):
            option = "faq/borrow" if name is Name.ADD_OTHER else None
            page: Json = {"id": f"V{name}", "type": "modal", "blocks": control(name, value)}
            page["private_metadata"] = json.dumps({"key": key, "page": 0})
            slack.views[page["id"]] = page
            await slack.press_in_view(page, name, user="U9", option=option)
            await refused_page(slack, page)
            forged = replace(slack.posts[0], blocks=control(name, value))
            await refused_message(slack, slack.press(forged, name, user="U9", option=option))
        for task in get_args(Task):
            for weighed in ("", "0" * 16):
                intent = Intent(task=task, entry_id="faq/borrow", key=key, change="1a2b", weighed=weighed)
                form: Json = {"id": f"F{task}{weighed}", "type": "modal", "blocks": [], "callback_id": CHANGE_FORM}
                form["private_metadata"] = intent.encode()
                slack.views[form["id"]] = form
                await slack.submit(form, {"apart": {"value": {"value": key}}}, user="U9")
                await refused_page(slack, form)
        assert {file.name: file.read_bytes() for file in folder.iterdir()} == before
        assert store.remember("flush", "y").result(5)
        assert len(store.desk.open_questions()) == 1
        assert store.desk.edits() == ()
        assert store.recall("queue/apart") is None
        assert UNKNOWN not in json.dumps(slack.views)

    talk(tmp_path, scenario, database=True, knowledge=folder)


async def refused_message(slack: SlackServer, doing: Any) -> None:
    """Do something that is answered by a message, which refuses."""
    count, pages = len(slack.posts), len(slack.views)
    await doing
    assert REFUSED in said((await slack.post_after(count)).blocks)
    assert len(slack.views) == pages


async def refused_page(slack: SlackServer, page: Json) -> None:
    """Wait for a page to refuse, in the place of another."""
    await slack.until(lambda: REFUSED in said(slack.views[page["id"]]["blocks"]), f"a refusal in {page['id']}")
