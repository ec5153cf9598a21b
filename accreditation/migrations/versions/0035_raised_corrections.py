"""What mediators say is wrong in their own records, and what they were answered."""

import sqlalchemy as sa
from alembic import op

revision = '0035'
down_revision = '0034'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('raised_correction',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('about', sa.String(), nullable=False),
    sa.Column('evidence_id', sa.Integer(), nullable=True),
    sa.Column('text', sa.String(), nullable=False),
    sa.Column('raised_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('answered_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('answered_by', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.String(), nullable=True),
    sa.Column('answer', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint(
        "about IN ('details', 'training', 'refresher', 'practice', 'decision', 'other')",
        name=op.f('ck_raised_correction_known_about'),
    ),
    sa.CheckConstraint("outcome IN ('corrected', 'stands')", name=op.f('ck_raised_correction_known_outcome')),
    sa.CheckConstraint("text <> ''", name=op.f('ck_raised_correction_has_its_text')),
    sa.CheckConstraint(
        '(answered_at IS NULL) = (answered_by IS NULL) AND (answered_at IS NULL) = (outcome IS NULL) '
        'AND (answered_at IS NULL) = (answer IS NULL)',
        name=op.f('ck_raised_correction_answered_as_a_whole'),
    ),
    sa.CheckConstraint('answered_by <> person_id', name=op.f('ck_raised_correction_answered_by_another')),
    sa.ForeignKeyConstraint(['answered_by'], ['person.id'], name=op.f('fk_raised_correction_answered_by')),
    sa.ForeignKeyConstraint(['evidence_id'], ['evidence.id'], name=op.f('fk_raised_correction_evidence_id')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_raised_correction_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_raised_correction')),
    sa.UniqueConstraint('form_key', name=op.f('uq_raised_correction_form_key'))
    )
    with op.batch_alter_table('raised_correction', schema=None) as batch_op:
        batch_op.create_index('ix_raised_correction_person', ['person_id', 'id'], unique=False)
        batch_op.create_index('ix_raised_correction_waiting', ['id'], unique=False, sqlite_where=sa.text('answered_at IS NULL'), postgresql_where=sa.text('answered_at IS NULL'))
        batch_op.create_index('ix_raised_correction_fact', ['evidence_id'], unique=False, sqlite_where=sa.text('evidence_id IS NOT NULL'), postgresql_where=sa.text('evidence_id IS NOT NULL'))
