"""What a contact with the helpline led to: supervision, a correction, a topic of a refresher day."""

import sqlalchemy as sa
from alembic import op

revision = '0029'
down_revision = '0028'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('refresher_topic_suggestion',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('topic', sa.String(), nullable=True),
    sa.Column('words', sa.String(), nullable=False),
    sa.Column('suggested_on', sa.Date(), nullable=False),
    sa.Column('suggested_by', sa.Integer(), nullable=False),
    sa.Column('source_type', sa.String(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint("words <> ''", name=op.f('ck_refresher_topic_suggestion_has_words')),
    sa.ForeignKeyConstraint(['suggested_by'], ['person.id'], name=op.f('fk_refresher_topic_suggestion_suggested_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_refresher_topic_suggestion')),
    sa.UniqueConstraint('key', 'source_type', 'source_id', name='suggested_once')
    )
    with op.batch_alter_table('refresher_topic_suggestion', schema=None) as batch_op:
        batch_op.create_index('ix_refresher_topic_suggestion_source', ['source_type', 'source_id'], unique=False)
        batch_op.create_index('ix_refresher_topic_suggestion_when', ['suggested_on', 'id'], unique=False)

    op.create_table('arranged_supervision',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('arranged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('arranged_by', sa.Integer(), nullable=False),
    sa.Column('source_type', sa.String(), nullable=False),
    sa.Column('source_id', sa.Integer(), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('entry_id', sa.Integer(), nullable=True),
    sa.Column('called_off_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('called_off_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('(called_off_at IS NULL) = (called_off_by IS NULL)', name=op.f('ck_arranged_supervision_called_off_by_somebody')),
    sa.CheckConstraint('entry_id IS NULL OR called_off_at IS NULL', name=op.f('ck_arranged_supervision_logged_or_called_off')),
    sa.ForeignKeyConstraint(['arranged_by'], ['person.id'], name=op.f('fk_arranged_supervision_arranged_by')),
    sa.ForeignKeyConstraint(['called_off_by'], ['person.id'], name=op.f('fk_arranged_supervision_called_off_by')),
    sa.ForeignKeyConstraint(['entry_id'], ['practice_entry.id'], name=op.f('fk_arranged_supervision_entry_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_arranged_supervision_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arranged_supervision')),
    sa.UniqueConstraint('entry_id', name=op.f('uq_arranged_supervision_entry_id')),
    sa.UniqueConstraint('form_key', name=op.f('uq_arranged_supervision_form_key'))
    )
    with op.batch_alter_table('arranged_supervision', schema=None) as batch_op:
        batch_op.create_index('ix_arranged_supervision_open', ['held_on', 'id'], unique=False, sqlite_where=sa.text('entry_id IS NULL AND called_off_at IS NULL'), postgresql_where=sa.text('entry_id IS NULL AND called_off_at IS NULL'))
        batch_op.create_index('ix_arranged_supervision_person', ['person_id', 'held_on'], unique=False)
        batch_op.create_index('ix_arranged_supervision_source', ['source_type', 'source_id'], unique=False)

    with op.batch_alter_table('helpline_escalation', schema=None) as batch_op:
        batch_op.add_column(sa.Column('purpose', sa.String(), nullable=False, server_default='decision'))
        batch_op.add_column(sa.Column('settled_at', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('evidence_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_helpline_escalation_evidence_id'), 'evidence', ['evidence_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_helpline_escalation_known_purpose'), "purpose IN ('decision', 'correction')")
        batch_op.create_check_constraint(batch_op.f('ck_helpline_escalation_corrections_are_settled'), "settled_at IS NULL OR purpose = 'correction'")
        batch_op.create_check_constraint(batch_op.f('ck_helpline_escalation_settled_by_a_fact'), 'evidence_id IS NULL OR settled_at IS NOT NULL')
        batch_op.create_index('ix_helpline_escalation_fact', ['evidence_id'], unique=False, sqlite_where=sa.text('evidence_id IS NOT NULL'), postgresql_where=sa.text('evidence_id IS NOT NULL'))
    with op.batch_alter_table('helpline_escalation', schema=None) as batch_op:
        batch_op.alter_column('purpose', server_default=None)
