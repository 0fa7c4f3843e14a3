"""an exception for an age alone."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0017"
down_revision: str | None = "0016"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("conditions_waived_age", sa.Boolean(), server_default=sa.false(), nullable=False)
        )
    op.execute(
        "UPDATE visit SET conditions_waived_age = true"
        " WHERE conditions_waived_id IN (SELECT id FROM team_conditions WHERE min_age >= 18)"
        " AND visitor_id IN (SELECT id FROM person WHERE under_18)"
    )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("conditions_waived_age")
