"""What ended a request: a site that closed, or its team, which took the day back."""

from collections.abc import Sequence

from alembic import op

revision: str = "0021"
down_revision: str | None = "0020"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    # Until now the page said "closed" of what had ended so on a day that is closed.
    op.execute(
        "UPDATE booking_request SET reason = CASE WHEN EXISTS ("
        "SELECT 1 FROM booking_place JOIN team ON team.id = booking_place.team_id"
        " JOIN closed_day ON closed_day.site_id = team.site_id"
        " WHERE booking_place.id = booking_request.place_id AND closed_day.day = booking_request.day"
        ") THEN 'CLOSED' ELSE 'WITHDRAWN' END"
        " WHERE taken_back AND reason IS NULL AND status = 'EXPIRED'"
    )


def downgrade() -> None:
    op.execute(
        "UPDATE booking_request SET taken_back = false"
        " WHERE taken_back AND reason IS NULL AND status = 'EXPIRED'"
    )
    op.execute("UPDATE booking_request SET reason = NULL WHERE reason IN ('CLOSED', 'WITHDRAWN')")
