"""Reminders to line managers and vetting officers, of more kinds of deadline; letters in a service's own words."""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

AUDIENCES = "audience IN ('mediator', 'practice_manager', 'provider', 'helpline', 'line_manager', 'vetting_officer')"
SUBJECTS = (
    "subject IN ('award', 'clearance', 'refresher', 'accumulated', 'other', 'results_outstanding', "
    "'helpline_followup', 'return_from_leave', 'clearance_review', 'clearance_aftercare', 'offer_answer', "
    "'line_manager_support', 'refresher_booking')"
)


def upgrade() -> None:
    with op.batch_alter_table('reminder_rule', schema=None) as batch_op:
        batch_op.drop_constraint('ck_reminder_rule_known_subject', type_='check')
        batch_op.create_check_constraint(op.f('ck_reminder_rule_known_subject'), SUBJECTS)
        batch_op.drop_constraint('ck_reminder_rule_known_audience', type_='check')
        batch_op.create_check_constraint(op.f('ck_reminder_rule_known_audience'), AUDIENCES)
    with op.batch_alter_table('obligation', schema=None) as batch_op:
        batch_op.drop_constraint('ck_obligation_known_audience', type_='check')
        batch_op.create_check_constraint(op.f('ck_obligation_known_audience'), AUDIENCES)
    op.execute("ALTER TABLE letter ADD COLUMN wording INTEGER")
    op.execute("ALTER TABLE letter ADD COLUMN content_hash VARCHAR")
    op.create_table('letter_wording',
    sa.Column('template', sa.String(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(), nullable=True),
    sa.Column('body', sa.String(), nullable=True),
    sa.Column('written_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('written_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('(subject IS NULL) = (body IS NULL)', name=op.f('ck_letter_wording_both_or_neither')),
    sa.ForeignKeyConstraint(['written_by'], ['person.id'], name=op.f('fk_letter_wording_written_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_letter_wording')),
    sa.UniqueConstraint('template', 'number', name='uq_letter_wording_number')
    )
    op.create_table('reminder_preference',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('weekly', sa.Boolean(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_reminder_preference_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminder_preference')),
    sa.UniqueConstraint('person_id', name=op.f('uq_reminder_preference_person_id'))
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('CREATE TRIGGER letter_wording_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON letter_wording FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TRIGGER letter_wording_no_update BEFORE UPDATE ON letter_wording BEGIN SELECT RAISE(ABORT, 'letter_wording is append-only'); END")
        op.execute("CREATE TRIGGER letter_wording_no_delete BEFORE DELETE ON letter_wording BEGIN SELECT RAISE(ABORT, 'letter_wording is append-only'); END")
