"""The labelled questions, asked in Slack: the same entry, reason and suggestions as the core gives anybody."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest

pytest.importorskip("slack_bolt")

from typing import TYPE_CHECKING

from adapters.slack_values import Value
from bot.config import Settings
from bot.knowledge.shipped import shipped_path
from bot.model import Asker
from bot.service import Service
from bot.store import Store
from tests.fakes.slack_server import SlackServer
from tests.fakes.slack_talk import connected

if TYPE_CHECKING:
    from tests.fakes.slack_records import Post

CASES = Path(__file__).parent / "data" / "article.jsonl"
EVERY = 5  # the cases that are asked: each fifth, of every kind


def test_slack_answers_as_the_core_does() -> None:
    """Each question's message carries the core's entry, its title, and its suggestions in order."""
    questions = [json.loads(line)["query"] for line in CASES.read_text(encoding="utf-8").splitlines()][::EVERY]
    service = Service.open(Settings(knowledge=shipped_path()))

    async def play() -> None:
        with Store.open(None) as store:
            async with SlackServer() as slack, connected(slack, service, store):
                for number, question in enumerate(questions):
                    # Somebody new each time: what was asked before completes a follow-up.
                    await slack.command("/ask", question, user=f"U{number}")
                    post = await slack.post_after(number)
                    expected = service.ask(question, Asker(platform="terminal", locale="en-US"))
                    entry_id = expected.entry.id if expected.entry else ""
                    card = expected.card
                    assert shown(post) == (entry_id, card.title, [one.entry_id for one in card.suggestions]), question
                assert slack.refusals == []

    asyncio.run(play())


def shown(post: Post) -> tuple[str, str, list[str]]:
    """Read from a message which entry answers, under which title, and what is suggested."""
    title = next((block["text"]["text"] for block in post.blocks if block["type"] == "header"), "")
    entry_id, offered = "", []
    for block in post.blocks:
        for element in block["elements"] if block["type"] == "actions" else []:
            value = Value.decode(element["value"])
            assert value is not None
            if element["action_id"].startswith(("bc1:entry", "bc1:choose")):
                offered.append(value.entry_id)
            else:
                entry_id = value.entry_id
    return entry_id, title, offered
