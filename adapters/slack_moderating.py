"""The moderators' command in Slack: what is in force, why a question was answered so, checks, reloading, and more."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from adapters import slack_blocks as block
from adapters.slack_manifest import COMMAND
from adapters.slack_reviewing import SUBCOMMANDS as _REVIEWING
from adapters.slack_text import Json, literal, text
from bot.clamp import clamp
from bot.errors import KnowledgeError
from bot.lint import checked
from bot.why import explain
from bot.wording import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from slack_sdk.web.async_client import AsyncWebClient

    from adapters.slack_bot import Bot
    from adapters.slack_here import Here
    from adapters.slack_reviewing import Reviewing
    from bot.model import Problem

logger = logging.getLogger(__name__)

_SUBCOMMANDS = (*_REVIEWING, "status", "why", "check", "reload")
_MAX_WHY = 8_000  # characters of an explanation
_MAX_PROBLEMS = 20  # problems shown at once; a check from the command line shows all
_MAX_PROBLEM = 300  # characters of one


class Moderating:
    """Answers `/backchannel`, after asking Slack each time who may."""

    def __init__(self, bot: Bot, reviewing: Reviewing) -> None:
        self._bot = bot
        self._reviewing = reviewing
        self._sender = bot.sender
        self._reloading = asyncio.Lock()

    async def command(self, body: Json, client: AsyncWebClient, _me: str) -> None:
        """Do what a moderator asks for; anybody else gets one line."""
        here = await self._bot.located(body, client)
        if not await self._bot.people.is_moderator(here):
            await self._say(here, wording(here.locale).room.moderators_only)
            return
        name, _, rest = str(body.get("text") or "").strip().partition(" ")
        match name.casefold():
            case "status":
                await self._status(here)
            case "why" if rest:
                await self._why(here, rest)
            case "check":
                await self._check(here)
            case "reload":
                await self._reload(here)
            case subcommand if subcommand in _REVIEWING:
                await self._reviewing.command(subcommand, rest, here)
            case _:
                await self._help(here)

    async def _help(self, here: Here) -> None:
        words = wording(here.locale)
        # Slack translates no commands: what is typed is the name itself.
        lines = [f"{COMMAND} {name}: {words.commands[f'{name}_about']}" for name in _SUBCOMMANDS]
        await self._say(here, "\n".join(lines))

    async def _status(self, here: Here) -> None:
        words = wording(here.locale)
        status, store = self._bot.service.status(here.asker), self._bot.store.status()
        titles = {one.name: one.title for one in self._bot.service.snapshot.knowledge.collections}
        lines = [
            words.room.status_line.format(title=titles[name], entries=count, version=status.version[:12])
            for name, count in status.entries.items()
        ]
        lines.append(f"{words.room.changed}: {status.loaded_at:%Y-%m-%d %H:%M} UTC")
        problems: Sequence[Problem] = ()
        if status.refused is not None:
            lines.append(words.room.not_reloaded.format(version=status.version[:12]))
            problems = self._bot.service.concerning(status.refused.problems, here.asker)
        if store.trouble:
            lines.append(store.trouble)
        if status.settings_refused is not None:
            lines.append(words.room.settings_refused.format(time=f"{status.settings_at:%Y-%m-%d %H:%M} UTC"))
            lines += [clamp(line, _MAX_PROBLEM) for line in str(status.settings_refused).splitlines()[:_MAX_PROBLEMS]]
        await self._list(here, "\n".join(lines), problems)

    async def _why(self, here: Here, question: str) -> None:
        known = self._bot.service.seen_from(here.asker)
        told = clamp(explain(known.engine.decide(question), seen_from=known.path), _MAX_WHY)
        blocks: list[Json] = [
            {
                "type": "rich_text",
                "elements": [{"type": "rich_text_preformatted", "elements": [text(told)]}],
            }
        ]
        await self._sender.respond(here, clamp(told, block.MAX_PLAIN), blocks)

    async def _check(self, here: Here) -> None:
        service = self._bot.service
        found = await asyncio.to_thread(checked, service.snapshot, today=service.today)
        problems = self._bot.service.concerning(found, here.asker)
        words = wording(here.locale)
        head = words.room.check_found.format(count=len(problems)) if problems else words.room.check_clean
        await self._list(here, head, problems)

    async def _reload(self, here: Here) -> None:
        words = wording(here.locale)
        async with self._reloading:
            try:
                await asyncio.to_thread(self._bot.service.reload)
            except KnowledgeError as error:
                version = self._bot.service.status().version[:12]
                await self._list(
                    here,
                    words.room.not_reloaded.format(version=version),
                    self._bot.service.concerning(error.problems, here.asker),
                )
                return
        await self._say(here, words.room.reloaded.format(version=self._bot.service.status().version[:12]))

    async def _list(self, here: Here, head: str, problems: Sequence[Problem]) -> None:
        shown = [clamp(str(one), _MAX_PROBLEM) for one in problems[:_MAX_PROBLEMS]]
        if len(problems) > len(shown):
            shown.append(f"… {len(problems) - len(shown)} +")
        blocks = [literal(head)]
        if shown:
            listed = {"type": "rich_text_preformatted", "elements": [text("\n".join(shown))]}
            blocks.append({"type": "rich_text", "elements": [listed]})
        await self._sender.respond(here, head, blocks)

    async def _say(self, here: Here, said: str) -> None:
        await self._sender.respond(here, said, [literal(said)])
