"""Every entry of the shipped collection and every kind of reply, as Discord would get it."""

from __future__ import annotations

from datetime import date
from functools import cache
from pathlib import Path

import pytest

pytest.importorskip("discord")

from adapters import discord_topics
from adapters.discord_pages import MAX_CONTENT, plain
from adapters.discord_view import Frame, layout
from bot.answer import card_of, compose
from bot.model import Asker, Knowledge
from bot.service import Service
from bot.snapshot import Snapshot, open_snapshot
from bot.wording import languages
from tests.fakes.discord_limits import V2_FLAG, problems, text_of

TODAY = date(2030, 1, 1)  # past every review date, so that every notice is there
QUESTIONS = (
    "What is backchannel diplomacy?",
    "mediation",
    "zebra quantum guitar",
    "thanks",
    "who won the India Pakistan cricket match",
    "why?",
    "...",
    "x" * 3000,
)


@cache
def shipped() -> Snapshot:
    """The shipped collection, loaded once."""
    return open_snapshot(Path(__file__).parents[1] / "knowledge")


def check(view: object) -> str:
    """Judge a view by Discord's limits; its words."""
    payload = {"components": view.to_components(), "flags": V2_FLAG}  # type: ignore[attr-defined]
    assert problems(payload) == []
    return text_of(payload)


@pytest.mark.parametrize("language", languages())
def test_every_entry_fits(language: str) -> None:
    """Every entry, private and public, on every page and in plain, in every language of the bot's words."""
    knowledge: Knowledge = shipped().knowledge
    for entry in knowledge.by_id.values():
        card = card_of(entry.id, today=TODAY, locale=language, knowledge=knowledge)
        for private in (True, False):
            for page in range(5):
                frame = Frame(key="k" * 12, person="9" * 20, entry_id=entry.id, private=private, whole=True, page=page)
                assert check(layout(card, frame))
        assert 0 < len(plain(card)) <= MAX_CONTENT


@pytest.mark.parametrize("language", languages())
@pytest.mark.parametrize("question", QUESTIONS)
def test_every_kind_of_reply_fits(language: str, question: str) -> None:
    """Answers, choices, unknowns, stock replies and lines, in every language of the bot's words."""
    snapshot = shipped()
    decision = snapshot.engine.decide(question)
    reply = compose(decision, today=TODAY, locale=language, knowledge=snapshot.knowledge)
    entry_id = reply.entry.id if reply.entry else ""
    assert check(layout(reply.card, Frame(key="k" * 12, person="9" * 20, entry_id=entry_id)))
    assert 0 < len(plain(reply.card)) <= MAX_CONTENT


@pytest.mark.parametrize("language", languages())
def test_topics_fit(language: str) -> None:
    """The menus of all topics."""
    topics = Service(shipped()).topics(Asker(platform="discord", locale=language))
    assert check(discord_topics.layout(topics, language, person="1"))
