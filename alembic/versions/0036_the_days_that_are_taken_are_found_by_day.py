"""The days that are taken are found by day, for whatever is planned."""

from collections.abc import Sequence

from alembic import op

revision: str = "0036"
down_revision: str | None = "0035"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("person_day", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_person_day_day"), ["day"], unique=False)


def downgrade() -> None:
    with op.batch_alter_table("person_day", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_person_day_day"))
