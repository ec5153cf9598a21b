"""Which figures of a scheme somebody has looked up."""

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.people.models import Person
from accreditation.standing.models import FigureConfirmation
from accreditation.standing.rules.figures import unsure
from accreditation.standing.rules.scheme import Scheme


def confirmations_of(scheme_code: str) -> dict[str, tuple[FigureConfirmation, str]]:
    """For each figure its last confirmation and by whom that was."""
    query = (
        select(FigureConfirmation, Person)
        .outerjoin(Person, Person.id == FigureConfirmation.confirmed_by)
        .where(FigureConfirmation.scheme == scheme_code)
        .order_by(FigureConfirmation.id)
    )
    return {
        found.figure: (found, person.name if person else "the service itself")
        for found, person in db.session.execute(query)
    }


def figures_to_check(schemes: list[Scheme]) -> dict[str, int]:
    """How many figures of each of these schemes are unsure and not confirmed, by code."""
    query = (
        select(FigureConfirmation.scheme, FigureConfirmation.figure, FigureConfirmation.says)
        .where(FigureConfirmation.scheme.in_([scheme.code for scheme in schemes]))
        .order_by(FigureConfirmation.id)
    )
    confirmed: dict[str, dict[str, str]] = {}
    for code, figure, says in db.session.execute(query):
        confirmed.setdefault(code, {})[figure] = says
    return {scheme.code: len(unsure(scheme, confirmed.get(scheme.code, {}))) for scheme in schemes}
