"""Public messages in a thread remember its channel, whose settings hold in it."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the column; a message from before stands as if its thread were a channel."""
    op.add_column("post", sa.Column("parent", sa.Text(), server_default="", nullable=False))
