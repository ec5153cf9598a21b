"""Indexes for who can be accredited: somebody's awards, whose award ends in a period, who has something waived."""

import sqlalchemy as sa
from alembic import op

revision = '0036'
down_revision = '0035'
branch_labels = None
depends_on = None

AWARDS = sa.text("kind = 'award'")
WAIVED = sa.text("kind = 'waiver' OR kind = 'extension'")


def upgrade() -> None:
    op.create_index(
        'ix_evidence_award', 'evidence', ['person_id', 'code', 'starts_on', 'ends_on'], unique=False,
        sqlite_where=AWARDS, postgresql_where=AWARDS,
    )
    op.create_index(
        'ix_evidence_award_end', 'evidence', ['code', 'ends_on', 'person_id'], unique=False,
        sqlite_where=AWARDS, postgresql_where=AWARDS,
    )
    op.create_index(
        'ix_evidence_waived', 'evidence', ['ends_on', 'person_id'], unique=False,
        sqlite_where=WAIVED, postgresql_where=WAIVED,
    )
