"""Requests that silence decided, until those who could have answered read so."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0029"
down_revision: str | None = "0028"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("silent_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_booking_request_silent",
            ["campaign_id"],
            unique=False,
            sqlite_where=sa.text("silent_at IS NOT NULL"),
            postgresql_where=sa.text("silent_at IS NOT NULL"),
        )


def downgrade() -> None:
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_request_silent")
        batch_op.drop_column("silent_at")
