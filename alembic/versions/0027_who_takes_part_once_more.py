"""Who takes part more often than the campaign asks of everybody."""

from collections.abc import Sequence

import sqlalchemy as sa

from alembic import op

revision: str = "0027"
down_revision: str | None = "0026"
branch_labels: Sequence[str] | None = None
depends_on: Sequence[str] | None = None


def upgrade() -> None:
    op.create_table(
        "once_more",
        sa.Column("campaign_id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("account_id", sa.Integer(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("most BETWEEN 2 AND 6", name=op.f("ck_once_more_often")),
        sa.ForeignKeyConstraint(
            ["account_id"], ["account.id"], name=op.f("fk_once_more_account_id"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_once_more_campaign_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_once_more_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("campaign_id", "person_id", name=op.f("pk_once_more")),
    )
    op.create_index(op.f("ix_once_more_person_id"), "once_more", ["person_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_once_more_person_id"), table_name="once_more")
    op.drop_table("once_more")
