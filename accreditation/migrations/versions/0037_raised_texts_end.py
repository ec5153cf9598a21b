"""Texts of raised corrections end by schedule: the day on which they were removed."""

import sqlalchemy as sa
from alembic import op

revision = '0037'
down_revision = '0036'
branch_labels = None
depends_on = None

KEPT = sa.text("forgotten_on IS NULL")


def upgrade() -> None:
    with op.batch_alter_table('raised_correction', schema=None) as batch_op:
        batch_op.add_column(sa.Column('forgotten_on', sa.Date(), nullable=True))
        batch_op.drop_constraint(op.f('ck_raised_correction_has_its_text'), type_='check')
        batch_op.create_check_constraint(
            op.f('ck_raised_correction_has_its_text'), "text <> '' OR forgotten_on IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f('ck_raised_correction_forgotten_has_no_text'),
            "forgotten_on IS NULL OR (answered_at IS NOT NULL AND text = '' AND answer = '')",
        )
        batch_op.create_index(
            'ix_raised_correction_text', ['answered_at', 'id'], unique=False,
            sqlite_where=KEPT, postgresql_where=KEPT,
        )
