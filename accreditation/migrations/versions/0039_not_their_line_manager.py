"""Whoever was asked to confirm may have said that they are not the line manager."""

import sqlalchemy as sa
from alembic import op

revision = '0039'
down_revision = '0038'
branch_labels = None
depends_on = None

SAID = sa.text('not_theirs_at IS NOT NULL')


def upgrade() -> None:
    with op.batch_alter_table('practice_line_manager', schema=None) as batch_op:
        batch_op.add_column(sa.Column('not_theirs_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.create_check_constraint(batch_op.f('ck_practice_line_manager_not_theirs_is_over'), 'not_theirs_at IS NULL OR ended_at IS NOT NULL')
        batch_op.create_index(
            'ix_practice_line_manager_not_theirs', ['person_id'], unique=False,
            sqlite_where=SAID, postgresql_where=SAID,
        )
