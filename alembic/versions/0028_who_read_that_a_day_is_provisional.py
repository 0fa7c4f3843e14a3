"""Since when the people of a day know that it waits for a roster."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0028"
down_revision: str | None = "0027"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

# Days of teams that work by roster: their pages said so, and their people are to hear that the roster came.
SO_FAR = """
    UPDATE visit SET provisional_at = changed_at
    WHERE status = 'PLANNED' AND day > CURRENT_DATE AND EXISTS (
        SELECT 1 FROM person JOIN team_practice ON team_practice.team_id = person.team_id
        WHERE team_practice.by_roster
        AND person.id IN (visit.visitor_id, visit.host_id, visit.tutor_id)
        AND NOT EXISTS (
            SELECT 1 FROM roster_day WHERE roster_day.person_id = person.id AND roster_day.day = visit.day
        )
    )
"""


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("provisional_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(sa.text(SO_FAR))


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("provisional_at")
