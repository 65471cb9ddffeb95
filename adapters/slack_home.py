"""Gathers what the Home tab of the bot in Slack shows: the knowledge, its changes, and for moderators what waits."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypeVar

from adapters.slack_here import Here
from adapters.slack_views import Home
from bot.clamp import clamp
from bot.errors import StoreError
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import date

    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from adapters.slack_reviewing import Reviewing
    from adapters.slack_text import Json
    from bot.store import Desk

_Kept = TypeVar("_Kept")

_OFTEN = 4  # entries offered as often asked, and prompts that Slack shows
_MAX_PROMPT = 100  # characters, ours
_HOME_LINES = 8  # of each list


async def app_opened(bot: Bot, reviewing: Reviewing, body: Json, client: AsyncWebClient) -> None:
    """Fill the Home tab, or offer prompts in the Messages tab."""
    event: Json = body.get("event") or {}
    here = Here(
        client=client,
        team=str(body.get("team_id") or ""),
        person=str(event.get("user") or ""),
        channel=str(event.get("channel") or ""),
    )
    here = replace(here, locale=await bot.people.locale(client, here.team, here.person))
    if event.get("tab") == "home":
        await client.views_publish(user_id=here.person, view=(await _home(bot, reviewing, here)).view(here.locale))
    elif bot.settings.agent_view:
        often = bot.service.complete("", here.asker, limit=_OFTEN)
        prompts = [{"title": clamp(one.label, _MAX_PROMPT), "message": one.label} for one in often]
        title = wording(here.locale).room.what_to_know
        await client.assistant_threads_setSuggestedPrompts(channel_id=here.channel, title=title, prompts=prompts)


async def _home(bot: Bot, reviewing: Reviewing, here: Here) -> Home:
    waiting = await reviewing.queue(here)
    return Home(
        scope=bot.service.scope(here.asker),
        often=bot.service.complete("", here.asker, limit=_OFTEN),
        topics=bot.service.topics(here.asker),
        changed=await _changes(bot, here),
        waiting=None if waiting is None else (len(waiting), waiting[:_HOME_LINES]),
    )


async def _changes(bot: Bot, here: Here) -> tuple[tuple[date, str], ...]:
    """List the entries that moderators changed last; where nobody keeps that, how old the knowledge is."""
    knowledge = bot.service.seen_from(here.asker).knowledge
    latest: dict[str, date] = {}
    for edit in await _read(bot, lambda desk: desk.edits()):
        if edit.entry_id and edit.entry_id in knowledge.by_id:
            latest.setdefault(edit.entry_id, datetime.fromtimestamp(edit.made_at, UTC).date())
    if latest:
        return tuple((day, knowledge.by_id[entry_id].title) for entry_id, day in latest.items())[:_HOME_LINES]
    return tuple((one.as_of, one.title) for one in knowledge.collections if one.as_of)[:_HOME_LINES]


async def _read(bot: Bot, read: Callable[[Desk], tuple[_Kept, ...]]) -> tuple[_Kept, ...]:
    """Read what the store keeps; nothing where there is no store, or it is away."""
    try:
        return await asyncio.to_thread(lambda: read(bot.store.desk))
    except StoreError:
        return ()
