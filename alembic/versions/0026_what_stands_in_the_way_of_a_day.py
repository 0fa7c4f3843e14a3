"""Of a day that cannot take place as planned, why: a roster, or a closed site."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0026"
down_revision: str | None = "0025"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# What was last said of each day: suspended by HR, who close a site, or by a roster.
SO_FAR = """
    UPDATE visit SET suspended_for = (
        SELECT CASE WHEN line.by = 'HR' THEN 'CLOSED' ELSE 'ROSTER' END FROM visit_change AS line
        WHERE line.id = (
            SELECT max(latest.id) FROM visit_change AS latest
            WHERE latest.visit_id = visit.id AND latest.kind IN ('SUSPENDED', 'RESUMED', 'MOVED')
        ) AND line.kind = 'SUSPENDED'
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("suspended_for", sa.String(length=40), nullable=True))
        batch_op.create_index(
            "ix_visit_suspended",
            ["campaign_id"],
            unique=False,
            sqlite_where=sa.text("suspended_for IS NOT NULL"),
            postgresql_where=sa.text("suspended_for IS NOT NULL"),
        )
    op.execute(sa.text(SO_FAR))


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_index("ix_visit_suspended")
        batch_op.drop_column("suspended_for")
