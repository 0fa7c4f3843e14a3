"""an offer holds days."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0008"
down_revision: str | None = "0007"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("person_day", schema=None) as batch_op:
        batch_op.add_column(sa.Column("held_for", sa.String(), nullable=True))
        batch_op.alter_column("visit_id", existing_type=sa.INTEGER(), nullable=True)
        batch_op.create_index(batch_op.f("ix_person_day_held_for"), ["held_for"], unique=False)
        batch_op.create_check_constraint(
            op.f("ck_person_day_one_reason"), "(visit_id IS NULL) <> (held_for IS NULL)"
        )
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("missed_at", sa.DateTime(timezone=True), nullable=True))
    op.execute(
        "UPDATE visit SET missed_at = (SELECT max(recorded_at) FROM no_show "
        "WHERE no_show.visit_id = visit.id AND no_show.contested_at IS NULL)"
    )
    # An offer counts from now on among the days of its person.
    op.execute(
        "INSERT INTO booker (campaign_id, person_id, held) "
        "SELECT DISTINCT campaign_id, person_id, 0 FROM booking_request WHERE status = 'OFFERED' "
        "AND NOT EXISTS (SELECT 1 FROM booker WHERE booker.campaign_id = booking_request.campaign_id "
        "AND booker.person_id = booking_request.person_id)"
    )
    op.execute(
        "UPDATE booker SET held = held + (SELECT count(*) FROM booking_request "
        "WHERE booking_request.campaign_id = booker.campaign_id "
        "AND booking_request.person_id = booker.person_id AND booking_request.status = 'OFFERED')"
    )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("missed_at")
    op.execute(
        "UPDATE booker SET held = held - (SELECT count(*) FROM booking_request "
        "WHERE booking_request.campaign_id = booker.campaign_id "
        "AND booking_request.person_id = booker.person_id AND booking_request.status = 'OFFERED')"
    )
    op.execute(
        "UPDATE team_day SET "
        "away = away - (SELECT count(*) FROM person_day WHERE person_day.team_id = team_day.team_id "
        "AND person_day.day = team_day.day AND person_day.leaves AND held_for IS NOT NULL), "
        "received = received - (SELECT count(*) FROM person_day WHERE person_day.team_id = team_day.team_id "
        "AND person_day.day = team_day.day AND NOT person_day.leaves AND held_for IS NOT NULL)"
    )
    op.execute("DELETE FROM person_day WHERE held_for IS NOT NULL")
    with op.batch_alter_table("person_day", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_person_day_one_reason"), type_="check")
        batch_op.drop_index(batch_op.f("ix_person_day_held_for"))
        batch_op.alter_column("visit_id", existing_type=sa.INTEGER(), nullable=False)
        batch_op.drop_column("held_for")
