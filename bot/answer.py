"""Turns what search concluded into a Reply: the card that a reader sees, in the reader's language."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import TYPE_CHECKING

from bot.clamp import clamp
from bot.markdown import BulletList, Document, Heading, ListItem, Paragraph, Text, parse, plain
from bot.model import Action, Card, PositionView, Reply, Suggestion
from bot.wording import Wording, closest, wording

if TYPE_CHECKING:
    from collections.abc import Collection as Container
    from collections.abc import Iterable

    from bot.model import Collection, Decision, Entry, Knowledge, Match, Passage, StockReply

MAX_TITLE = 150  # characters: the shorter of what the platforms show as a heading
MAX_SUGGESTIONS = 3  # more choices than these are read by nobody
BRIEF = 900  # characters of a section that are short enough to be shown whole
MAX_EXCERPT = 1_500  # characters of a section that are shown at once; past them, the passage alone
CLOSE = 0.1  # confidence below which an entry is not worth naming as a closest topic


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reader:
    """Who reads the reply, as far as its words depend on it."""

    tags: tuple[str, ...]  # languages to try, best first; empty where nothing tells
    words: Wording
    today: date
    knowledge: Knowledge


@dataclass(frozen=True, slots=True, kw_only=True)
class _Telling:
    """An entry's words in the language that serves the reader best."""

    title: str
    body: str  # Markdown
    language: str  # of the body
    translated: bool  # the body is not the entry's own


def compose(decision: Decision, *, today: date, locale: str | None, knowledge: Knowledge) -> Reply:
    """Write the reply to a decision; pure.

    `today` decides which answers are past their review date. `locale` is the reader's language as the platform tells
    it; the language that the question is written in goes before it.
    """
    reader = _reader(knowledge, today, decision.language, locale)
    if decision.outcome == "answer":
        card = _answer(decision.matches[0], reader)
    elif decision.outcome == "suggest":
        card = _choices(decision, reader)
    elif decision.stock_reply is not None:
        card = _stock(decision.stock_reply, reader)
    elif decision.reason == "unknown":
        card = _unknown(decision, reader)
    elif decision.reason == "small_talk":
        card = _courtesy(reader)
    else:
        words = reader.words
        lines = {"unclear": words.unclear, "empty": words.empty, "too_long": words.too_long}
        card = _line(lines[decision.reason], reader)
    return Reply(
        question=decision.question,
        outcome=decision.outcome,
        reason=decision.reason,
        card=card,
        decision=decision,
        knowledge_version=knowledge.version,
    )


def card_of(entry_id: str, *, today: date, locale: str | None, knowledge: Knowledge) -> Card:
    """Write an entry out in full, as for a reader who picked it; or, where it is gone, what to read in its place."""
    reader = _reader(knowledge, today, locale)
    entry = knowledge.by_id.get(entry_id)
    if entry is None:
        return _gone(entry_id, reader.words.retired, reader) or _line(reader.words.gone, reader)
    telling = _telling(entry, reader)
    return _entry_card(entry, telling, _parsed(telling.body), (Action.HELPFUL, Action.SHARE, Action.REMOVE), reader)


def stock_card(stock: StockReply, *, locale: str | None, knowledge: Knowledge) -> Card:
    """Write a fixed reply for a reader, as for one who asked what it declines."""
    return _stock(stock, _reader(knowledge, date.min, locale))


def withdrawn(entry_id: str, *, on: date, locale: str | None, knowledge: Knowledge) -> Card:
    """Write what stands in the place of an entry that is gone since a day, with what to read instead."""
    reader = _reader(knowledge, on, locale)
    sentence = reader.words.news.retired.format(date=reader.words.on(on))
    return _gone(entry_id, sentence, reader) or _line(sentence, reader)


def offer(entries: Iterable[Entry], *, locale: str | None, knowledge: Knowledge) -> tuple[Suggestion, ...]:
    """Name entries to a reader by their titles."""
    tags = (locale,) if locale else ()
    return tuple(_suggestion(entry, tags, knowledge) for entry in entries)


