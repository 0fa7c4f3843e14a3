"""HR rule on a contested absence."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0020"
down_revision: str | None = "0019"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("disputed_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("ruled_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.create_index(
            "ix_visit_disputed",
            ["campaign_id"],
            unique=False,
            sqlite_where=sa.text("disputed_at IS NOT NULL"),
            postgresql_where=sa.text("disputed_at IS NOT NULL"),
        )
    # What was contested before waits for HR too.
    op.execute(
        "UPDATE visit SET disputed_at = ("
        "SELECT MAX(contested_at) FROM no_show WHERE no_show.visit_id = visit.id)"
    )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_visit_disputed",
            sqlite_where=sa.text("disputed_at IS NOT NULL"),
            postgresql_where=sa.text("disputed_at IS NOT NULL"),
        )
        batch_op.drop_column("ruled_at")
        batch_op.drop_column("disputed_at")
