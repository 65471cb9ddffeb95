"""How writes become rows; every one may be repeated without harm."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeAlias

from sqlalchemy import bindparam, delete, update
from sqlalchemy.dialects import postgresql, sqlite

from bot.model import Action
from bot.privacy import scrub
from bot.store.keeping import erase
from bot.store.records import Edit, Post
from bot.store.schema import CLAIM, DAILY, EDIT, MEMORY, POST, QUESTION, REMOVAL, REQUEST, VOTE
from bot.store.writes import (
    Brought,
    ChoiceMade,
    Erasure,
    ModeratorsAsked,
    PostGone,
    QuestionAsked,
    Remembered,
    ReplyRemoved,
    Settlement,
    VoteCast,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from sqlalchemy import Connection, Table
    from sqlalchemy.sql.dml import ReturningInsert

    from bot.model import Asker
    from bot.privacy import Marker
    from bot.store.records import Request
    from bot.store.writes import Write

Insert: TypeAlias = sqlite.Insert | postgresql.Insert

_LONGEST = 2_000  # characters; a longer question was not looked at either
_DAILY_KEY = ("day", "tenant", "outcome", "reason", "entry_id")
_UNKEEPABLE = re.compile(r"[\0\ud800-\udfff]")


def apply(connection: Connection, writes: Sequence[Write], marker: Marker) -> None:
    """Write a batch within one transaction.

    Words are scrubbed and people marked here, so that nothing raw reaches the database. Questions come first, in one
    statement; the rest follows in its own order, and may then speak of them.
    """
    _ask(connection, [write for write in writes if isinstance(write, QuestionAsked)], marker)
    rest = (write for write in writes if not isinstance(write, QuestionAsked))
    for kind, run in groupby(rest, type):
        if kind is Post:
            _upsert(connection, POST, *(asdict(post) for post in run))
        else:
            _write_singly(connection, run, marker)


def _write_singly(connection: Connection, writes: Iterable[Write], marker: Marker) -> None:  # noqa: C901 - a line for each kind
    for write in writes:
        match write:
            case VoteCast():
                _vote(connection, write, marker)
            case ModeratorsAsked():
                _want(connection, write)
            case ChoiceMade():
                _choose(connection, write)
            case ReplyRemoved():
                _remove(connection, write)
            case Remembered():
                _remember(connection, write)
            case Settlement():
                _settle(connection, write)
            case Erasure():
                _erase(connection, write, marker)
            case Brought():
                _bring(connection, write.request)
            case PostGone():
                _forget(connection, write.post)
            case Edit():
                _upsert(connection, EDIT, asdict(write), on=("key",))
            case QuestionAsked() | Post():
                pass  # these come in masses, and are written many at once


def _ask(connection: Connection, asked: Sequence[QuestionAsked], marker: Marker) -> None:
    if not asked:
        return
    rows = {write.key: _question_row(write, marker) for write in asked}
    statement = (
        _insert(connection.dialect.name, QUESTION)
        .on_conflict_do_nothing(index_elements=["key"])
        .returning(QUESTION.c.key)
    )
    # A batch that is repeated after a lost acknowledgement counts nothing twice: only new rows come back.
    new = connection.execute(statement, list(rows.values())).scalars().all()
    counts = Counter(_daily_key(rows[key]) for key in new)
    if counts:
        days = [dict(zip(_DAILY_KEY, key, strict=True), count=count) for key, count in sorted(counts.items())]
        connection.execute(_counting(connection.dialect.name), days)


@cache
def _counting(dialect: str) -> Insert:
    """The statement that adds to a day's counts; made once, since making one takes longer than running it."""
    new = _insert(dialect, DAILY)
    total = {"count": DAILY.c.count + new.excluded["count"]}
    return new.on_conflict_do_update(index_elements=_DAILY_KEY, set_=total)


def _question_row(write: QuestionAsked, marker: Marker) -> dict[str, Any]:
    reply, asker = write.reply, write.asker
    answered = reply.outcome == "answer"
    best = reply.matches[0].entry.id if reply.matches else None
    return {
        "key": write.key,
        "asked_at": int(write.at),
        "platform": asker.platform,
        "tenant": tenant_of(asker),
        "place": _place_of(asker),
        "text": _kept(reply.question),
        "outcome": reply.outcome,
        "reason": reply.reason,
        "entry_id": best,
        "confidence": reply.confidence,
        "language": reply.decision.language,
        "knowledge_version": reply.knowledge_version,
        # Only the queue needs to tell people apart, and only unanswered questions come into it by themselves.
        "mark": None if answered else marker.asker(asker, write.at),
        "open": reply.reason in {"unknown", "ambiguous", "unclear"},
        "wanted": False,
    }


def _kept(question: str) -> str:
    """Make words fit to keep: scrubbed, no longer than a question may be, and without what no database takes."""
    return _UNKEEPABLE.sub("\ufffd", scrub(question[:_LONGEST]))


def tenant_of(asker: Asker) -> str:
    """Name the server or workspace; nothing for a direct message, whose name would be the person's."""
    return "" if asker.tenant == asker.person else asker.tenant


def _place_of(asker: Asker) -> str:
    """Name the channel, without the thread: that one may be the asker's own message."""
    return "" if asker.tenant == asker.person else asker.place


def _daily_key(row: dict[str, Any]) -> tuple[str, str, str, str, str]:
    day = datetime.fromtimestamp(row["asked_at"], UTC).date().isoformat()
    answering = row["entry_id"] if row["outcome"] == "answer" else ""
    return day, row["tenant"], row["outcome"], row["reason"], answering or ""


