"""a day waits in one repair."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0019"
down_revision: str | None = "0018"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("repair_visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("waits", sa.Boolean(), nullable=True))
    # Of two repairs that waited with the same day, the later one keeps it.
    op.execute(
        "UPDATE repair_visit SET waits = NOT gave_way AND COALESCE(repair_id = ("
        "SELECT MAX(other.repair_id) FROM repair_visit AS other JOIN repair ON repair.id = other.repair_id"
        " WHERE other.visit_id = repair_visit.visit_id AND NOT other.gave_way"
        " AND repair.status IN ('QUEUED', 'RUNNING', 'READY')), false)"
    )
    with op.batch_alter_table("repair_visit", schema=None) as batch_op:
        batch_op.alter_column("waits", existing_type=sa.Boolean(), nullable=False)
        batch_op.create_index(
            "ix_repair_visit_one_waits",
            ["visit_id"],
            unique=True,
            sqlite_where=sa.text("waits"),
            postgresql_where=sa.text("waits"),
        )


def downgrade() -> None:
    with op.batch_alter_table("repair_visit", schema=None) as batch_op:
        batch_op.drop_index(
            "ix_repair_visit_one_waits", sqlite_where=sa.text("waits"), postgresql_where=sa.text("waits")
        )
        batch_op.drop_column("waits")
