"""What moderators see in Slack, for the pictures: two people's question in the queue, and the week."""

from __future__ import annotations

import json
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from moderating import ENTRY, WAITS, in_channel, let_the_week_end, moderated
from pictures import noon

from adapters.slack_here import PLATFORM
from bot.store import Store
from bot.wording import wording
from tests.fakes.slack_limits import texts
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import attached

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from bot.moderation import Moderation
    from tests.fakes.slack_records import Post

_CHANNEL = "C0MODS"
_WORDS = wording("en")


@asynccontextmanager
async def opened(knowledge: Path, folder: Path) -> AsyncIterator[tuple[SlackServer, Moderation]]:
    """Open a workspace where Maya moderates."""
    with Store.open(f"sqlite:///{folder}/store.db", now=noon) as store:
        moderation = moderated(knowledge, folder, store)
        in_channel(moderation, folder, PLATFORM, _CHANNEL)
        let_the_week_end(moderation, PLATFORM, _CHANNEL)
        async with SlackServer() as slack, attached(slack, moderation):
            slack.users["maya"] = {"is_admin": True}
            yield slack, moderation


async def queue(slack: SlackServer, moderation: Moderation) -> dict[str, Any]:
    """Have two people ask the moderators, and a moderator open the queue."""
    for person, question in zip(("ana", "ben"), WAITS, strict=True):
        await slack.command("/ask", question, user=person)
        await slack.press(await _private(slack, person, _WORDS.suggest), "none_of_these", user=person)
        await slack.press(await _private(slack, person, _WORDS.unknown), "ask_moderators", user=person)
        await _private(slack, person, _WORDS.room.sent)
    moderation.store.remember("flush", "").result()
    await slack.command("/backchannel", "review", user="maya")
    return await _page(slack, _WORDS.moderator.add_to.format(title=ENTRY))


async def week(slack: SlackServer) -> Post:
    """Wait for the digest in the moderators' channel."""
    return await _post(slack, lambda one: one.channel == _CHANNEL and _WORDS.news.week in _said(one))


async def _private(slack: SlackServer, person: str, phrase: str) -> Post:
    return await _post(slack, lambda one: one.to == person and phrase in _said(one))


async def _post(slack: SlackServer, wanted: Callable[[Post], bool]) -> Post:
    await slack.until(lambda: any(map(wanted, slack.posts)))
    return next(filter(wanted, slack.posts))


async def _page(slack: SlackServer, phrase: str) -> dict[str, Any]:
    def found() -> list[dict[str, Any]]:
        return [view for view in slack.views.values() if phrase in json.dumps(view, ensure_ascii=False)]

    await slack.until(found, phrase)
    return found()[-1]


def _said(post: Post) -> str:
    return "\n".join(texts(post.blocks))
