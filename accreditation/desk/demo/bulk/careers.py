"""One mediator as rows: the rooms' records, the evidence that follows from them, and the engine's answer."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from accreditation.awards.models import Award
from accreditation.core.calendar import anniversary
from accreditation.desk.demo.bulk.rows import Batch
from accreditation.desk.demo.filling.careers import DECIDED, HEAD_OF_SERVICE, LEAVE_TYPES
from accreditation.desk.demo.plan.people import AWARD_MONTHS, SCHEME, Cleared, Entry, Mediator, Overlay
from accreditation.people.models import ContactAddress, Person, PersonWord
from accreditation.people.rules import search_text, search_words, sort_name
from accreditation.practice.models import PracticeEntry
from accreditation.refreshers.models import Booking
from accreditation.standing.models import Deadline, Evidence, RequirementPeriod, StandingPeriod
from accreditation.standing.models import Overlay as Decision
from accreditation.standing.queries.overlays import RETURN
from accreditation.standing.queries.projected import projected
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.history import History
from accreditation.standing.rules.laying import NEUTRAL
from cohorts.models import Result
from vetting.models import Clearance, ClearanceChange

TABLES = [
    Person,
    PersonWord,
    ContactAddress,
    Result,
    Award,
    Clearance,
    ClearanceChange,
    Booking,
    PracticeEntry,
    Decision,
    Deadline,
    Evidence,
    StandingPeriod,
    RequirementPeriod,
]
"""In the order in which they refer to each other."""


@dataclass
class Office:
    """What all mediators of a run have in common."""

    batch: Batch
    now: datetime
    on: date
    units: Sequence[int]
    histories: Sequence[History]
    main: str
    day_id: Callable[[date], int]


def write_mediator(office: Office, mediator: Mediator, reference: str) -> None:
    writer = Writer(office, mediator, _person(office, mediator, reference))
    writer.train()
    for number, starts_on in enumerate(mediator.awards):
        writer.award(starts_on, f"{reference}-{number + 1}")
    for cleared in mediator.clearances:
        writer.clear(cleared)
    for on in mediator.refreshers:
        writer.refresh(on)
    for entry in mediator.entries:
        writer.practise(entry)
    for overlay in mediator.overlays:
        writer.overlay(overlay)
    writer.project()


def _person(office: Office, mediator: Mediator, reference: str) -> int:
    left = next((overlay.ends_on for overlay in mediator.overlays if overlay.kind == "membership"), None)
    text = search_text(mediator.given, mediator.family, reference, mediator.pay_number)
    person_id = office.batch.add(
        Person,
        reference=reference,
        given_name=mediator.given,
        family_name=mediator.family,
        sort_name=sort_name(mediator.given, mediator.family),
        search_text=text,
        pay_number=mediator.pay_number,
        unit_id=office.units[mediator.unit],
        holder_kind=mediator.holder_kind,
        left_on=left,
        version=1,
    )
    office.batch.add_all(PersonWord, [{"word": word, "person_id": person_id} for word in search_words(text)])
    office.batch.add(
        ContactAddress,
        person_id=person_id,
        address=mediator.email,
        since=office.now,
        ended_at=None,
        undeliverable_since=None,
        undeliverable_reason=None,
    )
    return person_id


class Writer:
    """The rows of one mediator. Each fact goes into the ledger with the record that it follows from."""

    def __init__(self, office: Office, mediator: Mediator, person_id: int) -> None:
        self._office = office
        self._batch = office.batch
        self._mediator = mediator
        self._facts: list[Fact] = []
        self.person_id = person_id

    def train(self) -> None:
        result_id = self._batch.add(
            Result,
            person_id=self.person_id,
            cohort_id=None,
            enrolment_id=None,
            scheme=SCHEME,
            course=None,
            attempt=1,
            outcome="pass",
            event_on=self._mediator.passed_on,
            note=None,
            state="released",
            recorded_by=None,
            submitted_by=None,
            submitted_at=None,
            released_by=None,
            released_at=None,
            supersedes_id=None,
        )
        self.declare("training", SCHEME, self._mediator.passed_on, None, ("result", result_id))

    def award(self, starts_on: date, number: str) -> None:
        ends_on = anniversary(starts_on, AWARD_MONTHS)
        taken = next((o for o in self._mediator.overlays if o.kind == "withdrawal" and o.ends_on == ends_on), None)
        award_id = self._batch.add(
            Award,
            number=number,
            person_id=self.person_id,
            scheme=SCHEME,
            starts_on=starts_on,
            ends_on=ends_on,
            renews_id=None,
            awarded_by=None,
            awarded_at=self._office.now,
            withdrawn_on=taken.starts_on if taken else None,
            withdrawn_by=None,
            withdrawn_at=self._office.now if taken else None,
            withdrawal_reason=taken.reason if taken else None,
            kind=None,
            reinstated_on=None,
            voided=False,
        )
        self.declare("award", SCHEME, starts_on, ends_on, ("award", award_id))

    def clear(self, cleared: Cleared) -> None:
        clearance_id = self._batch.add(
            Clearance,
            person_id=self.person_id,
            level=cleared.level,
            sponsor=None,
            state=cleared.stopped_as or "granted",
            state_on=cleared.stopped_on or cleared.granted_on,
            granted_on=cleared.granted_on,
            ends_on=cleared.ends_on,
            ends_source="vetting_unit",
            conditions=None,
            reference=None,
            notes=None,
            application_id=None,
        )
        if cleared.stopped_on:
            self._batch.add(
                ClearanceChange,
                clearance_id=clearance_id,
                state=cleared.stopped_as,
                changed_on=cleared.stopped_on,
                recorded_by=None,
            )
        self.declare("clearance", cleared.level, cleared.granted_on, cleared.holds_until, ("clearance", clearance_id))

    def refresh(self, on: date) -> None:
        booking_id = self._batch.add(
            Booking,
            person_id=self.person_id,
            day_id=self._office.day_id(on),
            state="attended",
            hours=None,
            booked_on=on,
            booked_by=None,
            attendance_by=None,
        )
        self.declare("refresher", None, on, None, ("refresher_booking", booking_id))

    def practise(self, entry: Entry) -> None:
        entry_id = self._batch.add(
            PracticeEntry,
            person_id=self.person_id,
            kind=entry.kind,
            code=entry.code,
            done_on=entry.on,
            quantity=entry.quantity,
            case_reference=None,
            note=entry.note,
            state="confirmed" if entry.confirmed else "logged",
            recorded_by=None,
            recorded_on=entry.on,
            confirmed_by=None,
            decided_on=entry.on if entry.confirmed else None,
            reason=None,
        )
        if entry.confirmed:
            self.declare(entry.kind, entry.code, entry.on, None, ("practice_entry", entry_id), entry.quantity)

    def overlay(self, overlay: Overlay) -> None:
        decided = overlay.kind in DECIDED
        self.declare(
            overlay.kind,
            overlay.code,
            overlay.starts_on,
            overlay.ends_on,
            ("overlay", self._decision(overlay)) if decided else ("demo", self.person_id),
            reason=NEUTRAL[overlay.kind] if decided else overlay.reason,
            scheme=SCHEME if overlay.kind == "withdrawal" else None,
        )

    def _decision(self, overlay: Overlay) -> int:
        """The record behind a suspension or leave; whose leave goes on is due back."""
        over = overlay.ends_on is not None and overlay.ends_on <= self._office.on
        number = self._batch.add(
            Decision,
            person_id=self.person_id,
            kind=overlay.kind,
            scheme=None,
            requirement=None,
            leave_type=LEAVE_TYPES.get(overlay.reason, "other") if overlay.kind == "leave" else None,
            starts_on=overlay.starts_on,
            ends_on=overlay.ends_on,
            reason=overlay.reason,
            authority=HEAD_OF_SERVICE,
            recorded_at=self._office.now,
            recorded_by=None,
            ended_on=None,
            ended_reason=None,
            ended_authority=None,
            ended_at=None,
            ended_by=None,
            returned_at=None,
            cancelled_at=None,
            cancelled_by=None,
            cancelled_reason=None,
            form_key=f"demo-{overlay.kind}-{self.person_id}-{overlay.starts_on.isoformat()}",
        )
        if overlay.kind == "leave" and not over:
            self._batch.add(
                Deadline,
                kind=RETURN,
                code="",
                person_id=self.person_id,
                owner_id=None,
                provider_id=None,
                basis_date=overlay.ends_on,
                source_type="overlay",
                source_id=number,
            )
        return number

    def declare(
        self,
        kind: str,
        code: str | None,
        starts_on: date,
        ends_on: date | None,
        source: tuple[str, int],
        quantity: Decimal | None = None,
        *,
        reason: str | None = None,
        scheme: str | None = None,
    ) -> None:
        self._facts.append(Fact(kind, code, starts_on, ends_on, quantity, scheme))
        self._batch.add(
            Evidence,
            person_id=self.person_id,
            scheme=scheme,
            kind=kind,
            code=code,
            starts_on=starts_on,
            ends_on=ends_on,
            quantity=quantity,
            source_type=source[0],
            source_id=source[1],
            reason=reason,
            recorded_at=self._office.now,
            recorded_by=None,
        )

    def project(self) -> None:
        office = self._office
        for found in projected(self.person_id, self._facts, office.histories, office.main):
            self._batch.add_all(StandingPeriod, found.standing)
            self._batch.add_all(RequirementPeriod, found.requirements)
