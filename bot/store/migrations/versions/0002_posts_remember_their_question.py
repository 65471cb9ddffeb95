"""Public messages remember the reply that they are and its language, so that they can be corrected."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the columns; a message from before has no key, and shows the entry without its question."""
    op.add_column("post", sa.Column("key", sa.Text(), server_default="", nullable=False))
    op.add_column("post", sa.Column("locale", sa.Text()))
