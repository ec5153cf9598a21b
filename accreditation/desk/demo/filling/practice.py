"""The practice log: cases with how they ended, CPD, supervision, declarations; and leave that was asked for."""

from datetime import date, timedelta
from decimal import Decimal

from accreditation.core.calendar import anniversary
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.plan.people import Entry, Mediator
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.leave import Asked
from accreditation.practice.services import log_entry, record_entry, return_entry, turn_down_entry
from accreditation.practice.services.cases import record_referral, state_outcome
from accreditation.practice.services.leave import ask_for_leave, decline_leave

CASES_FOR = 15
"""Months for which cases are known by their references; older ones only count for their mediators."""

ENDS = ("resolved", "resolved", "partly", "resolved", "not", None, "resolved", "concluded", "resolved", "partly")
HOURS = ("3.5", "5", "4", "6.5", "2.5", "8")
NEVER_MEDIATED = ("withdrawn", "withdrawn", None, "withdrawn", None)
"""Of the cases that never came to a mediation: they count below the line of the conclusion rate."""

AWAY = frozenset({"leave", "suspension", "withdrawal", "membership"})


def fill_practice(ground: Ground) -> None:
    """What the office confirmed, and what mediators logged lately and nobody has looked at."""
    logged: list[int] = []
    since = anniversary(ground.plan.on, -CASES_FOR)
    together = _two_of_one_case(ground, since)
    for mediator in ground.plan.mediators:
        for number, entry in enumerate(mediator.entries):
            logged += _log(ground, mediator, number, entry, since, together.get(id(entry)))
    _answer_some(ground, logged)
    _refer_what_was_never_mediated(ground)
    _declare(ground)
    _log_twice(ground)
    _ask_for_leave(ground)


def _two_of_one_case(ground: Ground, since: date) -> dict[int, str]:
    """The last cases of two mediators, as one of which they say different things: how it ended, by the entry's id()."""
    found: dict[int, str] = {}
    for mediator in at_work(ground):
        cases = [entry for entry in mediator.entries if entry.kind == "case" and entry.confirmed and entry.on >= since]
        if cases and len(found) < 2:
            found[id(cases[-1])] = "partly" if found else "resolved"
    return found


def _log(ground: Ground, mediator: Mediator, number: int, entry: Entry, since: date, disputed: str | None) -> list[int]:
    person_id = ground.id_of(mediator)
    case = hours = outcome = None
    if entry.kind == "case":
        hours = Decimal(HOURS[(mediator.key + number) % len(HOURS)])
        if entry.on >= since:
            case = f"MC-{ground.plan.on:%y}-80002" if disputed else f"MC-{entry.on:%y}-{mediator.key:03}{number:02}"
            outcome = disputed or ENDS[(mediator.key * 3 + number) % len(ENDS)]
            record_referral(
                case,
                referred_on=since if disputed else entry.on - timedelta(14 + (mediator.key + number) % 20),
                unit_id=ground.units[(mediator.key + number) % len(ground.units)],
                on=ground.plan.on,
                recorded_by=ground.manager,
            )
    details = Details(entry.kind, entry.on, entry.quantity, entry.code, case, entry.note, hours=hours, outcome=outcome)
    if not entry.confirmed:
        return [log_entry(person_id, details, on=entry.on, recorded_by=person_id).id]
    record_entry(
        person_id,
        kind=details.kind,
        done_on=details.done_on,
        quantity=details.quantity,
        code=details.code,
        note=details.note,
        case_reference=case,
        hours=hours,
        outcome=outcome,
        recorded_by=ground.manager,
        on_word_of=ground.line_managers[mediator.unit][0] if entry.kind == "cpd" else None,
    )
    return []


def _answer_some(ground: Ground, logged: list[int]) -> None:
    if len(logged) > 3:
        turn_down_entry(
            logged[1],
            reason="This was an hour of team training and does not count as CPD.",
            on=ground.plan.on,
            decided_by=ground.manager,
        )
        return_entry(
            logged[3],
            reason="Was this the morning only? Put the hours right, please.",
            on=ground.plan.on,
            decided_by=ground.manager,
        )


def _refer_what_was_never_mediated(ground: Ground) -> None:
    """About one case in six."""
    on = ground.plan.on
    for number in range(max(3, len(ground.plan.mediators) // 2)):
        referred_on = on - timedelta(5 + number * 420 // max(3, len(ground.plan.mediators) // 2))
        case = record_referral(
            f"MC-{referred_on:%y}-9{number:04}",
            referred_on=referred_on,
            unit_id=ground.units[number % len(ground.units)] if number % 7 else None,
            on=on,
            recorded_by=ground.manager,
        )
        if outcome := NEVER_MEDIATED[number % len(NEVER_MEDIATED)]:
            ended_on = min(on, referred_on + timedelta(9))
            state_outcome(case.id, outcome=outcome, ended_on=ended_on, on=on, stated_by=ground.manager)


def _declare(ground: Ground) -> None:
    """Some follow the code of practice by their word; the scheme of the demo asks nobody for it."""
    on = ground.plan.on
    for mediator in at_work(ground)[:6]:
        details = Details("declaration", on - timedelta(20), Decimal(1), "code-of-practice")
        log_entry(ground.id_of(mediator), details, on=on - timedelta(20), recorded_by=ground.id_of(mediator))


def _log_twice(ground: Ground) -> None:
    """One case that its mediator logged again."""
    on = ground.plan.on
    working = at_work(ground)
    if len(working) < 3:
        return
    once = ground.id_of(working[2])
    for days in (12, 9):
        details = Details("case", on - timedelta(days), Decimal(1), "lead", f"MC-{on:%y}-80001", hours=Decimal(4))
        log_entry(once, details, on=on - timedelta(days), recorded_by=once)


def _ask_for_leave(ground: Ground) -> None:
    """One request waits, and one was declined with a reason."""
    on = ground.plan.on
    working = at_work(ground)
    if len(working) < 5:
        return
    waits, declined = (ground.id_of(mediator) for mediator in working[3:5])
    ask_for_leave(
        waits,
        Asked(on + timedelta(40), on + timedelta(40 + 180), "maternity", "My baby is due in the spring."),
        form_key=f"demo-leave-request-{waits}",
        on=on,
        at=moment(on - timedelta(3)),
    )
    request = ask_for_leave(
        declined,
        Asked(on + timedelta(20), on + timedelta(50), "career_break", "A long journey."),
        form_key=f"demo-leave-request-{declined}",
        on=on,
        at=moment(on - timedelta(9)),
    )
    decline_leave(
        request.id,
        answer="Four of your unit are away in that month. Could you go in the month after?",
        at=moment(on - timedelta(6)),
        decided_by=ground.manager,
    )


def at_work(ground: Ground) -> list[Mediator]:
    """Those who go about their work as usual."""
    return [
        mediator
        for mediator in ground.plan.mediators
        if mediator.awards and not any(overlay.kind in AWAY for overlay in mediator.overlays)
    ]
