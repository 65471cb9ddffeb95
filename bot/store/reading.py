"""What is read back: the open questions, the real questions of late, votes, counts by day, history, one's own data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sqlalchemy import case, func, select

from bot.model import Action
from bot.store.records import AnswerCount, AskedQuestion, DayCount, Edit, Owed, OwnData, Post, Request, VoteCount
from bot.store.schema import DAILY, EDIT, MEMORY, POST, QUESTION, REQUEST, VOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Connection, Row, Select

    from bot.model import Asker, Complaint

_EDIT = tuple(EDIT.c[name] for name in Edit.__slots__)
_POSTS = 20_000  # messages that can be corrected: a busy week
_ASKED = tuple(QUESTION.c[name] for name in AskedQuestion.__slots__)


def open_questions(connection: Connection, *, tenant: str | None, limit: int) -> tuple[AskedQuestion, ...]:
    """Read the newest questions that wait for a moderator, newest first."""
    query = select(*_ASKED).where(QUESTION.c.open.is_(True)).order_by(QUESTION.c.asked_at.desc()).limit(limit)
    if tenant is not None:
        query = query.where(QUESTION.c.tenant == tenant)
    return _questions(connection, query)


def recent_questions(connection: Connection, *, tenant: str | None, limit: int) -> tuple[AskedQuestion, ...]:
    """Read the newest questions, answered or not, newest first."""
    query = select(*_ASKED).order_by(QUESTION.c.asked_at.desc(), QUESTION.c.id.desc()).limit(limit)
    if tenant is not None:
        query = query.where(QUESTION.c.tenant == tenant)
    return _questions(connection, query)


def _questions(connection: Connection, query: Select[*tuple[Any, ...]]) -> tuple[AskedQuestion, ...]:
    return tuple(AskedQuestion(**row) for row in connection.execute(query).mappings())


def requests(connection: Connection, keys: Sequence[str]) -> tuple[Request, ...]:
    """Read the people who wait for an answer to any of these questions."""
    columns = [REQUEST.c[name] for name in Request.__slots__]
    query = select(*columns).where(REQUEST.c.question_key.in_(keys)).order_by(REQUEST.c.asked_at)
    return tuple(Request(**row) for row in connection.execute(query).mappings())


def owed(connection: Connection, platform: str) -> tuple[Owed, ...]:
    """Read who waits on a platform for answers that the moderators have given, who has waited longest first."""
    columns = [REQUEST.c[name] for name in Request.__slots__]
    query = (
        select(*columns, QUESTION.c.text, QUESTION.c.chosen_id)
        .join(QUESTION, QUESTION.c.key == REQUEST.c.question_key)
        .where(REQUEST.c.platform == platform, QUESTION.c.verdict.is_not(None))
        .order_by(REQUEST.c.asked_at)
    )
    return tuple(
        Owed(
            request=Request(**{name: row[name] for name in Request.__slots__}),
            question=row["text"],
            entry_id=row["chosen_id"],
        )
        for row in connection.execute(query).mappings()
    )


def posts(connection: Connection, platform: str, since: int) -> tuple[Post, ...]:
    """Read our public messages on a platform, newest first."""
    columns = [POST.c[name] for name in Post.__slots__]
    query = select(*columns).where(POST.c.platform == platform, POST.c.posted_at >= since).limit(_POSTS)
    return tuple(Post(**row) for row in connection.execute(query.order_by(POST.c.posted_at.desc())).mappings())


def question(connection: Connection, key: str) -> str | None:
    """Read a question as it was kept."""
    return connection.execute(select(QUESTION.c.text).where(QUESTION.c.key == key)).scalar()


def edits(connection: Connection, *, entry_id: str | None, limit: int) -> tuple[Edit, ...]:
    """Read the changes to the knowledge, newest first."""
    query = select(*_EDIT).where(EDIT.c.state != "void").order_by(EDIT.c.id.desc()).limit(limit)
    if entry_id is not None:
        query = query.where(EDIT.c.entry_id == entry_id)
    return tuple(Edit(**row) for row in connection.execute(query).mappings())


def pending_edits(connection: Connection) -> tuple[Edit, ...]:
    """Read the changes that nobody has confirmed, oldest first."""
    query = select(*_EDIT).where(EDIT.c.state == "pending").order_by(EDIT.c.id)
    return tuple(Edit(**row) for row in connection.execute(query).mappings())


def edit(connection: Connection, key: str) -> Edit | None:
    """Read the one change whose key starts so; None where there is none, or more than one."""
    query = select(*_EDIT).where(EDIT.c.key.startswith(key, autoescape=True)).limit(2)
    rows = connection.execute(query).mappings().all()
    return Edit(**rows[0]) if len(rows) == 1 else None


def day_counts(connection: Connection, *, tenant: str | None, since: str) -> tuple[DayCount, ...]:
    """Count how questions ended, day by day from the ISO date `since`."""
    keys = (DAILY.c.day, DAILY.c.outcome, DAILY.c.reason)
    rows = connection.execute(_summed(keys, tenant, since).order_by(*keys))
    return tuple(DayCount(day=row.day, outcome=row.outcome, reason=row.reason, count=int(row.total)) for row in rows)


def answer_counts(connection: Connection, *, tenant: str | None, since: str) -> tuple[AnswerCount, ...]:
    """Count what each entry answered from the ISO date `since` on, the most first."""
    rows = connection.execute(_summed((DAILY.c.entry_id,), tenant, since).where(DAILY.c.entry_id != ""))
    counts = [AnswerCount(entry_id=row.entry_id, count=int(row.total)) for row in rows]
    return tuple(sorted(counts, key=lambda count: (-count.count, count.entry_id)))


def _summed(keys: tuple[Column[Any], ...], tenant: str | None, since: str) -> Select[*tuple[Any, ...]]:
    query = select(*keys, func.sum(DAILY.c.count).label("total")).where(DAILY.c.day >= since)
    if tenant is not None:
        query = query.where(DAILY.c.tenant == tenant)
    return query.group_by(*keys)


def vote_counts(connection: Connection, *, tenant: str | None, since: int) -> tuple[VoteCount, ...]:
    """Count the votes on each entry from a time on, the most unhelpful entry first."""
    helpful = func.sum(case((VOTE.c.vote == Action.HELPFUL.value, 1), else_=0))
    query = select(VOTE.c.entry_id, VOTE.c.complaint, helpful.label("helpful"), func.count().label("total"))
    query = query.where(VOTE.c.entry_id.is_not(None), VOTE.c.voted_at >= since)
    if tenant is not None:
        query = query.where(VOTE.c.tenant == tenant)
    by_entry: dict[str, list[Row[*tuple[Any, ...]]]] = {}
    for row in connection.execute(query.group_by(VOTE.c.entry_id, VOTE.c.complaint)):
        by_entry.setdefault(row.entry_id, []).append(row)
    counts = [_vote_count(entry_id, rows) for entry_id, rows in by_entry.items()]
    return tuple(sorted(counts, key=lambda count: (-count.unhelpful, -count.helpful, count.entry_id)))


def _vote_count(entry_id: str, rows: Sequence[Row[*tuple[Any, ...]]]) -> VoteCount:
    helpful = sum(int(row.helpful) for row in rows)
    complaints = {cast("Complaint", row.complaint): int(row.total) for row in rows if row.complaint}
    return VoteCount(
        entry_id=entry_id,
        helpful=helpful,
        unhelpful=sum(int(row.total) for row in rows) - helpful,
        complaints=tuple(sorted(complaints.items(), key=lambda item: (-item[1], item[0]))),
    )


def own_data(connection: Connection, asker: Asker, *, marks: Sequence[str], voters: Sequence[str]) -> OwnData:
    """Read everything kept about one person, found by their marks and by their requests."""
    questions = _questions(connection, select(*_ASKED).where(QUESTION.c.mark.in_(marks)).order_by(QUESTION.c.asked_at))
    votes = connection.execute(
        select(VOTE.c.entry_id, VOTE.c.vote, VOTE.c.voted_at).where(VOTE.c.person.in_(voters)).order_by(VOTE.c.voted_at)
    )
    columns = [REQUEST.c[name] for name in Request.__slots__]
    waiting = connection.execute(
        select(*columns)
        .where(REQUEST.c.platform == asker.platform, REQUEST.c.person == asker.person)
        .order_by(REQUEST.c.asked_at)
    )
    return OwnData(
        questions=questions,
        votes=tuple((row.entry_id or "", row.vote, row.voted_at) for row in votes),
        requests=tuple(Request(**row) for row in waiting.mappings()),
    )


def memory(connection: Connection, key: str) -> str | None:
    """Read a remembered fact."""
    return connection.execute(select(MEMORY.c.value).where(MEMORY.c.key == key)).scalar()
