"""Checked collections as JSON, to be kept on disk and read again without the work of checking."""

from __future__ import annotations

import json
from dataclasses import MISSING, fields
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Final

from bot.model import Collection, Entry, Origin, Position, Source, StockReply, Translation

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_BATCH: Final = 128  # entries that are parsed at once: a millisecond's work, after which others may go on


def batches(collection: Collection) -> Iterator[str]:
    """Give a collection as JSON texts: what it is without its entries, then the entries, some at a time."""
    yield json.dumps({name: value for name, value in _plain(collection).items() if name != "entries"})
    for start in range(0, len(collection.entries), _BATCH):
        yield json.dumps([_plain(entry) for entry in collection.entries[start : start + _BATCH]])


def collection_of(texts: Sequence[str]) -> Collection:
    """Make the collection whole that gave the texts."""
    paths: dict[str, Path] = {}
    header = json.loads(texts[0])
    for name in ("maintainers", "synonyms"):
        header[name] = tuple(tuple(one) if isinstance(one, list) else one for one in header.get(name, ()))
    header["retired"] = MappingProxyType(header.get("retired", {}))
    header["stock_replies"] = tuple(_stock_reply(one, paths) for one in header.get("stock_replies", ()))
    _dates(header)
    header["path"] = Path(header["path"])
    entries = tuple(_entry(one, paths) for text in texts[1:] for one in json.loads(text))
    return Collection(**header, entries=entries)


def _plain(value: object) -> Any:  # noqa: ANN401 -- whatever JSON has
    """Give a noun as JSON has it, without what is as it would be anyway."""
    if isinstance(value, Collection | Entry | StockReply | Translation | Source | Position | Origin):
        return {
            field.name: _plain(own)
            for field in fields(value)
            if (own := getattr(value, field.name)) != field.default
            and not (field.default_factory is not MISSING and own == field.default_factory())
        }
    if isinstance(value, tuple):
        return [*map(_plain, value)]
    if isinstance(value, MappingProxyType | dict):
        return {key: _plain(own) for key, own in value.items()}
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Path) else value


def _entry(found: dict[str, Any], paths: dict[str, Path]) -> Entry:
    for name in ("alternates", "rejects", "keywords", "related", "tags"):
        if name in found:
            found[name] = tuple(found[name])
    if "sources" in found:
        found["sources"] = tuple(Source(**_dates(one)) for one in found["sources"])
    if "positions" in found:
        found["positions"] = tuple(Position(**one) for one in found["positions"])
    if "translations" in found:
        translated = {tag: _translation(one) for tag, one in found["translations"].items()}
        found["translations"] = MappingProxyType(translated)
    found["origin"] = _origin(found["origin"], paths)
    return Entry(**_dates(found))


def _stock_reply(found: dict[str, Any], paths: dict[str, Path]) -> StockReply:
    found["examples"] = tuple(found["examples"])
    if "translations" in found:
        found["translations"] = MappingProxyType(found["translations"])
    found["origin"] = _origin(found["origin"], paths)
    return StockReply(**found)


def _translation(found: dict[str, Any]) -> Translation:
    return Translation(**{**found, "alternates": tuple(found.get("alternates", ()))})


def _origin(found: dict[str, Any], paths: dict[str, Path]) -> Origin:
    """Where something stood; the entries of a file share its path."""
    path = found["path"]
    known = paths.get(path) or paths.setdefault(path, Path(path))
    return Origin(path=known, line=found["line"], column=found["column"])


def _dates(found: dict[str, Any]) -> dict[str, Any]:
    for name in ("as_of", "review_by", "date"):
        if found.get(name) is not None:
            found[name] = date.fromisoformat(found[name])
    return found
