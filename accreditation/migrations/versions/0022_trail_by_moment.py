"""The audit trail by moment and kind."""

from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index('ix_audit_entry_at', 'audit_entry', ['at', 'action'], unique=False)
