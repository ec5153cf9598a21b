"""Line managers who confirm what mediators logged, and the links by which they are asked."""

import sqlalchemy as sa
from alembic import op

revision = '0031'
down_revision = '0030'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('practice_line_manager',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(), nullable=False),
    sa.Column('address', sa.String(), nullable=False),
    sa.Column('named_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('named_by', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['named_by'], ['person.id'], name=op.f('fk_practice_line_manager_named_by')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_practice_line_manager_person_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_practice_line_manager'))
    )
    with op.batch_alter_table('practice_line_manager', schema=None) as batch_op:
        batch_op.create_index('uq_practice_line_manager_current', ['person_id'], unique=True, sqlite_where=sa.text('ended_at IS NULL'), postgresql_where=sa.text('ended_at IS NULL'))

    op.create_table('confirmation_link',
    sa.Column('line_manager_id', sa.Integer(), nullable=False),
    sa.Column('nonce', sa.String(), nullable=False),
    sa.Column('made_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('asked_on', sa.Date(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['line_manager_id'], ['practice_line_manager.id'], name=op.f('fk_confirmation_link_line_manager_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_confirmation_link'))
    )
    with op.batch_alter_table('confirmation_link', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_confirmation_link_line_manager_id'), ['line_manager_id'], unique=False)
        batch_op.create_index('uq_confirmation_link_open', ['line_manager_id'], unique=True, sqlite_where=sa.text('revoked_at IS NULL'), postgresql_where=sa.text('revoked_at IS NULL'))

    with op.batch_alter_table('practice_entry', schema=None) as batch_op:
        batch_op.add_column(sa.Column('by_link_id', sa.Integer(), nullable=True))
        batch_op.create_foreign_key(batch_op.f('fk_practice_entry_by_link_id'), 'confirmation_link', ['by_link_id'], ['id'])
        batch_op.create_check_constraint(batch_op.f('ck_practice_entry_link_has_its_word'), 'by_link_id IS NULL OR on_word_of IS NOT NULL')
