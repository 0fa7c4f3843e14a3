"""a site's closed days."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0018"
down_revision: str | None = "0017"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "closed_day",
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["site_id"], ["site.id"], name=op.f("fk_closed_day_site_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("site_id", "day", name=op.f("pk_closed_day")),
    )
    with op.batch_alter_table("closed_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_closed_day_day"), ["day"], unique=False)
    op.execute(
        "INSERT INTO closed_day (site_id, day) SELECT DISTINCT team.site_id, blackout_day.day"
        " FROM blackout_day JOIN team ON team.id = blackout_day.team_id WHERE blackout_day.site_closed"
    )
    # Closing had taken the place of what the team said; that nobody leaves was its own.
    op.execute("DELETE FROM blackout_day WHERE site_closed AND NOT no_leaving")
    with op.batch_alter_table("blackout_day", schema=None) as batch_op:
        batch_op.drop_column("site_closed")


def downgrade() -> None:
    with op.batch_alter_table("blackout_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("site_closed", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.execute(
        "UPDATE blackout_day SET site_closed = true, no_visitors = true WHERE EXISTS"
        " (SELECT 1 FROM closed_day"
        " JOIN team ON team.site_id = closed_day.site_id"
        " WHERE team.id = blackout_day.team_id AND closed_day.day = blackout_day.day)"
    )
    op.execute(
        "INSERT INTO blackout_day (team_id, day, no_visitors, no_leaving, site_closed)"
        " SELECT team.id, closed_day.day, true, false, true FROM closed_day"
        " JOIN team ON team.site_id = closed_day.site_id WHERE NOT EXISTS (SELECT 1 FROM blackout_day"
        " WHERE blackout_day.team_id = team.id AND blackout_day.day = closed_day.day)"
    )
    op.drop_table("closed_day")
