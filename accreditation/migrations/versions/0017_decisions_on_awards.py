"""Decisions on awards."""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('award_batch',
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('awarded_on', sa.Date(), nullable=False),
    sa.Column('awarded_by', sa.Integer(), nullable=True),
    sa.Column('awarded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcomes', sa.JSON(), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['awarded_by'], ['person.id'], name=op.f('fk_award_batch_awarded_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_batch')),
    sa.UniqueConstraint('form_key', name=op.f('uq_award_batch_form_key'))
    )
    op.create_table('award_decision',
    sa.Column('award_id', sa.Integer(), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('scheme', sa.String(), nullable=False),
    sa.Column('act', sa.String(), nullable=False),
    sa.Column('effective_on', sa.Date(), nullable=False),
    sa.Column('reason_class', sa.String(), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('proposed_by', sa.Integer(), nullable=True),
    sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('state', sa.String(), nullable=False),
    sa.Column('decided_by', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('decided_note', sa.String(), nullable=True),
    sa.Column('alone', sa.Boolean(), nullable=False),
    sa.Column('ends_id', sa.Integer(), nullable=True),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("(state = 'proposed') = (decided_at IS NULL)", name=op.f('ck_award_decision_decided_with_moment')),
    sa.CheckConstraint("act IN ('withdraw', 'void', 'reinstate')", name=op.f('ck_award_decision_known_act')),
    sa.CheckConstraint("ends_id IS NULL OR act = 'reinstate'", name=op.f('ck_award_decision_only_reinstating_ends')),
    sa.CheckConstraint("reason <> ''", name=op.f('ck_award_decision_has_reason')),
    sa.CheckConstraint("reason_class IN ('appeal', 'assessed', 'conduct', 'mistake', 'other', 'own_wish', 'result', 'standard', 'untrue')", name=op.f('ck_award_decision_known_reason_class')),
    sa.CheckConstraint("state <> 'confirmed' OR decided_by <> proposed_by", name=op.f('ck_award_decision_second_person')),
    sa.CheckConstraint("state IN ('proposed', 'confirmed', 'refused', 'taken_back')", name=op.f('ck_award_decision_known_state')),
    sa.ForeignKeyConstraint(['award_id'], ['award.id'], name=op.f('fk_award_decision_award_id')),
    sa.ForeignKeyConstraint(['decided_by'], ['person.id'], name=op.f('fk_award_decision_decided_by')),
    sa.ForeignKeyConstraint(['ends_id'], ['award_decision.id'], name=op.f('fk_award_decision_ends_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_award_decision_person_id')),
    sa.ForeignKeyConstraint(['proposed_by'], ['person.id'], name=op.f('fk_award_decision_proposed_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_award_decision')),
    sa.UniqueConstraint('form_key', name=op.f('uq_award_decision_form_key'))
    )
    with op.batch_alter_table('award_decision', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_award_decision_award_id'), ['award_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_award_decision_person_id'), ['person_id'], unique=False)
        batch_op.create_index('ix_award_decision_alone', ['id'], unique=False, sqlite_where=sa.text('alone'), postgresql_where=sa.text('alone'))
        batch_op.create_index('ix_award_decision_state', ['state', 'id'], unique=False)
        batch_op.create_index('uq_award_decision_open', ['person_id', 'scheme'], unique=True, sqlite_where=sa.text("state = 'proposed'"), postgresql_where=sa.text("state = 'proposed'"))

    op.drop_index('uq_award_renews', table_name='award')
    op.drop_index('uq_award_start', table_name='award')
    with op.batch_alter_table('award', schema=None) as batch_op:
        batch_op.add_column(sa.Column('kind', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('reinstated_on', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('voided', sa.Boolean(), nullable=False, server_default=sa.false()))
    # Until now an award withdrawn from its first day never held.
    op.execute(sa.text("UPDATE award SET voided = true WHERE withdrawn_on = starts_on"))
    # And what came after a withdrawn renewal was linked past it: two renewals of one award, of which one stands now.
    earlier = "FROM award AS before WHERE before.renews_id = award.renews_id AND before.id < award.id AND NOT before.voided"
    op.execute(sa.text(
        f"UPDATE award SET renews_id = (SELECT max(before.id) {earlier}) "  # noqa: S608
        f"WHERE NOT voided AND EXISTS (SELECT 1 {earlier})"
    ))
    with op.batch_alter_table('award', schema=None) as batch_op:
        batch_op.alter_column('voided', existing_type=sa.Boolean(), server_default=None)
        batch_op.create_check_constraint(batch_op.f('ck_award_known_kind'), "kind IN ('first', 'renewal', 'early', 'late', 'return')")
        batch_op.create_check_constraint(batch_op.f('ck_award_reinstated_after_withdrawal'), 'reinstated_on >= withdrawn_on')
        batch_op.create_check_constraint(batch_op.f('ck_award_reinstated_once_withdrawn'), 'reinstated_on IS NULL OR withdrawn_on IS NOT NULL')
        batch_op.create_check_constraint(batch_op.f('ck_award_voided_from_the_start'), 'NOT voided OR withdrawn_on = starts_on')
        batch_op.create_index('uq_award_renews', ['renews_id'], unique=True, sqlite_where=sa.text('NOT voided'), postgresql_where=sa.text('NOT voided'))
        batch_op.create_index('uq_award_start', ['person_id', 'scheme', 'starts_on'], unique=True, sqlite_where=sa.text('NOT voided'), postgresql_where=sa.text('NOT voided'))
