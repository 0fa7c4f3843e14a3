"""A request remembers the hours its asker said yes to, instead of the place when they changed."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0033"
down_revision: str | None = "0032"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

HOURS = ("starts_at", "ends_at")


def upgrade() -> None:
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        for name in HOURS:
            batch_op.add_column(sa.Column(name, sa.Time(), nullable=True))
    for name in HOURS:
        op.execute(
            f"UPDATE booking_request SET {name} = (SELECT p.{name} FROM booking_place p"  # noqa: S608
            " WHERE p.id = booking_request.place_id"
            " AND (p.hours_since IS NULL OR p.hours_since <= booking_request.asked_at))"
        )
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.drop_column("hours_since")


def downgrade() -> None:
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hours_since", sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        for name in HOURS:
            batch_op.drop_column(name)
