"""A calendar address that is read each day is kept until another one, given since, was read."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0035"
down_revision: str | None = "0034"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("busy_calendar", schema=None) as batch_op:
        batch_op.add_column(sa.Column("former_address", sa.LargeBinary(), nullable=True))
        batch_op.add_column(sa.Column("former_kept", sa.Boolean(), nullable=False, server_default=sa.false()))
    with op.batch_alter_table("busy_calendar", schema=None) as batch_op:
        batch_op.alter_column("former_kept", existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("busy_calendar", schema=None) as batch_op:
        batch_op.drop_column("former_kept")
        batch_op.drop_column("former_address")