def refuse(decision: Decision, entry_ids: Container[str]) -> Decision:
    """What is left of a decision once the asker has said that none of these entries is what they meant."""
    return replace(
        decision,
        outcome="none",
        reason="unknown",
        rule="The asker said that what was offered is not what they meant.",
        matches=tuple(match for match in decision.matches if match.entry.id not in entry_ids),
        stock_reply=None,
    )


def plain_text(card: Card) -> str:
    """A card's body and positions as plain text, for logs, notifications and tools."""
    positions = (f"{position.holder}: {plain(position.body)}" for position in card.positions)
    return "\n\n".join((plain(card.body), *positions))


def _reader(knowledge: Knowledge, today: date, *tags: str | None) -> _Reader:
    known = tuple(tag for tag in tags if tag)
    words = wording(*known, knowledge.collections[0].language if knowledge.collections else None)
    return _Reader(tags=known, words=words, today=today, knowledge=knowledge)


def _answer(match: Match, reader: _Reader) -> Card:
    telling = _telling(match.entry, reader)
    whole = _parsed(telling.body)
    shown = whole if match.entry.kind == "faq" else _excerpt(whole, match.passage, translated=telling.translated)
    actions: tuple[Action, ...] = (Action.HELPFUL, Action.NOT_THIS, Action.SHARE, Action.REMOVE)
    if shown != whole:
        actions = (Action.WHOLE, *actions)
    return _entry_card(match.entry, telling, shown, actions, reader)


def _entry_card(entry: Entry, telling: _Telling, shown: Document, actions: tuple[Action, ...], reader: _Reader) -> Card:
    related = (reader.knowledge.by_id.get(entry_id) for entry_id in entry.related)
    suggestions = _suggestions((one for one in related if one is not None), reader)
    return Card(
        title=clamp(telling.title, MAX_TITLE),
        body=shown,
        positions=tuple(PositionView(holder=one.holder, body=_parsed(one.text)) for one in entry.positions),
        sources=entry.sources,
        as_of=entry.as_of,
        notice=_notice(entry, telling, reader),
        suggestions_title=reader.words.related if suggestions else None,
        suggestions=suggestions,
        actions=actions,
        language=reader.words.language,
        entry=entry,
    )


def _choices(decision: Decision, reader: _Reader) -> Card:
    return Card(
        title=reader.words.suggest_title,
        body=_said(reader.words.suggest),
        suggestions_title=reader.words.did_you_mean,
        suggestions=_suggestions((match.entry for match in decision.matches), reader),
        actions=(Action.NONE_OF_THESE,),
        language=reader.words.language,
    )


def _unknown(decision: Decision, reader: _Reader) -> Card:
    near = _suggestions((match.entry for match in decision.matches if match.confidence >= CLOSE), reader)
    return Card(
        title=reader.words.unknown_title,
        body=Document((*_said(reader.words.unknown).blocks, *scope(reader.knowledge, reader.words).blocks)),
        suggestions_title=reader.words.closest_topics if near else None,
        suggestions=near,
        actions=(Action.ASK_MODERATORS,),
        language=reader.words.language,
    )


def _courtesy(reader: _Reader) -> Card:
    """Answer a greeting or thanks where the moderators have written nothing for it."""
    body = Document((*_said(reader.words.courtesy).blocks, *scope(reader.knowledge, reader.words).blocks))
    return Card(title="", body=body, language=reader.words.language)


def _stock(stock: StockReply, reader: _Reader) -> Card:
    homes = (one for one in reader.knowledge.collections if any(each is stock for each in one.stock_replies))
    own = next((one.language for one in homes), reader.words.language)
    served = (closest(tag, (own, *stock.translations)) for tag in reader.tags)
    language = next((one for one in served if one), own)
    return Card(
        title=reader.words.out_of_scope_title if stock.reason == "out_of_scope" else "",
        body=_parsed(stock.translations.get(language, stock.reply)),
        language=reader.words.language,
    )


