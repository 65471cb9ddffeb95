"""The first schema: questions, votes, removals, requests, posts, edits, daily counts, claims, memory."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def _row_id() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    """Create every table."""
    op.create_table(
        "claim",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.Float(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_index("ix_claim_expires_at", "claim", ["expires_at"])
    op.create_table(
        "daily",
        sa.Column("day", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("day", "tenant", "outcome", "reason", "entry_id"),
    )
    op.create_table(
        "edit",
        sa.Column("id", _row_id(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("made_at", sa.BigInteger(), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("action", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text()),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("patch", sa.Text(), nullable=False),
        sa.Column("undoes", sa.Text()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_edit_entry_id", "edit", ["entry_id"])
    op.create_table(
        "memory",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("key"),
    )
    op.create_table(
        "post",
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("posted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("platform", "place", "message"),
    )
    op.create_index("ix_post_entry_id", "post", ["entry_id"])
    op.create_index("ix_post_posted_at", "post", ["posted_at"])
    op.create_table(
        "question",
        sa.Column("id", _row_id(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text()),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("language", sa.Text()),
        sa.Column("knowledge_version", sa.Text(), nullable=False),
        sa.Column("mark", sa.Text()),
        sa.Column("open", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("wanted", sa.Boolean(), server_default=sa.false(), nullable=False),
        sa.Column("verdict", sa.Text()),
        sa.Column("chosen_id", sa.Text()),
        sa.PrimaryKeyConstraint("id"),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_question_asked_at", "question", ["asked_at"])
    op.create_index("ix_question_mark", "question", ["mark"])
    op.create_index(
        "question_open",
        "question",
        [sa.text("asked_at DESC")],
        sqlite_where=sa.text("open"),
        postgresql_where=sa.text("open"),
    )
    op.create_table(
        "removal",
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("entry_id", sa.Text()),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("by_moderator", sa.Boolean(), nullable=False),
        sa.Column("removed_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("question_key"),
    )
    op.create_index("ix_removal_removed_at", "removal", ["removed_at"])
    op.create_table(
        "request",
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("locale", sa.Text()),
        sa.Column("asked_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("question_key", "platform", "person"),
    )
    op.create_index("ix_request_asked_at", "request", ["asked_at"])
    op.create_table(
        "vote",
        sa.Column("question_key", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("vote", sa.Text(), nullable=False),
        sa.Column("complaint", sa.Text()),
        sa.Column("entry_id", sa.Text()),
        sa.Column("tenant", sa.Text(), nullable=False),
        sa.Column("voted_at", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("question_key", "person"),
    )
    op.create_index("ix_vote_entry_id", "vote", ["entry_id"])
    op.create_index("ix_vote_person", "vote", ["person"])
    op.create_index("ix_vote_voted_at", "vote", ["voted_at"])
