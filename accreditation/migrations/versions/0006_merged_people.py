"""Two records of one person: links, what follows for each record, and pairs that are two people."""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('not_same_person',
    sa.Column('one_id', sa.Integer(), nullable=False),
    sa.Column('other_id', sa.Integer(), nullable=False),
    sa.Column('said_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('said_by', sa.Integer(), nullable=True),
    sa.Column('reopened_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reopened_by', sa.Integer(), nullable=True),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('one_id < other_id', name=op.f('ck_not_same_person_in_order')),
    sa.ForeignKeyConstraint(['one_id'], ['person.id'], name=op.f('fk_not_same_person_one_id')),
    sa.ForeignKeyConstraint(['other_id'], ['person.id'], name=op.f('fk_not_same_person_other_id')),
    sa.ForeignKeyConstraint(['reopened_by'], ['person.id'], name=op.f('fk_not_same_person_reopened_by')),
    sa.ForeignKeyConstraint(['said_by'], ['person.id'], name=op.f('fk_not_same_person_said_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_not_same_person'))
    )
    with op.batch_alter_table('not_same_person', schema=None) as batch_op:
        batch_op.create_index('uq_not_same_person_said', ['one_id', 'other_id'], unique=True, sqlite_where=sa.text('reopened_at IS NULL'), postgresql_where=sa.text('reopened_at IS NULL'))

    op.create_table('person_merge',
    sa.Column('kept_id', sa.Integer(), nullable=False),
    sa.Column('merged_id', sa.Integer(), nullable=False),
    sa.Column('turn', sa.Integer(), nullable=False),
    sa.Column('merged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('merged_by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.CheckConstraint('kept_id <> merged_id', name=op.f('ck_person_merge_two_records')),
    sa.CheckConstraint('turn > 0', name=op.f('ck_person_merge_turn_counts')),
    sa.ForeignKeyConstraint(['kept_id'], ['person.id'], name=op.f('fk_person_merge_kept_id')),
    sa.ForeignKeyConstraint(['merged_by'], ['person.id'], name=op.f('fk_person_merge_merged_by')),
    sa.ForeignKeyConstraint(['merged_id'], ['person.id'], name=op.f('fk_person_merge_merged_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_merge')),
    sa.UniqueConstraint('merged_id', 'turn', name='uq_person_merge_turn')
    )
    with op.batch_alter_table('person_merge', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_person_merge_kept_id'), ['kept_id'], unique=False)

    op.create_table('person_unmerge',
    sa.Column('merge_id', sa.Integer(), nullable=False),
    sa.Column('unmerged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unmerged_by', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['merge_id'], ['person_merge.id'], name=op.f('fk_person_unmerge_merge_id')),
    sa.ForeignKeyConstraint(['unmerged_by'], ['person.id'], name=op.f('fk_person_unmerge_unmerged_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_person_unmerge')),
    sa.UniqueConstraint('merge_id', name=op.f('uq_person_unmerge_merge_id'))
    )
    # In one statement that both databases take: a table of a hundred thousand people need not be written anew.
    op.execute(
        "ALTER TABLE person ADD COLUMN merged_into_id INTEGER "
        "CONSTRAINT fk_person_merged_into_id REFERENCES person (id) "
        "CONSTRAINT ck_person_merged_into_another CHECK (merged_into_id <> id)"
    )
    op.create_index('ix_person_merged_into', 'person', ['merged_into_id', 'id'], unique=False, sqlite_where=sa.text('merged_into_id IS NOT NULL'), postgresql_where=sa.text('merged_into_id IS NOT NULL'))
    op.create_index('ix_evidence_training', 'evidence', ['starts_on', 'person_id'], unique=False, sqlite_where=sa.text("kind = 'training'"), postgresql_where=sa.text("kind = 'training'"))

    if op.get_bind().dialect.name == "postgresql":
        op.execute('CREATE TRIGGER person_merge_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_merge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
        op.execute('CREATE TRIGGER person_unmerge_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON person_unmerge FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()')
    if op.get_bind().dialect.name == "sqlite":
        op.execute("CREATE TRIGGER person_merge_no_update BEFORE UPDATE ON person_merge BEGIN SELECT RAISE(ABORT, 'person_merge is append-only'); END")
        op.execute("CREATE TRIGGER person_merge_no_delete BEFORE DELETE ON person_merge BEGIN SELECT RAISE(ABORT, 'person_merge is append-only'); END")
        op.execute("CREATE TRIGGER person_unmerge_no_update BEFORE UPDATE ON person_unmerge BEGIN SELECT RAISE(ABORT, 'person_unmerge is append-only'); END")
        op.execute("CREATE TRIGGER person_unmerge_no_delete BEFORE DELETE ON person_unmerge BEGIN SELECT RAISE(ABORT, 'person_unmerge is append-only'); END")
