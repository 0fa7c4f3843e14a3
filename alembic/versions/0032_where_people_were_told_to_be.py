"""Where the people of a day were last told that it takes place, and what history says of another place."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0032"
down_revision: str | None = "0031"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Where whoever receives works now: what pages and calendars say so far.
SO_FAR = """
    UPDATE visit SET told_site_id = (
        SELECT team.site_id FROM person JOIN team ON team.id = person.team_id WHERE person.id = visit.host_id
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("told_site_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_visit_told_site_id"), "site", ["told_site_id"], ["id"], ondelete="SET NULL"
        )
    op.execute(sa.text(SO_FAR))
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.add_column(sa.Column("place_before", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("place_after", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.alter_column("place_before", existing_type=sa.String(), server_default=None)
        batch_op.alter_column("place_after", existing_type=sa.String(), server_default=None)


def downgrade() -> None:
    op.execute("DELETE FROM visit_change WHERE kind = 'PLACE'")
    with op.batch_alter_table("visit_change", schema=None) as batch_op:
        batch_op.drop_column("place_after")
        batch_op.drop_column("place_before")
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visit_told_site_id"), type_="foreignkey")
        batch_op.drop_column("told_site_id")
