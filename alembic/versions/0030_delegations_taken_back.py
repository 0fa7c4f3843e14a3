"""A delegation that is taken back stays, ended: an old link says who answers now."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0030"
down_revision: str | None = "0029"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.add_column(sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    op.execute("DELETE FROM delegation WHERE ended_at IS NOT NULL")
    with op.batch_alter_table("delegation", schema=None) as batch_op:
        batch_op.drop_column("ended_at")
