"""Moderators at work in Slack: the queue, edits with their effects, history, undo and figures.

Who may is checked anew at each command, press and form. A page that takes a while is opened at once and filled when it
is ready, because Slack lets a page be opened for three seconds only.
"""

from __future__ import annotations

import asyncio
import json
import logging
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from adapters import slack_blocks as block
from adapters import slack_figures
from adapters import slack_moderator_views as views
from adapters.progress import ShownProgress
from adapters.slack_here import CALL_ERRORS, Here, opened_from, reason
from adapters.slack_intent import MAX_ID, Intent
from adapters.slack_manifest import COMMAND
from adapters.slack_news import still_true
from adapters.slack_steps import Finished, Steps
from adapters.slack_text import Json, literal
from adapters.slack_values import Name, Value
from adapters.slack_views import notice_view
from bot.clamp import clamp
from bot.errors import BackchannelError, NotAllowedError
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Callable

    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from bot.moderation import Moderator

logger = logging.getLogger(__name__)

SUBCOMMANDS = ("review", "add", "new", "edit", "retire", "history", "undo", "stats")
# What only moderators may press; each is checked when it is pressed.
MODERATORS = frozenset(
    {
        *(Name.REVIEW, Name.ADD, Name.ADD_OTHER, Name.SPLIT, Name.NEW_ENTRY, Name.OUT_OF_SCOPE, Name.DISMISS),
        *(Name.EDIT, Name.STILL_TRUE),
    }
)
_MAX_TYPED = 500  # characters after a command
_Read = TypeVar("_Read")


