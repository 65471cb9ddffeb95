"""The labelled questions, all of them, in the terminal, in Discord and in Slack: the same answers everywhere."""

from __future__ import annotations

import asyncio
import json
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("discord")
pytest.importorskip("slack_bolt")

from adapters.discord_ids import Press
from adapters.slack_values import Name, Value, name_of
from bot.answer import CLOSE, MAX_SUGGESTIONS
from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from tests.fakes.bot_process import serving
from tests.fakes.discord_limits import buttons_of
from tests.fakes.discord_server import DiscordServer
from tests.fakes.slack_server import SlackServer
from tests.fakes.tokens import DISCORD

ROOT = Path(__file__).parent.parent
CASES = ROOT / "tests" / "data" / "article.jsonl"
JUDGED = re.compile(r"asked on (\w+): (\w+) \((\w+)\), entry (\S+),")  # as the log says it


@dataclass(frozen=True)
class Judged:
    """What became of a question in one place."""

    question: str
    outcome: str
    reason: str
    entry: str | None
    suggestions: tuple[str, ...]  # ids in the order in which they are offered


def test_every_question_gets_the_same_everywhere(tmp_path: Path) -> None:
    """Each has one outcome, reason and entry, and the same suggestions, in one process that serves both platforms."""
    expected = in_terminal()
    log, offered = asyncio.run(in_both([one.question for one in expected], tmp_path))
    for platform, suggestions in offered.items():
        judged = [match.groups()[1:] for match in JUDGED.finditer(log) if match[1] == platform]
        for there, (outcome, reason, entry), suggested in zip(expected, judged, suggestions, strict=True):
            here = Judged(there.question, outcome, reason, None if entry == "None" else entry, suggested)
            assert here == there, platform


def in_terminal() -> list[Judged]:
    """What the command line says to each, and what that means to be offered."""
    command = [sys.executable, "-m", "bot", "ask", "--json", "--input", str(CASES), "--knowledge", str(shipped_path())]
    printed = subprocess.run(command, cwd=ROOT, check=False, capture_output=True, encoding="utf-8").stdout
    related = {entry_id: entry.related for entry_id, entry in load(shipped_path()).by_id.items()}
    found = []
    for one in map(json.loads, printed.splitlines()):
        matched = [match["id"] for match in one["matches"]]
        near = [match["id"] for match in one["matches"] if match["confidence"] >= CLOSE]
        suggestions = {"answer": related.get(one["entry"], ()), "suggest": matched}.get(one["outcome"], near)
        if one["reason"] in {"unclear", "empty", "too_long", "out_of_scope", "small_talk"}:
            suggestions = ()
        offered = tuple(suggestions[:MAX_SUGGESTIONS])
        found.append(Judged(one["question"], one["outcome"], one["reason"], one["entry"], offered))
    assert len(found) == len(CASES.read_text(encoding="utf-8").splitlines())
    return found


async def in_both(questions: list[str], folder: Path) -> tuple[str, dict[str, list[tuple[str, ...]]]]:
    """Put the questions to a bot in both platforms: what it logged, and what it offered by platform."""
    async with DiscordServer.running() as discord, SlackServer() as slack:
        settings = {
            "DISCORD_TOKEN": DISCORD,
            "BACKCHANNEL_DISCORD_API_URL": discord.base,
            "BACKCHANNEL_KNOWLEDGE": str(shipped_path()),
            "BACKCHANNEL_DATABASE_URL": f"sqlite:///{folder / 'store.db'}",
        }
        async with serving(**settings, **slack.environment) as bot:
            await discord.until_ready()
            await discord.until(lambda: discord.commands, "the commands")
            await slack.connected()
            offered = await asyncio.gather(in_discord(discord, questions), in_slack(slack, questions))
            await bot.stop()
        assert (discord.refused, slack.refusals) == ([], [])
        return bot.output, dict(zip(("discord", "slack"), offered, strict=True))


# Somebody new asks each time: what a person asked before completes a follow-up.


async def in_discord(discord: DiscordServer, questions: list[str]) -> list[tuple[str, ...]]:
    """Type each into /ask; the entries that the answer's buttons stand for."""
    offered = []
    for number, question in enumerate(questions):
        options = [{"name": "question", "type": 3, "value": question}]
        answer = await discord.answer_to(await discord.slash("ask", options, person=str(1_000 + number)))
        presses = [Press.parse(custom_id) for custom_id in buttons_of(answer["data"]).values()]
        offered.append(tuple(one.argument for one in presses if one and one.verb in {"pick", "more"}))
    return offered


async def in_slack(slack: SlackServer, questions: list[str]) -> list[tuple[str, ...]]:
    """Type each after /ask; the entries that the answer's buttons stand for."""
    offered = []
    for number, question in enumerate(questions):
        await slack.command("/ask", question, user=f"U{number}")
        post = await slack.post_after(number)
        elements: list[dict[str, Any]] = [one for block in post.blocks for one in block.get("elements", [])]
        names = {Name.ENTRY, Name.CHOOSE}
        values = [Value.decode(one["value"]) for one in elements if name_of(one.get("action_id", "")) in names]
        offered.append(tuple(value.entry_id for value in values if value))
    return offered