def _vote(connection: Connection, write: VoteCast, marker: Marker) -> None:
    row = {
        "question_key": write.key,
        "person": marker.voter(write.asker),
        "vote": write.vote,
        "complaint": write.complaint,
        "entry_id": write.entry_id,
        "tenant": tenant_of(write.asker),
        "voted_at": int(write.at),
    }
    if former := marker.voter_marks(write.asker)[1:]:
        mine = (VOTE.c.question_key == write.key, VOTE.c.person.in_(former))
        connection.execute(delete(VOTE).where(*mine))
    _upsert(connection, VOTE, row)
    if write.vote is not Action.HELPFUL:
        _reopen(connection, write.key)


def _want(connection: Connection, write: ModeratorsAsked) -> None:
    asker = write.asker
    # The question may have been given up while the database was away, or be past its keeping time.
    row = {
        "key": write.key,
        "asked_at": int(write.at),
        "platform": asker.platform,
        "tenant": tenant_of(asker),
        "place": "",
        "text": _kept(write.question),
        "outcome": "none",
        "reason": "unknown",
        "confidence": 0.0,
        "knowledge_version": "",
    }
    connection.execute(
        _insert(connection.dialect.name, QUESTION).values(row).on_conflict_do_nothing(index_elements=["key"])
    )
    connection.execute(update(QUESTION).where(QUESTION.c.key == write.key).values(wanted=True))
    _reopen(connection, write.key)
    request = {name: getattr(asker, name) for name in ("platform", "tenant", "place", "person", "locale")}
    _upsert(connection, REQUEST, {**request, "question_key": write.key, "asked_at": int(write.at)})


def _reopen(connection: Connection, key: str) -> None:
    # What a moderator has settled stays settled.
    connection.execute(update(QUESTION).where(QUESTION.c.key == key, QUESTION.c.verdict.is_(None)).values(open=True))


def _choose(connection: Connection, write: ChoiceMade) -> None:
    connection.execute(update(QUESTION).where(QUESTION.c.key == write.key).values(chosen_id=write.entry_id))


def _remove(connection: Connection, write: ReplyRemoved) -> None:
    row = {
        "question_key": write.key,
        "entry_id": write.entry_id,
        "tenant": tenant_of(write.asker),
        "place": _place_of(write.asker),
        "by_moderator": write.asker.is_moderator,
        "removed_at": int(write.at),
    }
    _upsert(connection, REMOVAL, row)
    _reopen(connection, write.key)


def _remember(connection: Connection, write: Remembered) -> None:
    if write.value is None:
        connection.execute(delete(MEMORY).where(MEMORY.c.key == write.key))
    else:
        _upsert(connection, MEMORY, {"key": write.key, "value": write.value})


def _settle(connection: Connection, write: Settlement) -> None:
    settled = update(QUESTION).where(QUESTION.c.key.in_(write.keys))
    # Who asked is of no more use: the mark goes.
    connection.execute(settled.values(open=False, verdict=write.verdict, mark=None))
    if write.entry_id is not None:
        connection.execute(settled.values(chosen_id=write.entry_id))
    if write.verdict == "dismissed":
        connection.execute(delete(REQUEST).where(REQUEST.c.question_key.in_(write.keys)))


def _bring(connection: Connection, request: Request) -> None:
    named = ("question_key", "platform", "person")
    connection.execute(delete(REQUEST).where(*(REQUEST.c[name] == getattr(request, name) for name in named)))


def _forget(connection: Connection, post: Post) -> None:
    named = ("platform", "place", "message")
    connection.execute(delete(POST).where(*(POST.c[name] == getattr(post, name) for name in named)))


def _erase(connection: Connection, write: Erasure, marker: Marker) -> None:
    marks = marker.asker_marks(write.asker, write.since, write.at)
    erase(connection, write.asker, marks=marks, voters=marker.voter_marks(write.asker))


def _upsert(connection: Connection, table: Table, *rows: dict[str, Any], on: tuple[str, ...] = ()) -> None:
    keys = on or tuple(column.name for column in table.primary_key)
    connection.execute(_upserting(connection.dialect.name, table, keys, tuple(rows[0])), rows)


@cache
def _upserting(dialect: str, table: Table, keys: tuple[str, ...], columns: tuple[str, ...]) -> Insert:
    new = _insert(dialect, table)
    rest = {name: new.excluded[name] for name in columns if name not in keys}
    return new.on_conflict_do_update(index_elements=keys, set_=rest)


def swapped(connection: Connection, key: str, value: str) -> bool:
    """Put a remembered fact in the place of the one before; say whether it was another."""
    mine = _insert(connection.dialect.name, MEMORY).values(key=key, value=value)
    other = mine.on_conflict_do_update(
        index_elements=["key"], set_={"value": mine.excluded.value}, where=MEMORY.c.value != mine.excluded.value
    )
    return connection.execute(other.returning(MEMORY.c.key)).first() is not None


def claimed(connection: Connection, key: str, now: float, until: float) -> bool:
    """Take a key that nobody holds; say whether that was so."""
    taken = connection.execute(_claiming(connection.dialect.name), {"key": key, "now": now, "expires_at": until})
    return taken.first() is not None


@cache
def _claiming(dialect: str) -> ReturningInsert[tuple[str]]:
    """The statement that takes a key unless it is held; made once, since making one takes longer than running it."""
    mine = _insert(dialect, CLAIM)
    free = mine.on_conflict_do_update(
        index_elements=["key"],
        set_={"expires_at": mine.excluded.expires_at},
        where=CLAIM.c.expires_at <= bindparam("now"),
    )
    return free.returning(CLAIM.c.key)


def _insert(dialect: str, table: Table) -> Insert:
    # The databases agree on it, SQLAlchemy spells it once for each.
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
