"""A place is offered once."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0023"
down_revision: str | None = "0022"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.add_column(sa.Column("key", sa.String(), nullable=True))
        batch_op.create_index("ix_booking_place_created_by_key", ["created_by", "key"], unique=True)


def downgrade() -> None:
    with op.batch_alter_table("booking_place", schema=None) as batch_op:
        batch_op.drop_index("ix_booking_place_created_by_key")
        batch_op.drop_column("key")
