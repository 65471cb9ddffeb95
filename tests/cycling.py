"""A small neutral collection, a bicycle club's, and engines on it and on the shipped one, each made once."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot.knowledge.load import load
from bot.knowledge.shipped import shipped_path
from bot.model import Collection, Entry, Knowledge, Origin, StockReply
from bot.search import Engine
from bot.search.background import background
from bot.search.encode import shipped_encoder
from bot.search.index import build

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.search.index import Index

CLUB = Path(__file__).parent / "data" / "bicycle-club"
NOWHERE = Origin(path=Path("club.yaml"), line=1, column=1)


@cache
def club() -> Collection:
    """Load the bicycle club's collection."""
    return load(CLUB).collections[0]


@cache
def club_engine() -> Engine:
    """Index the bicycle club's collection."""
    return engine_of(club())


@cache
def shipped_engine() -> Engine:
    """Index the shipped collection."""
    return Engine.build(load(shipped_path()))


def engine_of(*collections: Collection) -> Engine:
    """Index collections, with their entries' ids as they are."""
    entries = {entry.id: entry for collection in collections for entry in collection.entries}
    return Engine.build(Knowledge(collections=collections, version="0", by_id=entries))


def index_of(collection: Collection) -> Index:
    """Index one collection with what is shipped."""
    return build(collection, background(), shipped_encoder())


def collection_of(*entries: Entry, **more: Any) -> Collection:
    """Make a collection of entries, and of whatever else it is given."""
    return Collection(name="made", path=Path("made"), title="Made up", entries=entries, version="0", **more)


def faq(name: str, question: str, *alternates: str, body: str = "", **more: Any) -> Entry:
    """Make a faq entry."""
    made = Entry(id=f"faq/{name}", kind="faq", title=question, body=body, alternates=alternates, origin=NOWHERE)
    return replace(made, **more)


def section(name: str, title: str, body: str, **more: Any) -> Entry:
    """Make a section."""
    return replace(Entry(id=f"section/{name}", kind="section", title=title, body=body, origin=NOWHERE), **more)


def stock(name: str, reason: Any, *examples: str) -> StockReply:
    """Make a stock reply."""
    return StockReply(id=name, reason=reason, examples=examples, reply="So it is.", origin=NOWHERE)


def with_entries(collection: Collection, entries: Iterable[Entry]) -> Collection:
    """Change which entries a collection has, and in what order."""
    return replace(collection, entries=tuple(entries))
