"""Equality monitoring."""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('equality_form',
    sa.Column('token', sa.String(length=64), nullable=False),
    sa.Column('answers', sa.String(), nullable=False),
    sa.Column('delete_on', sa.Date(), nullable=True),
    sa.PrimaryKeyConstraint('token', name=op.f('pk_equality_form')),
    sqlite_with_rowid=False
    )
    op.create_index('ix_equality_form_delete_on', 'equality_form', ['delete_on'], unique=False)
    op.create_table('equality_collection',
    sa.Column('key', sa.String(), nullable=False),
    sa.Column('looked_on', sa.Date(), nullable=True),
    sa.Column('cut_on', sa.Date(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equality_collection')),
    sa.UniqueConstraint('key', name=op.f('uq_equality_collection_key'))
    )
    op.create_table('equality_column',
    sa.Column('collection_id', sa.Integer(), nullable=False),
    sa.Column('characteristic', sa.String(), nullable=False),
    sa.Column('stage', sa.String(), nullable=False),
    sa.Column('published_on', sa.Date(), nullable=False),
    sa.Column('counted_before', sa.Date(), nullable=False),
    sa.Column('total', sa.String(), nullable=False),
    sa.Column('marks', sa.String(), nullable=False),
    sa.Column('ratios', sa.String(), nullable=False),
    sa.Column('counts', sa.String(), nullable=True),
    sa.Column('base_id', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['base_id'], ['equality_column.id'], name=op.f('fk_equality_column_base_id')),
    sa.ForeignKeyConstraint(['collection_id'], ['equality_collection.id'], name=op.f('fk_equality_column_collection_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_equality_column'))
    )
    op.create_index('ix_equality_column_of', 'equality_column', ['collection_id', 'characteristic', 'id'], unique=False)
