"""The shipped collection, tested like code."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bot.knowledge.check import check_files
from bot.knowledge.load import load
from bot.lint import lint
from bot.search import Engine

if TYPE_CHECKING:
    from bot.model import Knowledge

FOLDER = Path(__file__).parents[1] / "knowledge" / "india-pakistan-crisis"
# Published ids: buttons in old messages carry them. More may be added, none taken away.
FAQ = (
    "main-contention",
    "us-role",
    "backchannel-diplomacy",
    "obstacles",
    "deescalation-pathways",
    "optimism",
)
SECTIONS = (
    "about",
    "key-takeaways",
    "historical-overview",
    "us-mediation",
    "backchannel-intricacies",
    "challenges",
    "pathways",
    "regional-organizations",
    "external-powers",
    "mediation-effectiveness",
    "confidence-building-measures",
    "economic-cooperation",
    "path-forward",
    "tips",
    "summary",
)
IDS = (*(f"faq/{slug}" for slug in FAQ), *(f"section/{slug}" for slug in SECTIONS))
LANGUAGES = {"hi", "ur", "es", "fr", "de"}
ENOUGH = 10  # alternates


@pytest.fixture(scope="module")
def knowledge() -> Knowledge:
    """The collection, loaded once."""
    return load(FOLDER)


@pytest.fixture(scope="module")
def engine(knowledge: Knowledge) -> Engine:
    """The collection, indexed once."""
    return Engine.build(knowledge)


def test_the_files_have_no_problem(knowledge: Knowledge) -> None:
    """Neither an error nor a warning, on the day that the collection was last true."""
    today = knowledge.collections[0].as_of
    assert today is not None
    assert [str(problem) for problem in check_files(FOLDER, today=today)] == []


def test_no_entry_is_in_anothers_way(knowledge: Knowledge, engine: Engine) -> None:
    """Every alternate reaches its own entry, and no `not` phrase is answered."""
    assert [str(problem) for problem in lint(knowledge, engine.decide)] == []


@pytest.mark.parametrize("entry_id", IDS)
def test_published_entries_stay(entry_id: str, knowledge: Knowledge) -> None:
    """An id that was ever published is still there."""
    assert entry_id in knowledge.by_id


def test_titles_reach_their_entries(knowledge: Knowledge, engine: Engine) -> None:
    """Whoever types an entry's question or title, in any language, gets that entry."""
    titles = [
        (title, entry.id)
        for entry in knowledge.by_id.values()
        for title in (entry.title, *(one.title for one in entry.translations.values() if one.title))
    ]
    lost = []
    for title, entry_id in titles:
        decision = engine.decide(title)
        best = decision.matches[0].entry.id if decision.matches else None
        if decision.outcome != "answer" or best != entry_id:
            lost.append(f"{title!r} of {entry_id}: {decision.outcome} {best}")
    assert lost == []


def test_entries_are_complete(knowledge: Knowledge) -> None:
    """Every entry has alternates enough, sources, a date, what to read next, and a translation in each language."""
    for entry in knowledge.by_id.values():
        assert len(set(entry.alternates)) >= ENOUGH, entry.id
        assert entry.sources, entry.id
        assert entry.as_of, entry.id
        assert entry.related, entry.id
        assert entry.translations.keys() >= LANGUAGES, entry.id
        for language in LANGUAGES:
            translated = entry.translations[language]
            assert translated.title, (entry.id, language)
            assert translated.body, (entry.id, language)
            assert translated.alternates, (entry.id, language)


def test_disputed_matters_have_both_sides(knowledge: Knowledge) -> None:
    """Where one of the two countries has a position, so has the other; and the dispute itself has positions."""
    assert knowledge.by_id["faq/main-contention"].positions
    for entry in knowledge.by_id.values():
        holders = {position.holder for position in entry.positions}
        assert ("India" in holders) == ("Pakistan" in holders), entry.id


def test_the_collection_says_what_it_covers(knowledge: Knowledge) -> None:
    """It has what the bot says when it does not answer, and pinned questions to begin with."""
    (collection,) = knowledge.collections
    assert collection.scope
    assert collection.synonyms
    assert {stock.reason for stock in collection.stock_replies} == {"out_of_scope", "small_talk"}
    assert any(entry.pinned for entry in collection.entries)


def test_editors_find_the_schema() -> None:
    """Every file names the schema in its first line, at a path that leads there."""
    for file in FOLDER.glob("*.yaml"):
        first = file.read_text(encoding="utf-8").split("\n", maxsplit=1)[0]
        begin, _, path = first.partition("$schema=")
        assert begin == "# yaml-language-server: "
        assert (file.parent / path).resolve() == FOLDER.parent / "schema.json"
        assert (file.parent / path).is_file()
