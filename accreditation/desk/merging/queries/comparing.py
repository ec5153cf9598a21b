"""Two records side by side, and what one person with the facts of both would be. Reads; writes nothing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from accreditation.accounts.queries.accounts import find_account_of
from accreditation.core.database import db
from accreditation.core.outbox import WAITING, Letter
from accreditation.core.permissions import Permission
from accreditation.desk.merging.rules.comparing import DateMoved, counted_by_kind, dates_moved, facts_twice
from accreditation.desk.merging.rules.following import Situation
from accreditation.desk.queries.record import EvidenceShown, evidence_shown
from accreditation.people.models import ContactAddress, Person, PersonName
from accreditation.people.queries import of_one_person, records_of, subject_of
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.models import Evidence, EvidenceVoid
from accreditation.standing.queries import Explanation, explain, facts_of_all, main_scheme_code
from accreditation.standing.queries.requirements import requirements_on
from accreditation.standing.queries.schemes import all_histories, history_of
from accreditation.standing.queries.standing import Standing, standing_from
from accreditation.standing.rules.concern import concerned
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.scheme import Scheme


@dataclass(frozen=True)
class Side:
    """One of two people as the register has them, as far as this viewer may know."""

    person: Person
    former_names: Sequence[str]
    references: Sequence[str]
    email: str | None
    account: str | None
    explained: Explanation
    evidence: EvidenceShown
    counts: dict[str, int]
    letters_waiting: int

    @property
    def name(self) -> str:
        return self.person.own_name

    @property
    def reference(self) -> str:
        return self.person.reference


@dataclass(frozen=True)
class Outlook:
    """One scheme: what each may be told to do alone, and the two as one person."""

    scheme: Scheme
    kept: Explanation
    merged: Explanation
    together: Explanation
    dates: Sequence[DateMoved]

    @property
    def changes(self) -> bool:
        return self.kept != self.together or any(row.moves for row in self.dates)


@dataclass(frozen=True)
class Comparison:
    """`kept` and `merged` as somebody has chosen; `twice`: the ids of facts that both have."""

    kept: Side
    merged: Side
    twice: frozenset[int]
    outlooks: Sequence[Outlook]
    digest: str

    @property
    def situation(self) -> Situation:
        """What the sentences about what follows are made from."""
        return Situation(
            kept=self.kept.reference,
            merged=self.merged.reference,
            kept_account=self.kept.account,
            merged_account=self.merged.account,
            kept_pay_number=self.kept.person.pay_number,
            merged_pay_number=self.merged.person.pay_number,
            kept_has_address=self.kept.person.email is not None,
            merged_has_address=self.merged.person.email is not None,
            letters_waiting=self.merged.letters_waiting,
            facts_twice=len(self.twice) // 2,
        )


def compared(kept: Person, merged: Person, viewer: Viewer, on: date) -> Comparison:
    """Two people who are not one yet, by the records that count for them, as this viewer may see them."""
    facts = facts_of_all([kept.id, merged.id])
    own, others = facts.get(kept.id, []), facts.get(merged.id, [])
    together = sorted([*own, *others], key=lambda fact: fact.id or 0)
    main = main_scheme_code()
    histories = concerned(all_histories().values(), known(together, None), main) or [history_of(main)]
    histories.sort(key=lambda history: (history.code != main, history.code))
    first, second = _side(kept, own, histories, viewer, on), _side(merged, others, histories, viewer, on)
    return Comparison(
        kept=first,
        merged=second,
        twice=facts_twice(first.evidence.rows, second.evidence.rows),
        outlooks=[
            _outlook(history, (subject_of(kept), own), (subject_of(merged), others), together, viewer, on)
            for history in histories
        ],
        digest=digest_of(kept, merged),
    )


def digest_of(kept: Person, merged: Person) -> str:
    """Changes when anything does that the comparison shows: what is confirmed must be what was seen."""
    last_fact, last_void = db.session.execute(
        select(func.max(Evidence.id), func.max(EvidenceVoid.id))
        .select_from(Evidence)
        .outerjoin(EvidenceVoid, EvidenceVoid.evidence_id == Evidence.id)
        .where(of_one_person(Evidence.person_id, kept.id) | of_one_person(Evidence.person_id, merged.id))
    ).one()
    seen = (kept.id, kept.version, merged.id, merged.version, last_fact, last_void)
    return hashlib.sha256(repr(seen).encode()).hexdigest()[:32]


def _side(person: Person, facts: list[Fact], histories: Sequence[History], viewer: Viewer, on: date) -> Side:
    whose = subject_of(person)
    evidence = evidence_shown(person, viewer, [history.shown(history.version_on(on)) for history in histories])
    records = records_of(person.id)
    account = find_account_of(person.id)
    waiting = select(func.count()).where(Letter.person_id.in_([row.id for row in records]), Letter.state.in_(WAITING))
    return Side(
        person=person,
        former_names=_former_names(records),
        references=[row.reference for row in records],
        email=_email(records) if viewer.may(Permission.VIEW_CONTACT, whose) else None,
        account=account.state if account else None,
        explained=explain(_standing(histories[0], whose, facts, on), viewer),
        evidence=evidence,
        counts=counted_by_kind(evidence.rows),
        letters_waiting=db.session.scalar(waiting) or 0,
    )


def _former_names(records: Sequence[Person]) -> list[str]:
    """The names before, the newest first: those of renaming, and those on records that are merged into this one."""
    query = select(PersonName).where(PersonName.person_id.in_([row.id for row in records]))
    rows = db.session.scalars(query.order_by(PersonName.until.desc(), PersonName.id.desc()))
    names = [row.own_name for row in records[1:]] + [f"{row.given_name} {row.family_name}".strip() for row in rows]
    return [name for name in dict.fromkeys(names) if name != records[0].own_name]


def _email(records: Sequence[Person]) -> str | None:
    query = select(ContactAddress.address, ContactAddress.person_id).where(
        ContactAddress.person_id.in_([row.id for row in records]), ContactAddress.ended_at.is_(None)
    )
    addresses = {person_id: address for address, person_id in db.session.execute(query)}
    return next((addresses[row.id] for row in records if row.id in addresses), None)


def _outlook(
    history: History,
    kept: tuple[Subject, list[Fact]],
    merged: tuple[Subject, list[Fact]],
    together: list[Fact],
    viewer: Viewer,
    on: date,
) -> Outlook:
    alone, other = _standing(history, *kept, on), _standing(history, *merged, on)
    both = _standing(history, kept[0], together, on)
    return Outlook(
        scheme=both.scheme,
        kept=explain(alone, viewer),
        merged=explain(other, viewer),
        together=explain(both, viewer),
        dates=dates_moved(
            requirements_on(alone, viewer) if kept[1] else [],
            requirements_on(other, viewer) if merged[1] else [],
            requirements_on(both, viewer),
        ),
    )


def _standing(history: History, whose: Subject, facts: list[Fact], on: date) -> Standing:
    return standing_from(history, whose, known(facts, None), on)
