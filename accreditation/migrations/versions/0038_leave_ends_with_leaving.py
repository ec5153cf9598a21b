"""A request for leave can end with its mediator's leaving the service."""

from alembic import op

revision = '0038'
down_revision = '0037'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('leave_request', schema=None) as batch_op:
        batch_op.drop_constraint(op.f('ck_leave_request_known_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_leave_request_known_state'), "state IN ('asked', 'approved', 'declined', 'withdrawn', 'ended')")
