"""Small indexes for what is counted of clearances."""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

ADVERSE = sa.text("state IN ('suspended', 'withdrawn')")
TO_BE_ASKED = sa.text("ends_source = 'to_be_asked'")
DECIDED_AGAINST = sa.text("state IN ('refused', 'discontinued')")


def upgrade() -> None:
    with op.batch_alter_table('clearance', schema=None) as batch_op:
        batch_op.create_index(
            'ix_clearance_adverse', ['person_id'], unique=False, sqlite_where=ADVERSE, postgresql_where=ADVERSE
        )
        batch_op.create_index(
            'ix_clearance_to_be_asked', ['id'], unique=False, sqlite_where=TO_BE_ASKED, postgresql_where=TO_BE_ASKED
        )
    with op.batch_alter_table('clearance_application', schema=None) as batch_op:
        batch_op.create_index(
            'ix_clearance_application_adverse',
            ['person_id'],
            unique=False,
            sqlite_where=DECIDED_AGAINST,
            postgresql_where=DECIDED_AGAINST,
        )
