"""Checked models as the nouns of the core."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from bot.model import Entry, EntryKind, Origin, Position, Source, StockReply, Translation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.knowledge import schema

_NO_TRANSLATIONS: Mapping[str, Translation] = MappingProxyType({})


def faq(item: schema.Faq, prefix: str, origin: Origin) -> Entry:
    """Make an entry of a faq item; `prefix` is "<collection>:" or empty."""
    translations = {
        language: Translation(title=words.question, alternates=words.alternates or (), body=words.answer)
        for language, words in (item.translations or {}).items()
    }
    return _entry(item, "faq", (item.question, item.answer), translations, prefix, origin)


def section(item: schema.Section, prefix: str, origin: Origin) -> Entry:
    """Make an entry of a section; `prefix` is "<collection>:" or empty."""
    translations = {
        language: Translation(title=words.title, alternates=words.alternates or (), body=words.text)
        for language, words in (item.translations or {}).items()
    }
    return _entry(item, "section", (item.title, item.text), translations, prefix, origin)


def stock_reply(item: schema.Stock, reason: Literal["out_of_scope", "small_talk"], origin: Origin) -> StockReply:
    """Make a fixed reply."""
    return StockReply(id=item.id, reason=reason, examples=item.examples, reply=item.reply, origin=origin)


def _entry(  # noqa: PLR0913, PLR0917 - each says a different thing
    item: schema.Item,
    kind: EntryKind,
    words: tuple[str, str],
    translations: dict[str, Translation],
    prefix: str,
    origin: Origin,
) -> Entry:
    title, body = words
    return Entry(
        id=f"{prefix}{kind}/{item.id}",
        kind=kind,
        title=title,
        body=body,
        alternates=item.alternates or (),
        rejects=item.rejects or (),
        keywords=item.keywords or (),
        related=tuple([prefix + other for other in item.related or ()]),
        sources=tuple([Source(title=s.title, url=s.url, date=s.date) for s in item.sources or ()]),
        positions=tuple([Position(holder=holder, text=text) for holder, text in (item.positions or {}).items()]),
        as_of=item.as_of,
        review_by=item.review_by,
        owner=item.owner,
        tags=item.tags or (),
        pinned=item.pinned or False,
        translations=MappingProxyType(translations) if translations else _NO_TRANSLATIONS,
        origin=origin,
    )
