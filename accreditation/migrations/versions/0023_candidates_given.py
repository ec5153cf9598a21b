"""Candidates given to assessors and moderators, and the roles that come with them."""

import sqlalchemy as sa
from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'candidate_given',
        sa.Column('enrolment_id', sa.Integer(), nullable=False),
        sa.Column('person_id', sa.Integer(), nullable=False),
        sa.Column('role', sa.String(), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('given_by', sa.Integer(), nullable=True),
        sa.Column('id', sa.Integer(), nullable=False),
        sa.CheckConstraint("role IN ('assessor', 'moderator')", name=op.f('ck_candidate_given_known_role')),
        sa.CheckConstraint('ends_on >= starts_on', name=op.f('ck_candidate_given_ends_after_start')),
        sa.ForeignKeyConstraint(['enrolment_id'], ['enrolment.id'], name=op.f('fk_candidate_given_enrolment_id')),
        sa.ForeignKeyConstraint(['given_by'], ['person.id'], name=op.f('fk_candidate_given_given_by')),
        sa.ForeignKeyConstraint(['person_id'], ['person.id'], name=op.f('fk_candidate_given_person_id')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_candidate_given')),
        sa.UniqueConstraint('enrolment_id', 'person_id', 'role', name='given_once'),
    )
    op.create_index('ix_candidate_given_person', 'candidate_given', ['person_id', 'role', 'ends_on'], unique=False)

    with op.batch_alter_table('cohort_staff', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_cohort_staff_known_role'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_cohort_staff_known_role'), "role IN ('trainer', 'assessor', 'moderator')"
        )
    with op.batch_alter_table('result_act', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_result_act_known_door'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_result_act_known_door'),
            "door IN ('office', 'grid', 'form', 'assessor', 'workbook', 'release')",
        )
    with op.batch_alter_table('role_grant', schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f('ck_role_grant_known_role'), type_='check')
        batch_op.create_check_constraint(
            batch_op.f('ck_role_grant_known_role'),
            "role IN ('mediator', 'training_provider', 'practice_manager', 'vetting_officer', 'helpline_adviser', "
            "'line_manager', 'auditor', 'sifter', 'interviewer', 'assessor', 'moderator', 'administrator')",
        )
