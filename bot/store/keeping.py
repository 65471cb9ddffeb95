"""How long things are kept: old rows go in small bites, so that nobody waits for the broom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, or_, select, tuple_

from bot.store.schema import CLAIM, POST, QUESTION, REMOVAL, REQUEST, VOTE

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import Column, Connection, Table

    from bot.model import Asker

BITE = 250  # rows deleted in one transaction: a few milliseconds, even where deleted words are overwritten

_AGES: tuple[tuple[Table, Column[Any]], ...] = tuple(
    (table, table.c[name])
    for table, name in (
        (QUESTION, "asked_at"),
        (VOTE, "voted_at"),
        (REMOVAL, "removed_at"),
        (REQUEST, "asked_at"),
        (POST, "posted_at"),
    )
)


def sweep(connection: Connection, *, before: int, now: float) -> bool:
    """Delete a bite of what is older than `before` and of the claims that ran out; True while more is left."""
    more = False
    for table, age in _AGES:
        more |= _bite(connection, table, age, before)
    return _bite(connection, CLAIM, CLAIM.c.expires_at, now) or more


def _bite(connection: Connection, table: Table, age: Column[Any], before: float) -> bool:
    key = list(table.primary_key)
    oldest = select(*key).where(age < before).limit(BITE)
    return connection.execute(delete(table).where(tuple_(*key).in_(oldest))).rowcount == BITE


def erase(connection: Connection, asker: Asker, *, marks: Sequence[str], voters: Sequence[str]) -> None:
    """Delete everything kept about a person."""
    mine = (REQUEST.c.platform == asker.platform, REQUEST.c.person == asker.person)
    asked = select(REQUEST.c.question_key).where(*mine)
    connection.execute(delete(QUESTION).where(or_(QUESTION.c.mark.in_(marks), QUESTION.c.key.in_(asked))))
    connection.execute(delete(VOTE).where(VOTE.c.person.in_(voters)))
    connection.execute(delete(REQUEST).where(*mine))
