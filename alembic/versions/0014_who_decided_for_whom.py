"""History: for whom a delegate decided, which program acted."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0014"
down_revision: str | None = "0013"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("for_id", sa.Integer(), nullable=True))
        batch_op.add_column(sa.Column("program", sa.String(), nullable=False, server_default=""))
        batch_op.create_index(batch_op.f("ix_visit_change_for_id"), ["for_id"], unique=False)
        batch_op.create_foreign_key(
            batch_op.f("fk_visit_change_for_id"), "person", ["for_id"], ["id"], ondelete="SET NULL"
        )
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.alter_column("program", existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visit_change_for_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_visit_change_for_id"))
        batch_op.drop_column("program")
        batch_op.drop_column("for_id")
