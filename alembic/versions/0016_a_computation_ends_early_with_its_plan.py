"""a computation ends early with its plan."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0016"
down_revision: str | None = "0015"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("planning_run", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("keep_requested", sa.Boolean(), server_default=sa.false(), nullable=False)
        )


def downgrade() -> None:
    with op.batch_alter_table("planning_run", schema=None) as batch_op:
        batch_op.drop_column("keep_requested")
