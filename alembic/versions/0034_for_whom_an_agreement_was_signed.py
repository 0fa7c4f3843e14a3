"""A visit remembers for which two companies HR recorded the agreement."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0034"
down_revision: str | None = "0033"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None

ROLES = ("visitor", "host")


def upgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        for role in ROLES:
            batch_op.add_column(sa.Column(f"signed_{role}", sa.String(), nullable=True))
    for role in ROLES:
        op.execute(
            f"UPDATE visit SET signed_{role} = (SELECT p.legal_entity FROM person p"  # noqa: S608
            f" WHERE p.id = visit.{role}_id) WHERE agreement_at IS NOT NULL"
        )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        for role in ROLES:
            batch_op.drop_column(f"signed_{role}")
