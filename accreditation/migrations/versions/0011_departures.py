"""Leaving the service."""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('departure',
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.Column('left_on', sa.Date(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by', sa.Integer(), nullable=True),
    sa.Column('form_key', sa.String(), nullable=False),
    sa.Column('done', sa.JSON(), nullable=False),
    sa.Column('returned_on', sa.Date(), nullable=True),
    sa.Column('returned_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('returned_by', sa.Integer(), nullable=True),
    sa.Column('cancelled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('cancelled_by', sa.Integer(), nullable=True),
    sa.Column('cancelled_reason', sa.String(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('returned_on >= left_on', name=op.f('ck_departure_back_after_leaving')),
    sa.CheckConstraint('(returned_on IS NULL) = (returned_at IS NULL)', name=op.f('ck_departure_back_at_a_moment')),
    sa.CheckConstraint('returned_at IS NULL OR cancelled_at IS NULL', name=op.f('ck_departure_back_or_never_gone')),
    sa.ForeignKeyConstraint(['cancelled_by'], ['person.id'], name=op.f('fk_departure_cancelled_by_person')),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_departure_person_id_person')),
    sa.ForeignKeyConstraint(['recorded_by'], ['person.id'], name=op.f('fk_departure_recorded_by_person')),
    sa.ForeignKeyConstraint(['returned_by'], ['person.id'], name=op.f('fk_departure_returned_by_person')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_departure')),
    sa.UniqueConstraint('form_key', name=op.f('uq_departure_form_key'))
    )
    with op.batch_alter_table('departure', schema=None) as batch_op:
        batch_op.create_index('ix_departure_order', ['left_on', 'id'], unique=False)
        batch_op.create_index('ix_departure_person', ['person_id'], unique=False)
        batch_op.create_index(
            'uq_departure_in_force',
            ['person_id'],
            unique=True,
            sqlite_where=sa.text('returned_at IS NULL AND cancelled_at IS NULL'),
            postgresql_where=sa.text('returned_at IS NULL AND cancelled_at IS NULL'),
        )
