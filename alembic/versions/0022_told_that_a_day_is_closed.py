"""Who waits is told that a day is closed."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0022"
down_revision: str | None = "0021"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_closed", sa.Boolean(), nullable=True))
    op.execute("UPDATE booking_request SET told_closed = (1 = 0)")
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        batch_op.alter_column("told_closed", existing_type=sa.Boolean(), nullable=False)


def downgrade() -> None:
    with op.batch_alter_table("booking_request", schema=None) as batch_op:
        batch_op.drop_column("told_closed")
