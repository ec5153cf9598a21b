"""Writing down what is done to results in one go. Callers hold the transaction; nothing here commits."""

from collections.abc import Iterable
from datetime import datetime

from accreditation.core.database import db
from cohorts.models import ActLine, Cohort, ResultAct
from cohorts.rules.acts import Copy

Change = tuple[int, int, int, Copy | None, Copy | None]
"""Enrolment, person, result, and the result before and after."""


def keep_act(
    cohort: Cohort,
    changes: Iterable[Change],
    *,
    kind: str,
    door: str,
    state_before: str,
    done_by: int | None,
    done_at: datetime | None = None,
    upload_id: int | None = None,
) -> ResultAct:
    """The act with one line for each result that it changed. Under the cohort's lock."""
    act = ResultAct(
        cohort_id=cohort.id, kind=kind, door=door, upload_id=upload_id, state_before=state_before, done_by=done_by
    )
    if done_at is not None:
        act.done_at = done_at
    db.session.add(act)
    db.session.flush()
    db.session.add_all(
        ActLine(
            act_id=act.id,
            enrolment_id=enrolment_id,
            person_id=person_id,
            result_id=result_id,
            before=before.as_json() if before else None,
            after=after.as_json() if after else None,
        )
        for enrolment_id, person_id, result_id, before, after in changes
    )
    db.session.flush()
    return act
