"""The manager's weekly digest: who wants it when, and what comes in it in place of letters."""

import sqlalchemy as sa
from alembic import op

revision = '0033'
down_revision = '0032'
branch_labels = None
depends_on = None

SUBJECTS = (
    'award', 'clearance', 'refresher', 'accumulated', 'other', 'results_outstanding', 'helpline_followup',
    'return_from_leave', 'clearance_review', 'clearance_aftercare', 'offer_answer', 'line_manager_support',
    'refresher_booking', 'refresher_confirmation',
)


def upgrade() -> None:
    with op.batch_alter_table('reminder_preference', schema=None) as batch_op:
        batch_op.add_column(sa.Column('digest', sa.String(), server_default='needed', nullable=False))
        batch_op.create_check_constraint(
            op.f('ck_reminder_preference_known_digest'), "digest IN ('never', 'needed', 'always')"
        )
    op.create_table('digest_choice',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint(
        'subject IN (' + ', '.join(f"'{one}'" for one in SUBJECTS) + ')', name=op.f('ck_digest_choice_known_subject')
    ),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_choice_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_choice')),
    sa.UniqueConstraint('person_id', 'subject', name='uq_digest_choice_subject')
    )
    op.create_table('digest_item',
    sa.Column('obligation_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('digest_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['digest_id'], ['obligation.id'], name=op.f('fk_digest_item_digest_id')),
    sa.ForeignKeyConstraint(['obligation_id'], ['obligation.id'], name=op.f('fk_digest_item_obligation_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_digest_item_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_digest_item')),
    sa.UniqueConstraint('obligation_id', 'turn', 'person_id', name='uq_digest_item_once')
    )
    with op.batch_alter_table('digest_item', schema=None) as batch_op:
        batch_op.create_index('ix_digest_item_digest', ['digest_id'], unique=False)
        batch_op.create_index('ix_digest_item_waiting', ['person_id'], unique=False, sqlite_where=sa.text('digest_id IS NULL'), postgresql_where=sa.text('digest_id IS NULL'))
