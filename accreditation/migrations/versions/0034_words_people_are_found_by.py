"""The words under which people are found, so that a search need not read everybody."""

import sqlalchemy as sa
from alembic import op

revision = '0034'
down_revision = '0033'
branch_labels = None
depends_on = None

AT_ONCE = 5000


def upgrade() -> None:
    op.create_table('person_word',
    sa.Column('word', sa.String().with_variant(sa.String(collation='C'), 'postgresql'), nullable=False),
    sa.Column('person_id', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_person_word_person_id')),
    sa.PrimaryKeyConstraint('word', 'person_id', name=op.f('pk_person_word'))
    )
    person = sa.table('person', sa.column('id', sa.Integer), sa.column('search_text', sa.String))
    word = sa.table('person_word', sa.column('word', sa.String), sa.column('person_id', sa.Integer))
    connection, last = op.get_bind(), 0
    people = sa.select(person.c.id, person.c.search_text).order_by(person.c.id).limit(AT_ONCE)
    while found := connection.execute(people.where(person.c.id > last)).all():
        rows = [{'word': one, 'person_id': person_id} for person_id, text in found for one in sorted(set(text.split()))]
        connection.execute(sa.insert(word), rows)
        last = found[-1][0]
    op.create_index(op.f('ix_person_word_person_id'), 'person_word', ['person_id'], unique=False)
