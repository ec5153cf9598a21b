"""What the tests of line managers do and ask again and again."""

from datetime import UTC, date, datetime
from decimal import Decimal

from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice import services
from accreditation.practice.models import ConfirmationLink, LineManager, PracticeEntry
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.rules.entries import Details
from accreditation.practice.rules.line_managers import Answer, mark_of
from accreditation.practice.services import line_managers as service
from accreditation.standing.queries import evidence_of
from tests import factories

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
AT = datetime(2027, 2, 2, 10, tzinfo=UTC)
TODAY = factories.TODAY
CPD = Details("cpd", date(2027, 1, 12), Decimal(2), "course", note="A course on listening")


def name(person_id: int, by: int, called: str = "Robin Bell", address: str = "robin.bell@example.police.uk"):
    with transaction():
        return service.name_line_manager(person_id, name=called, address=address, at=AT, named_by=by)


def log(person_id: int, details: Details = CPD) -> PracticeEntry:
    with transaction():
        return services.log_entry(person_id, details, on=TODAY, recorded_by=person_id)


def ask(person_id: int, on: date = TODAY, at: datetime = AT, again: bool = False) -> bool:
    with transaction():
        return service.ask_line_manager(person_id, on=on, at=at, again=again)


def token(person_id: int) -> str:
    """Of the newest link that was made for them."""
    links = select(ConfirmationLink).join(ConfirmationLink.line_manager).where(LineManager.person_id == person_id)
    return service.token_of(db.session.scalars(links.order_by(ConfirmationLink.id.desc())).first())


def answer(entry: PracticeEntry, confirms: bool = True, words: str = "") -> Answer:
    return Answer(entry.id, mark_of(details_of(entry)), confirms, words)


def by_link(link: str, *answers: Answer, at: datetime = AT) -> int:
    with transaction():
        return service.answer_by_link(link, answers, on=TODAY, at=at)


def evidence(person_id: int) -> int:
    return len([fact for fact, void in evidence_of(person_id) if fact.kind == "cpd" and void is None])


def letters() -> list[Letter]:
    db.session.rollback()
    return list(db.session.scalars(select(Letter).where(Letter.template == service.ASKED).order_by(Letter.id)))


def part(entry: PracticeEntry, said: str, words: str = "") -> dict[str, str]:
    """What a page sends of one entry."""
    prefix = f"entry{entry.id}-"
    return {f"{prefix}answer": said, f"{prefix}words": words, f"{prefix}seen": mark_of(details_of(entry))}
