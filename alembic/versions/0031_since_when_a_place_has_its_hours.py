"""A place remembers when its hours changed: whoever asked before said yes to others."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0031"
down_revision: str | None = "0030"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("hours_since", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.drop_column("hours_since")
