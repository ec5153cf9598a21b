"""Clearances from application to expiry."""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('clearance_review_period',
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('holder_kind', sa.String(), nullable=False),
    sa.Column('months', sa.Integer(), nullable=True),
    sa.Column('certainty', sa.String(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("certainty IN ('U', 'V', 'V2', 'G', 'P', 'C')", name=op.f('ck_clearance_review_period_known_certainty')),
    sa.CheckConstraint("holder_kind IN ('employee', 'contractor')", name=op.f('ck_clearance_review_period_known_holder_kind')),
    sa.CheckConstraint("level IN ('BPSS', 'CTC', 'L1B', 'SC', 'DV', 'RV', 'MV', 'NPPV1', 'NPPV2A', 'NPPV2F', 'NPPV3')", name=op.f('ck_clearance_review_period_known_level')),
    sa.CheckConstraint('months > 0', name=op.f('ck_clearance_review_period_months_are_some')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_review_period')),
    sa.UniqueConstraint('level', 'holder_kind', name=op.f('one_for_each_level_and_kind'))
    )
    op.create_table('clearance_aftercare',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('reported_on', sa.Date(), nullable=False),
    sa.Column('next_action', sa.String(), nullable=True),
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('done_on', sa.Date(), nullable=True),
    sa.Column('struck_out_on', sa.Date(), nullable=True),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('change_reported', 'incident_report', 'appraisal_form')", name=op.f('ck_clearance_aftercare_known_kind')),
    sa.CheckConstraint("next_action IN ('await_answer', 'ask_unit', 'remind_holder', 'bring_review_forward')", name=op.f('ck_clearance_aftercare_known_action')),
    sa.CheckConstraint('(next_action IS NULL) = (due_on IS NULL)', name=op.f('ck_clearance_aftercare_action_has_its_day')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_clearance_aftercare_owner_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_clearance_aftercare_person_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_clearance_aftercare_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_aftercare'))
    )
    with op.batch_alter_table('clearance_aftercare', schema=None) as batch_op:
        batch_op.create_index('ix_clearance_aftercare_due', ['due_on', 'id'], unique=False, sqlite_where=sa.text('done_on IS NULL'), postgresql_where=sa.text('done_on IS NULL'))
        batch_op.create_index(batch_op.f('ix_clearance_aftercare_person_id'), ['person_id'], unique=False)

    op.create_table('clearance_birth_mark',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('mark', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_clearance_birth_mark_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_birth_mark')),
    sa.UniqueConstraint('person_id', name=op.f('uq_clearance_birth_mark_person_id'))
    )
    op.create_table('clearance_list',
    sa.Column('owner_id', sa.Integer(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('file_name', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('sheet', sa.Integer(), nullable=False),
    sa.Column('header_row', sa.Integer(), nullable=False),
    sa.Column('columns', sa.JSON(), nullable=False),
    sa.Column('decisions', sa.JSON(), nullable=False),
    sa.Column('take_all', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('content', sa.String(), nullable=True),
    sa.Column('wrong', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('imported_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('outcome', sa.JSON(none_as_null=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'done') = (outcome IS NOT NULL)", name=op.f('ck_clearance_list_done_has_outcome')),
    sa.CheckConstraint("state IN ('open', 'done')", name=op.f('ck_clearance_list_known_state')),
    sa.ForeignKeyConstraint(['owner_id'], ['person.id'], name=op.f('fk_clearance_list_owner_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_list'))
    )
    with op.batch_alter_table('clearance_list', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clearance_list_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_clearance_list_owner_id'), ['owner_id'], unique=False)

    op.create_table('clearance_transfer',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('direction', sa.String(), nullable=False),
    sa.Column('level', sa.String(), nullable=False),
    sa.Column('other_body', sa.String(), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('requested_on', sa.Date(), nullable=False),
    sa.Column('answered_on', sa.Date(), nullable=True),
    sa.Column('left_on', sa.Date(), nullable=True),
    sa.Column('clearance_id', sa.Integer(), nullable=True),
    sa.Column('application_id', sa.Integer(), nullable=True),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'requested') = (answered_on IS NULL)", name=op.f('ck_clearance_transfer_answered_when_not_open')),
    sa.CheckConstraint("direction IN ('in', 'out')", name=op.f('ck_clearance_transfer_known_direction')),
    sa.CheckConstraint("level IN ('BPSS', 'CTC', 'L1B', 'SC', 'DV', 'RV', 'MV', 'NPPV1', 'NPPV2A', 'NPPV2F', 'NPPV3')", name=op.f('ck_clearance_transfer_known_level')),
    sa.CheckConstraint("state IN ('requested', 'accepted', 'refused', 'to_be_vetted')", name=op.f('ck_clearance_transfer_known_state')),
    sa.CheckConstraint('answered_on >= requested_on', name=op.f('ck_clearance_transfer_answered_after_request')),
    sa.ForeignKeyConstraint(['application_id'], ['clearance_application.id'], name=op.f('fk_clearance_transfer_application_id')),
    sa.ForeignKeyConstraint(['clearance_id'], ['clearance.id'], name=op.f('fk_clearance_transfer_clearance_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_clearance_transfer_person_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_clearance_transfer_recorded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_transfer'))
    )
    with op.batch_alter_table('clearance_transfer', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clearance_transfer_person_id'), ['person_id'], unique=False)
        batch_op.create_index('uq_clearance_transfer_open', ['person_id', 'level', 'direction'], unique=True, sqlite_where=sa.text('answered_on IS NULL'), postgresql_where=sa.text('answered_on IS NULL'))

    op.create_table('clearance_correction',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(), nullable=False),
    sa.Column('application_id', sa.Integer(), nullable=True),
    sa.Column('clearance_id', sa.Integer(), nullable=True),
    sa.Column('step_id', sa.Integer(), nullable=True),
    sa.Column('change_id', sa.Integer(), nullable=True),
    sa.Column('was_granted_on', sa.Date(), nullable=True),
    sa.Column('was_ends_on', sa.Date(), nullable=True),
    sa.Column('was_ends_source', sa.String(), nullable=True),
    sa.Column('granted_on', sa.Date(), nullable=True),
    sa.Column('ends_on', sa.Date(), nullable=True),
    sa.Column('ends_source', sa.String(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('corrected_on', sa.Date(), nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("kind IN ('step_taken_back', 'change_taken_back', 'dates', 'shortened', 'struck_out')", name=op.f('ck_clearance_correction_known_kind')),
    sa.ForeignKeyConstraint(['application_id'], ['clearance_application.id'], name=op.f('fk_clearance_correction_application_id')),
    sa.ForeignKeyConstraint(['change_id'], ['clearance_change.id'], name=op.f('fk_clearance_correction_change_id')),
    sa.ForeignKeyConstraint(['clearance_id'], ['clearance.id'], name=op.f('fk_clearance_correction_clearance_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_clearance_correction_person_id')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_clearance_correction_recorded_by')),
    sa.ForeignKeyConstraint(['step_id'], ['clearance_application_step.id'], name=op.f('fk_clearance_correction_step_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_clearance_correction')),
    sa.UniqueConstraint('change_id', name=op.f('uq_clearance_correction_change_id')),
    sa.UniqueConstraint('step_id', name=op.f('uq_clearance_correction_step_id'))
    )
    with op.batch_alter_table('clearance_correction', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_clearance_correction_application_id'), ['application_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_clearance_correction_clearance_id'), ['clearance_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_clearance_correction_person_id'), ['person_id'], unique=False)

    with op.batch_alter_table("clearance") as batch_op:
        batch_op.add_column(sa.Column("holder_kind", sa.String(), nullable=True))
        batch_op.add_column(sa.Column("originally_granted_on", sa.Date(), nullable=True))
        batch_op.add_column(sa.Column("blocks", sa.Boolean(), server_default=sa.true(), nullable=False))
        batch_op.add_column(sa.Column("struck_out_on", sa.Date(), nullable=True))
        batch_op.drop_constraint(op.f("ck_clearance_known_source"), type_="check")
        batch_op.create_check_constraint(
            op.f("ck_clearance_known_source"),
            "ends_source IN ('vetting_unit', 'suggested', 'risk_owner', 'not_stated', 'to_be_asked')",
        )
        batch_op.create_check_constraint(
            op.f("ck_clearance_known_holder_kind"), "holder_kind IN ('employee', 'contractor')"
        )
    op.execute(
        "UPDATE clearance SET holder_kind = (SELECT holder_kind FROM person WHERE person.id = clearance.person_id)"
    )

    with op.batch_alter_table('clearance_application', schema=None) as batch_op:
        batch_op.add_column(sa.Column('submitted_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('struck_out_on', sa.Date(), nullable=True))
        batch_op.create_index('ix_clearance_application_decided', ['level', 'decided_on'], unique=False)

    op.execute(
        "UPDATE clearance_application SET submitted_on = (SELECT min(taken_on) FROM clearance_application_step "
        "WHERE application_id = clearance_application.id AND state = 'submitted')"
    )
    if op.get_bind().dialect.name == "postgresql":
        op.execute('CREATE TRIGGER clearance_correction_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON clearance_correction FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TRIGGER clearance_correction_no_update BEFORE UPDATE ON clearance_correction BEGIN SELECT RAISE(ABORT, 'clearance_correction is append-only'); END")
        op.execute("CREATE TRIGGER clearance_correction_no_delete BEFORE DELETE ON clearance_correction BEGIN SELECT RAISE(ABORT, 'clearance_correction is append-only'); END")
