"""Plans of refresher days: the seats on offer when they were made, and who had taken one by then."""

import sqlalchemy as sa
from alembic import op

revision = '0030'
down_revision = '0029'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('refresher_plan_day', schema=None) as batch_op:
        batch_op.add_column(sa.Column('on_offer', sa.Integer(), nullable=False, server_default='0'))
        batch_op.add_column(sa.Column('holders', sa.String(), nullable=True))
    with op.batch_alter_table('refresher_plan_day', schema=None) as batch_op:
        batch_op.alter_column('on_offer', server_default=None)
