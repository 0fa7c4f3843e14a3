"""say what a day shows."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0010"
down_revision: str | None = "0009"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("shows", sa.String(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("bring", sa.String(), nullable=False, server_default=""))
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.alter_column("shows", existing_type=sa.String(), server_default=None)
        batch_op.alter_column("bring", existing_type=sa.String(), server_default=None)
    for told, of_place in (("shows", "seen"), ("bring", "bring")):
        place = (
            f"SELECT max(place.{of_place}) FROM booking_request AS request "  # noqa: S608
            "JOIN booking_place AS place ON place.id = request.place_id WHERE request.visit_id = visit.id"
        )
        op.execute(f"UPDATE visit SET {told} = coalesce(({place}), '')")  # noqa: S608


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_column("bring")
        batch_op.drop_column("shows")