def _gone(entry_id: str, sentence: str, reader: _Reader) -> Card | None:
    """Send the readers of an entry on to what came in its place; None where nothing did."""
    successor = reader.knowledge.by_id.get(reader.knowledge.retired.get(entry_id, ""))
    if successor is None:
        return None
    return replace(
        _line(sentence, reader),
        suggestions_title=reader.words.news.instead,
        suggestions=_suggestions([successor], reader),
    )


def _line(sentence: str, reader: _Reader) -> Card:
    return Card(title="", body=_said(sentence), language=reader.words.language)


def scope(knowledge: Knowledge, words: Wording) -> Document:
    """What the knowledge covers, in its moderators' own words: a sentence, or a list where there are several."""
    scopes = [one.scope or words.covers.format(scope=one.title) for one in knowledge.collections]
    if len(scopes) <= 1:
        return _said("".join(scopes))
    return Document((BulletList(tuple(ListItem((Text(text),)) for text in scopes)),))


def _excerpt(whole: Document, passage: Passage | None, *, translated: bool) -> Document:
    """The part of a section that answers, or all of it where it is brief."""
    if len(plain(whole)) <= BRIEF:
        return whole
    if passage is None or passage.last_block >= len(whole.blocks):
        return _opening(whole)
    first = passage.first_block
    if first > 0 and isinstance(whole.blocks[first - 1], Heading):
        first -= 1
    excerpt = Document(whole.blocks[first : passage.last_block + 1])
    if len(plain(excerpt)) <= MAX_EXCERPT:
        return excerpt
    return _opening(excerpt) if translated else _said(passage.text)


def _opening(document: Document) -> Document:
    """The first blocks, as many as make a brief text, and at least one."""
    end = length = 0
    for block in document.blocks:
        length += len(plain(block))
        if end and length > BRIEF:
            break
        end += 1
    return Document(document.blocks[:end])


def _notice(entry: Entry, telling: _Telling, reader: _Reader) -> str | None:
    sentences = []
    if entry.review_by and reader.today > entry.review_by:
        sentence = reader.words.stale if entry.as_of else reader.words.overdue
        sentences.append(sentence.format(date=reader.words.on(entry.as_of or entry.review_by)))
    if reader.tags and closest(reader.words.language, (telling.language,)) is None:
        sentences.append(reader.words.not_translated)
    return " ".join(sentences) or None


def _telling(entry: Entry, reader: _Reader) -> _Telling:
    own = _collection(entry, reader.knowledge).language
    language = _served(entry, own, reader.tags)
    translation = entry.translations.get(language) if language != own else None
    if translation is None or translation.body is None:
        title = translation.title if translation else None
        return _Telling(title=title or entry.title, body=entry.body, language=own, translated=False)
    return _Telling(title=translation.title or entry.title, body=translation.body, language=language, translated=True)


def _served(entry: Entry, own: str, tags: tuple[str, ...]) -> str:
    """The language of an entry, its own or a translation's, that serves the first tag that any of them serves."""
    found = (closest(tag, (own, *entry.translations)) for tag in tags)
    return next((language for language in found if language), own)


def _collection(entry: Entry, knowledge: Knowledge) -> Collection:
    """The collection that an entry is of: the only one, or the one that its id begins with."""
    name = entry.id.partition(":")[0]
    return next((one for one in knowledge.collections if one.name == name), knowledge.collections[0])


def _suggestions(entries: Iterable[Entry], reader: _Reader) -> tuple[Suggestion, ...]:
    chosen = list(entries)[:MAX_SUGGESTIONS]
    return tuple(_suggestion(entry, reader.tags, reader.knowledge) for entry in chosen)


def _suggestion(entry: Entry, tags: tuple[str, ...], knowledge: Knowledge) -> Suggestion:
    language = _served(entry, _collection(entry, knowledge).language, tags)
    translation = entry.translations.get(language)
    title = translation.title if translation and translation.title else entry.title
    return Suggestion(entry_id=entry.id, label=clamp(title, MAX_TITLE))


def _said(sentence: str) -> Document:
    return Document((Paragraph((Text(sentence),)),))


@lru_cache(maxsize=1024)
def _parsed(source: str) -> Document:
    """Parse Markdown, keeping the last ones: the same few entries answer most questions."""
    return parse(source)
