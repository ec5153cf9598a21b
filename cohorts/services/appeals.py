"""Appeals: opened by the candidate or the office, decided by somebody who had no part in the result.

Callers hold the transaction; nothing here commits.
"""

from datetime import date, datetime, timedelta

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.errors import Conflict, DomainError, NotAllowed
from accreditation.people.queries import counted_id, merged_among
from accreditation.standing.services import clear_deadline, set_deadline
from accreditation.web.words import day
from cohorts.models import Cohort, Result, ResultAppeal
from cohorts.queries.appeals import find_open_appeal, last_day_to_appeal
from cohorts.queries.cohorts import lock_cohort
from cohorts.rules.appeals import LONGEST, decide_by
from cohorts.services.release import correct_result

APPEAL_DECISION = "appeal_decision"
RECEIVED = "email/cohorts/appeal_received.txt"
DECIDED = "email/cohorts/appeal_decided.txt"


def open_appeal(
    result_id: int, *, grounds: str, on: date, at: datetime, opened_by: int, late_because: str | None = None
) -> ResultAppeal:
    """A case with a deadline; the result stands meanwhile. `late_because`: why it is taken although it comes late.

    Raises Conflict when the result is not the one that stands, DomainError with what does not fit.
    """
    cohort, result = _lock(result_id)
    if result.state != "released":
        raise Conflict("This result is no longer the one that stands. Look at it again.")
    if find_open_appeal(result_id) is not None:
        raise Conflict("An appeal against this result is open already.")
    late_because = (late_because or "").strip() or None
    last_day = last_day_to_appeal(result, cohort)
    if late_because is None and (last_day is None or on > last_day):
        ended = f"The time to appeal ended on {day(last_day)}." if last_day else "This result takes no appeal."
        raise DomainError(f"{ended} Ask the service if there was a good reason.")
    if not grounds.strip():
        raise DomainError("Write down what the appeal rests on.")
    if len(grounds) > LONGEST:
        raise DomainError(f"The grounds have {len(grounds):,} characters; at most {LONGEST:,} are kept.")
    appeal = ResultAppeal(
        result_id=result.id,
        person_id=result.person_id,
        cohort_id=cohort.id,
        opened_at=at,
        opened_by=opened_by,
        grounds=grounds.strip(),
        late_because=late_because,
        decide_by=decide_by(on),
        state="open",
    )
    db.session.add(appeal)
    db.session.flush()
    set_deadline(
        kind=APPEAL_DECISION,
        person_id=result.person_id,
        basis_date=appeal.decide_by + timedelta(1),
        source=("result_appeal", appeal.id),
    )
    outbox.queue(appeal.person_id, RECEIVED, about_id=appeal.id, key=f"appeal-received:{appeal.id}")
    return appeal


def withdraw_appeal(appeal_id: int, *, at: datetime, by: int) -> ResultAppeal:
    """The candidate does not go on with it. Raises Conflict when it is decided already."""
    appeal = _lock_open(appeal_id)
    _close(appeal, "withdrawn", at=at, by=by)
    return appeal


def dismiss_appeal(appeal_id: int, *, decision: str, at: datetime, decided_by: int) -> ResultAppeal:
    """The result stands. Raises NotAllowed for who had a part in the result, DomainError without reasons."""
    appeal = _to_decide(appeal_id, decision, decided_by)
    appeal.decision = decision.strip()
    _close(appeal, "dismissed", at=at, by=decided_by)
    outbox.queue(appeal.person_id, DECIDED, about_id=appeal.id, key=f"appeal-decided:{appeal.id}")
    return appeal


def uphold_appeal(
    appeal_id: int, *, outcome: str, decision: str, on: date, at: datetime, decided_by: int
) -> ResultAppeal:
    """Another result takes the place of this one, dated as the original, once a second person has released it.

    Raises as `dismiss_appeal`, and what `correct_result` raises.
    """
    appeal = _to_decide(appeal_id, decision, decided_by)
    result = appeal.result
    if outcome == result.outcome:
        raise DomainError("An upheld appeal changes the outcome. Choose another one, or dismiss the appeal.")
    appeal.decision = decision.strip()
    right = correct_result(
        result.id,
        outcome=outcome,
        event_on=result.event_on,
        note=decision,
        on=on,
        at=at,
        corrected_by=decided_by,
        appeal_id=appeal.id,
    )
    appeal.new_result_id = right.id
    _close(appeal, "upheld", at=at, by=decided_by)
    outbox.queue(appeal.person_id, DECIDED, about_id=appeal.id, key=f"appeal-decided:{appeal.id}")
    return appeal


def _lock(result_id: int) -> tuple[Cohort, Result]:
    result = db.session.get_one(Result, result_id)
    if result.cohort_id is None:
        raise DomainError("This result was recorded with the register. It takes no appeal here.")
    cohort = lock_cohort(result.cohort_id)
    return cohort, db.session.get_one(Result, result_id, populate_existing=True)


def _lock_open(appeal_id: int) -> ResultAppeal:
    lock_cohort(db.session.get_one(ResultAppeal, appeal_id).cohort_id)
    appeal = db.session.get_one(ResultAppeal, appeal_id, populate_existing=True)
    if appeal.state != "open":
        raise Conflict("This appeal is closed already.")
    return appeal


def _to_decide(appeal_id: int, decision: str, by: int) -> ResultAppeal:
    appeal = _lock_open(appeal_id)
    if not decision.strip():
        raise DomainError("Write down the reasons. The candidate reads them.")
    if len(decision) > LONGEST // 2:
        raise DomainError(f"The reasons have {len(decision):,} characters; at most {LONGEST // 2:,} are kept.")
    ids = involved_in(appeal.result)
    merged = merged_among(ids)
    if counted_id(by) in {merged.get(one, one) for one in ids}:
        raise NotAllowed("You had a part in this result, or it is your own. Somebody else decides about the appeal.")
    return appeal


def involved_in(result: Result) -> set[int]:
    """Who had a part in the result, and whose it is."""
    part = (result.recorded_by, result.submitted_by, result.moderated_by, result.released_by, result.person_id)
    return {one for one in part if one is not None}


def _close(appeal: ResultAppeal, state: str, *, at: datetime, by: int) -> None:
    appeal.state, appeal.decided_at, appeal.decided_by = state, at, by
    clear_deadline(source=("result_appeal", appeal.id), kind=APPEAL_DECISION)
    db.session.flush()


@outbox.facts_for(RECEIVED, called="Appeal received")
def appeal_received(appeal_id: int) -> dict[str, object]:
    appeal = db.session.get_one(ResultAppeal, appeal_id)
    if appeal.state != "open":
        raise outbox.NoLongerTrue("The appeal is closed by now.")
    return {"received_on": appeal.opened_at, "decide_by": appeal.decide_by}


@outbox.facts_for(DECIDED, called="Appeal decided")
def appeal_decided(appeal_id: int) -> dict[str, object]:
    appeal = db.session.get_one(ResultAppeal, appeal_id)
    return {"received_on": appeal.opened_at}
