"""Refresher days that were moved: when they would have begun, and reminders of whose word we wait for."""

import sqlalchemy as sa
from alembic import op

revision = '0032'
down_revision = '0031'
branch_labels = None
depends_on = None

SUBJECTS = (
    "subject IN ('award', 'clearance', 'refresher', 'accumulated', 'other', 'results_outstanding', "
    "'helpline_followup', 'return_from_leave', 'clearance_review', 'clearance_aftercare', 'offer_answer', "
    "'line_manager_support', 'refresher_booking', 'refresher_confirmation')"
)


def upgrade() -> None:
    with op.batch_alter_table('refresher_booking', schema=None) as batch_op:
        batch_op.add_column(sa.Column('moved_from', sa.DateTime(timezone=True), nullable=True))
    with op.batch_alter_table('reminder_rule', schema=None) as batch_op:
        batch_op.drop_constraint('ck_reminder_rule_known_subject', type_='check')
        batch_op.create_check_constraint(op.f('ck_reminder_rule_known_subject'), SUBJECTS)
