"""Refresher days: topics, cost code, materials, series; offers of seats, late apologies, moved days to confirm."""

import sqlalchemy as sa
from alembic import op

revision = '0026'
down_revision = '0025'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('refresher_day', schema=None) as batch_op:
        batch_op.add_column(sa.Column('further_topics', sa.String(), nullable=False, server_default='[]'))
        batch_op.add_column(sa.Column('cost_code', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('materials', sa.String(), nullable=True))
        batch_op.add_column(sa.Column('series_id', sa.Integer(), nullable=True))
        batch_op.create_index(batch_op.f('ix_refresher_day_series_id'), ['series_id'], unique=False)
        batch_op.create_foreign_key(op.f('fk_refresher_day_series_id'), 'refresher_day', ['series_id'], ['id'])
    with op.batch_alter_table('refresher_day', schema=None) as batch_op:
        batch_op.alter_column('further_topics', server_default=None)

    ended = "'cancelled_by_mediator', 'cancelled_by_organiser', 'late_apologies', 'offer_declined', 'offer_lapsed', 'transferred'"
    live = f"state NOT IN ({ended})"
    states = (
        "'requested', 'waitlisted', 'offered', 'booked', 'attended', 'part_attended', 'did_not_attend', 'apologies', "
        "'late_apologies', 'cancelled_by_mediator', 'cancelled_by_organiser', 'transferred', 'offer_declined', "
        "'offer_lapsed'"
    )
    op.drop_index('uq_refresher_booking_live', table_name='refresher_booking')
    with op.batch_alter_table('refresher_booking', schema=None) as batch_op:
        batch_op.add_column(sa.Column('first_in_line', sa.Boolean(), nullable=False, server_default=sa.false()))
        batch_op.add_column(sa.Column('answer_by', sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column('confirm_by', sa.Date(), nullable=True))
        batch_op.add_column(sa.Column('confirmed_on', sa.Date(), nullable=True))
        batch_op.drop_constraint(op.f('ck_refresher_booking_known_state'), type_='check')
        batch_op.create_check_constraint(op.f('ck_refresher_booking_known_state'), f'state IN ({states})')
        batch_op.create_check_constraint(
            op.f('ck_refresher_booking_offer_has_an_end'), "state <> 'offered' OR answer_by IS NOT NULL"
        )
        batch_op.create_check_constraint(
            op.f('ck_refresher_booking_confirmed_when_asked'), 'confirmed_on IS NULL OR confirm_by IS NOT NULL'
        )
    with op.batch_alter_table('refresher_booking', schema=None) as batch_op:
        batch_op.alter_column('first_in_line', server_default=None)
    op.create_index(
        'uq_refresher_booking_live',
        'refresher_booking',
        ['day_id', 'person_id'],
        unique=True,
        sqlite_where=sa.text(live),
        postgresql_where=sa.text(live),
    )
    op.create_index(
        'ix_refresher_booking_offer',
        'refresher_booking',
        ['answer_by', 'day_id'],
        sqlite_where=sa.text("state = 'offered'"),
        postgresql_where=sa.text("state = 'offered'"),
    )
