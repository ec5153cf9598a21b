"""What the register knows of the people a file may be about.

What was corrected or struck out here counts as known too: an old file must not bring it back.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from sqlalchemy import Select, func, select

from accreditation.core.calendar import FOREVER, Span
from accreditation.core.database import db
from accreditation.desk.importing.rules.clearances import KnownClearance, Waiting
from accreditation.desk.importing.rules.known import Former, Known, Register
from accreditation.desk.importing.rules.rows import Entry
from accreditation.people.models import ContactAddress, Person
from accreditation.people.rules import sort_name
from accreditation.standing.queries import facts_of_all
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.scheme import Scheme
from cohorts.models import Result
from vetting.models import Clearance, ClearanceApplication, ClearanceCorrection
from vetting.rules.steps import APPLICATION_STEPS, HELD

AT_ONCE = 400
"""Values in one statement: well under what any SQLite takes."""


def register_for(entries: Iterable[Entry], scheme: Scheme) -> Register:
    """Everybody in the register whom one of the entries may be about, with the facts that a file could repeat."""
    entries = list(entries)
    found: dict[int, Person] = {}
    for column, values in (
        (func.upper(Person.reference), {entry.reference for entry in entries if entry.reference}),
        (Person.pay_number, {entry.pay_number for entry in entries if entry.pay_number}),
        (Person.sort_name, {sort_name(entry.given_name, entry.family_name) for entry in entries if entry.name}),
    ):
        for person in _people_where(column, values):
            found[person.counted.id] = person.counted
    addresses = {entry.email.lower() for entry in entries if entry.email}
    for batch in _batches(addresses):
        holders = select(ContactAddress.person_id).where(
            ContactAddress.ended_at.is_(None), ContactAddress.address.in_(batch)
        )
        for person in db.session.scalars(select(Person).where(Person.id.in_(holders))):
            found[person.counted.id] = person.counted
    return Register(_known(found, scheme))


def _people_where(column: Any, values: set[str]) -> Iterator[Person]:
    for batch in _batches(values):
        yield from db.session.scalars(select(Person).where(column.in_(batch)))


def _batches(values: Iterable[str]) -> Iterator[list[str]]:
    ordered = sorted(values)
    for start in range(0, len(ordered), AT_ONCE):
        yield ordered[start : start + AT_ONCE]


def _known(people: dict[int, Person], scheme: Scheme) -> list[Known]:
    ids = sorted(people)
    facts = facts_of_all(ids)
    former = _merged_into(ids)
    counted = {row.id: row.merged_into_id or row.id for rows in former.values() for row in rows}
    records = sorted({*ids, *counted})
    results: dict[int, set[tuple[str, date]]] = {}
    clearances: dict[int, list[KnownClearance]] = {}
    waiting: dict[int, list[Waiting]] = {}
    addresses: dict[int, str] = {}
    for start in range(0, len(records), AT_ONCE):
        batch = records[start : start + AT_ONCE]
        for person_id, outcome, event_on in db.session.execute(_results(batch, scheme.code)):
            results.setdefault(counted.get(person_id, person_id), set()).add((outcome, event_on))
        for person_id, clearance in _clearances(batch):
            clearances.setdefault(counted.get(person_id, person_id), []).append(clearance)
        for person_id, application in _applications(batch):
            waiting.setdefault(counted.get(person_id, person_id), []).append(application)
        for person_id, address in db.session.execute(_addresses(batch)):
            addresses[person_id] = address
    return [
        Known(
            person_id=person.id,
            reference=person.reference,
            given_name=person.given_name,
            family_name=person.family_name,
            pay_number=person.pay_number,
            email=addresses.get(person.id),
            unit=person.unit.name if person.unit else None,
            holder_kind=person.holder_kind,
            results=frozenset(results.get(person.id, ())),
            awards=_awards(facts.get(person.id, []), scheme.code),
            clearances=tuple(sorted(clearances.get(person.id, []), key=lambda one: one.clearance_id)),
            refreshers=frozenset(fact.starts_on for fact in facts.get(person.id, []) if fact.kind == "refresher"),
            waiting=tuple(waiting.get(person.id, ())),
            also=tuple(
                Former(row.reference, row.given_name, row.family_name, row.pay_number, addresses.get(row.id))
                for row in former.get(person.id, ())
            ),
        )
        for person in (people[person_id] for person_id in ids)
    ]


def _merged_into(person_ids: list[int]) -> dict[int, list[Person]]:
    """The records merged into each of these people."""
    found: dict[int, list[Person]] = {}
    for start in range(0, len(person_ids), AT_ONCE):
        batch = person_ids[start : start + AT_ONCE]
        for row in db.session.scalars(select(Person).where(Person.merged_into_id.in_(batch)).order_by(Person.id)):
            found.setdefault(row.merged_into_id or 0, []).append(row)
    return found


def _results(person_ids: list[int], scheme: str) -> Select[int, str, date]:
    return select(Result.person_id, Result.outcome, Result.event_on).where(
        Result.person_id.in_(person_ids), Result.scheme == scheme, Result.state.in_(("released", "superseded"))
    )


def _clearances(person_ids: list[int]) -> Iterator[tuple[int, KnownClearance]]:
    former: dict[int, set[tuple[date | None, date | None]]] = {}
    corrections = select(
        ClearanceCorrection.clearance_id, ClearanceCorrection.was_granted_on, ClearanceCorrection.was_ends_on
    ).where(ClearanceCorrection.person_id.in_(person_ids), ClearanceCorrection.kind.in_(("dates", "shortened")))
    for clearance_id, granted_on, ends_on in db.session.execute(corrections):
        former.setdefault(clearance_id or 0, set()).add((granted_on, ends_on))
    for row in db.session.scalars(select(Clearance).where(Clearance.person_id.in_(person_ids))):
        yield (
            row.person_id,
            KnownClearance(
                row.id,
                row.level,
                row.granted_on,
                row.ends_on,
                to_be_asked=row.ends_source == "to_be_asked",
                stands=row.state in HELD and row.struck_out_on is None,
                shortened=row.ends_source == "risk_owner",
                former=frozenset(former.get(row.id, ())),
            ),
        )


def _applications(person_ids: list[int]) -> Iterator[tuple[int, Waiting]]:
    """Those that can be granted next."""
    row = ClearanceApplication
    query = select(row.person_id, row.id, row.level, row.state_on).where(
        row.person_id.in_(person_ids),
        row.decided_on.is_(None),
        row.state.in_([state for state, steps in APPLICATION_STEPS.items() if "granted" in steps]),
    )
    for person_id, application_id, level, since in db.session.execute(query):
        yield person_id, Waiting(application_id, level, since)


def _addresses(person_ids: list[int]) -> Select[int, str]:
    return select(ContactAddress.person_id, ContactAddress.address).where(
        ContactAddress.person_id.in_(person_ids), ContactAddress.ended_at.is_(None)
    )


def _awards(facts: list[Fact], scheme: str) -> tuple[Span, ...]:
    return tuple(
        sorted(
            Span(fact.starts_on, fact.ends_on or FOREVER)
            for fact in facts
            if fact.kind == "award" and fact.code == scheme and fact.voided_at is None
        )
    )
