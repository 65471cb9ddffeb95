"""The tables. A change here needs a migration beside it; a test compares the two."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    false,
    text,
)

METADATA = MetaData()

# Times are whole seconds since the epoch: the same number in both databases, ordered, and free of time zones.
# SQLite counts up by itself only on a column that is exactly INTEGER.
_ROW_ID = BigInteger().with_variant(Integer, "sqlite")

QUESTION = Table(
    "question",
    METADATA,
    Column("id", _ROW_ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("asked_at", BigInteger, nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("tenant", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("entry_id", Text),
    Column("confidence", Float, nullable=False),
    Column("language", Text),
    Column("knowledge_version", Text, nullable=False),
    Column("mark", Text, index=True),
    Column("open", Boolean, nullable=False, server_default=false()),
    Column("wanted", Boolean, nullable=False, server_default=false()),
    Column("verdict", Text),
    Column("chosen_id", Text),
)
# The queue reads the newest open questions; everything else it never touches.
Index(
    "question_open",
    QUESTION.c.asked_at.desc(),
    sqlite_where=text("open"),
    postgresql_where=text("open"),
)

VOTE = Table(
    "vote",
    METADATA,
    Column("question_key", Text, primary_key=True),
    Column("person", Text, primary_key=True, index=True),
    Column("vote", Text, nullable=False),
    Column("complaint", Text),
    Column("entry_id", Text, index=True),
    Column("tenant", Text, nullable=False),
    Column("voted_at", BigInteger, nullable=False, index=True),
)

REMOVAL = Table(
    "removal",
    METADATA,
    Column("question_key", Text, primary_key=True),
    Column("entry_id", Text),
    Column("tenant", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("by_moderator", Boolean, nullable=False),
    Column("removed_at", BigInteger, nullable=False, index=True),
)

REQUEST = Table(
    "request",
    METADATA,
    Column("question_key", Text, primary_key=True),
    Column("platform", Text, primary_key=True),
    Column("person", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("locale", Text),
    Column("asked_at", BigInteger, nullable=False, index=True),
)

POST = Table(
    "post",
    METADATA,
    Column("platform", Text, primary_key=True),
    Column("place", Text, primary_key=True),
    Column("message", Text, primary_key=True),
    Column("tenant", Text, nullable=False),
    Column("entry_id", Text, nullable=False, index=True),
    Column("digest", Text, nullable=False),
    Column("posted_at", BigInteger, nullable=False, index=True),
    Column("key", Text, nullable=False, server_default=""),
    Column("locale", Text),
    Column("parent", Text, nullable=False, server_default=""),
)

EDIT = Table(
    "edit",
    METADATA,
    Column("id", _ROW_ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("made_at", BigInteger, nullable=False),
    Column("author", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("entry_id", Text, index=True),
    Column("collection", Text, nullable=False),
    Column("patch", Text, nullable=False),
    Column("undoes", Text),
    Column("state", Text, nullable=False),
)

# Counts that outlive the questions: five million rows need not be read for a year's statistics.
DAILY = Table(
    "daily",
    METADATA,
    Column("day", Text, primary_key=True),
    Column("tenant", Text, primary_key=True),
    Column("outcome", Text, primary_key=True),
    Column("reason", Text, primary_key=True),
    Column("entry_id", Text, primary_key=True),  # "" unless answered: a key has no NULL
    Column("count", BigInteger, nullable=False),
)

CLAIM = Table(
    "claim",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("expires_at", Float, nullable=False, index=True),
)

MEMORY = Table(
    "memory",
    METADATA,
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
