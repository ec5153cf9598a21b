"""The practice log: on whose word the office confirmed an entry."""

import sqlalchemy as sa
from alembic import op

revision = '0028'
down_revision = '0027'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('practice_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_word_of', sa.String(), nullable=True))
