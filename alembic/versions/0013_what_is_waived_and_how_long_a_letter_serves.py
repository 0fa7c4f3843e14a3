"""What is waived, and how long a letter serves.

A waiver given before covers what the team asked then; letters about a visit serve until its day.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0013"
down_revision: str | None = "0012"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.add_column(sa.Column("until", sa.Date(), nullable=True))
        batch_op.create_index(batch_op.f("ix_mail_until"), ["until"], unique=False)

    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.add_column(sa.Column("conditions_waived_id", sa.Integer(), nullable=True))
        batch_op.create_index(
            batch_op.f("ix_visit_conditions_waived_id"), ["conditions_waived_id"], unique=False
        )
        batch_op.create_foreign_key(
            batch_op.f("fk_visit_conditions_waived_id"),
            "team_conditions",
            ["conditions_waived_id"],
            ["id"],
            ondelete="SET NULL",
        )

    op.execute(
        "UPDATE visit SET conditions_waived_id = (SELECT max(c.id) FROM team_conditions c"
        " JOIN person p ON p.team_id = c.team_id"
        " WHERE p.id = visit.host_id AND c.created_at <= visit.conditions_waived_at)"
        " WHERE conditions_waived_at IS NOT NULL"
    )
    op.execute(
        "UPDATE mail SET until = (SELECT v.day FROM visit v"
        " WHERE mail.key LIKE mail.kind || ':' || v.id || ':%')"
        " WHERE status = 'UNREACHABLE' AND kind LIKE 'visit_%' AND kind <> 'visit_absence'"
    )


def downgrade() -> None:
    with op.batch_alter_table("visit", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_visit_conditions_waived_id"), type_="foreignkey")
        batch_op.drop_index(batch_op.f("ix_visit_conditions_waived_id"))
        batch_op.drop_column("conditions_waived_id")

    with op.batch_alter_table("mail", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_mail_until"))
        batch_op.drop_column("until")