class Reviewing:
    """What moderators do to the queue and the knowledge."""

    def __init__(self, bot: Bot) -> None:
        self._bot = bot
        self.names = MODERATORS

    async def command(self, name: str, rest: str, here: Here) -> None:
        """Do one of the subcommands; `rest` is what was typed after it."""
        rest = rest.strip()
        match name:
            case "review":
                await self._show(here, lambda steps: steps.review(Value()))
            case "edit" if len(rest) <= MAX_ID:
                await self._show(here, lambda steps: steps.begin(Intent(task="edit", entry_id=rest)))
            case "add" | "new" | "retire" if len(rest) <= _MAX_TYPED:
                await self._show(here, lambda steps: steps.begin(_typed_after(name, rest)))
            case "undo" if 0 < len(rest) <= MAX_ID:
                await self._show(here, lambda steps: steps.begin(Intent(task="undo", change=rest)))
            case "history" if len(rest) <= MAX_ID:
                await self._history(here, rest)
            case "stats":
                await self._stats(here)
            case _:
                example = {"undo": "undo 3f2a9c01"}.get(name, f"{name} faq/opening-hours")
                said = wording(here.locale).moderator.usage.format(command=f"{COMMAND} {example}")
                await self._say(here, said)

    async def press(self, name: Name, body: Json, here: Here) -> None:
        """Do what a button or the menu on a page of the queue says."""
        if not await self._allowed(here):
            return
        value = _value(body, here)
        if value is None:
            await self._tell(here, wording(here.locale).room.old_button)
            return
        intent = Intent(task="alternate", entry_id=value.entry_id, key=value.key, page=value.page)
        match name:
            case Name.STILL_TRUE:
                await still_true(value, here, self._bot, self._admit)
            case Name.DISMISS:
                await self._show(here, lambda steps: steps.dismiss(value))
            case Name.ADD | Name.ADD_OTHER:
                await self._show(here, lambda steps: steps.begin(intent))
            case Name.SPLIT:
                await self._show(here, lambda steps: steps.begin(replace(intent, task="split", entry_id="")))
            case Name.NEW_ENTRY:
                await self._show(here, lambda steps: steps.begin(replace(intent, task="new_entry", entry_id="")))
            case Name.OUT_OF_SCOPE:
                await self._show(here, lambda steps: steps.begin(replace(intent, task="out_of_scope", entry_id="")))
            case Name.EDIT:
                edit = Intent(task="edit", entry_id=value.entry_id)
                await self._show(here, lambda steps: steps.begin(edit))
            case _:
                await self._show(here, lambda steps: steps.review(value))

    async def submitted(self, body: Json, client: AsyncWebClient) -> None:
        """Take a form of a change, whose page says already that this takes a moment."""
        here = await self._bot.located(body, client)
        view: Json = here.view or {}
        intent = Intent.decode(view.get("private_metadata") or "")
        if intent is None:
            await self._tell(here, wording(here.locale).room.old_button)
            return
        typed = _typed(view)
        outcome, steps = await self._worked(here, view["id"], lambda steps: steps.submit(intent, typed))
        if isinstance(outcome, Finished):
            told = len({(one.platform, one.person) for one in outcome.waiting})
            outcome = views.done(outcome.made, told, intent, here.locale)
        await self._put(here, view["id"], outcome, steps)

    async def queue(self, here: Here) -> tuple[str, ...] | None:
        """Read what waits, for those who may see it; None for anybody else, and where it cannot be read."""
        try:
            moderator = await self._admit(here)
            return await asyncio.to_thread(lambda: tuple(group.text for group in moderator.queue()))
        except BackchannelError:
            return None

    async def _show(self, here: Here, work: Callable[[Steps], Json]) -> None:
        """Show a page that takes a while: a note at once, the page in its place."""
        if not await self._allowed(here):
            return
        view_id = await self._wait(here)
        if view_id is not None:
            page, steps = await self._worked(here, view_id, work)
            await self._put(here, view_id, page, steps)

    async def _put(self, here: Here, view_id: str, page: Json, steps: Steps | None) -> None:
        """Show a page; while it is looked at, show again the effects that had left something out."""
        answer = await here.client.views_update(view_id=view_id, view=opened_from(page, here))
        while steps and steps.left and steps.go_on:
            left = steps.left
            page = await asyncio.to_thread(steps.go_on)
            if steps.left >= left:  # somebody else's proposal took its place
                return
            with suppress(*CALL_ERRORS):
                answer = await here.client.views_update(
                    view_id=view_id, view=opened_from(page, here), hash=answer["view"]["hash"]
                )
                continue
            return  # Slack keeps a page that has changed meanwhile: it was confirmed or closed

    async def _worked(
        self, here: Here, view_id: str, work: Callable[[Steps], _Read]
    ) -> tuple[_Read | Json, Steps | None]:
        """Work in a thread, as who asks may, while a page shows how far it has come; a refusal becomes a page."""

        async def show(done: int, total: int) -> None:
            with suppress(*CALL_ERRORS):
                await here.client.views_update(view_id=view_id, view=views.waiting(here.locale, (done, total)))

        progress = ShownProgress(show)
        try:
            moderator = await self._admit(here)
            steps = Steps(moderator, here.locale, progress)
            return await asyncio.to_thread(work, steps), steps
        except NotAllowedError:
            return notice_view(wording(here.locale).room.moderators_only, here.locale), None
        except BackchannelError as error:
            return views.said(str(error), here.locale), None
        finally:
            await progress.settle()

    async def _allowed(self, here: Here) -> bool:
        """Say whether this person may, and tell them where not."""
        try:
            await self._admit(here)
        except NotAllowedError:
            await self._tell(here, wording(here.locale).room.moderators_only)
            return False
        return True

    async def _admit(self, here: Here) -> Moderator:
        """Let a moderator in. Raises NotAllowedError for anybody else."""
        may = await self._bot.people.keeps_knowledge(here)
        return self._bot.moderation.of(here.moderating() if may else here.asker, here.name or here.person)

    async def _wait(self, here: Here) -> str | None:
        """Open a page that stands in for what is worked out, or put it in the open one; give its id."""
        view = views.waiting(here.locale)
        if here.view and here.view.get("type") == "modal":
            await here.client.views_update(view_id=here.view["id"], view=opened_from(view, here))
            return str(here.view["id"])
        try:
            answer = await here.client.views_open(trigger_id=here.trigger, view=opened_from(view, here))
        except CALL_ERRORS as error:
            logger.warning("a page could not be opened: %s", reason(error))
            if here.response_url:
                await self._say(here, wording(here.locale).room.old_button)
            return None
        return str(answer["view"]["id"])

    async def _history(self, here: Here, entry_id: str) -> None:
        words = wording(here.locale)
        edits = await self._read(here, lambda moderator: moderator.history(entry_id or None))
        if edits is None:
            return
        if not edits:
            await self._say(here, words.moderator.no_changes)
            return
        head = words.commands["history_about"]
        blocks = [literal(head), views.preformatted(views.history_lines(edits))]
        await self._bot.sender.respond(here, head, blocks)

    async def _stats(self, here: Here) -> None:
        statistics = await self._read(here, lambda moderator: moderator.statistics())
        if statistics is not None:
            await slack_figures.show(here, statistics, self._bot.sender)

    async def _read(self, here: Here, read: Callable[[Moderator], _Read]) -> _Read | None:
        """Read something for a message; None once it was said why not."""
        try:
            moderator = await self._admit(here)
            return await asyncio.to_thread(lambda: read(moderator))
        except NotAllowedError:
            await self._say(here, wording(here.locale).room.moderators_only)
        except BackchannelError as error:
            await self._say(here, clamp(str(error), block.MAX_PLAIN))
        return None

    async def _tell(self, here: Here, said: str) -> None:
        if here.response_url:
            await self._say(here, said)
        else:
            await self._bot.open_view(here, notice_view(said, here.locale))

    async def _say(self, here: Here, said: str) -> None:
        await self._bot.sender.respond(here, said, [literal(said)])


def _value(body: Json, here: Here) -> Value | None:
    """Read what was pressed; a menu's choice is an entry, for the group of its page."""
    action: Json = body["actions"][0]
    chosen = action.get("selected_option")
    if not chosen:
        return Value.decode(action.get("value"))
    try:
        page = json.loads((here.view or {}).get("private_metadata") or "{}")
        return Value(entry_id=str(chosen.get("value") or ""), key=str(page["key"]), page=int(page["page"]))
    except (ValueError, KeyError, TypeError):
        return None


def _typed(view: Json) -> dict[str, str]:
    """Read what a form holds, by field."""
    typed: dict[str, str] = {}
    for name, inputs in view.get("state", {}).get("values", {}).items():
        for one in inputs.values():
            several = " ".join(str(option.get("value") or "") for option in one.get("selected_options") or ())
            typed[name] = str((one.get("selected_option") or {}).get("value") or one.get("value") or several)
    return typed


def _typed_after(name: str, rest: str) -> Intent:
    """Read what follows a command: an entry's id first, if any, then a question or another id."""
    first, _, more = rest.partition(" ")
    entry_id = first[:MAX_ID] if "/" in first else ""
    match name:
        case "new":
            return Intent(task="new_entry")
        case "retire":
            return Intent(task="retire", entry_id=entry_id, successor=more.strip()[:MAX_ID])
        case _:
            return Intent(task="alternate", entry_id=entry_id, phrasing=more.strip() if entry_id else rest)
