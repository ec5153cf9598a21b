"""A mediator for whom nothing ends but what the test names."""

from datetime import date

from accreditation.core.calendar import anniversary
from accreditation.core.database import transaction
from accreditation.people.models import Person
from accreditation.standing.services import declare, declaring_many
from tests import factories

LONG_AGO, FAR = date(2020, 1, 1), date(2040, 1, 1)


def everything_in_order(
    *,
    ctc: date = FAR,
    award: date = FAR,
    refresher: date | None = None,
    attended: date | None = None,
    cpd: date = FAR,
    **details,
) -> Person:
    """Each date is the exclusive end of that requirement; `attended`: the refresher day itself, in place of its end."""
    attended = attended or (anniversary(refresher, -12) if refresher else None)
    who = factories.person(**details)
    with transaction(), declaring_many():
        for kind, code, starts_on, ends_on in (
            ("training", "INHOUSE-WPM", LONG_AGO, None),
            ("award", "INHOUSE-WPM", LONG_AGO, award),
            ("clearance", "CTC", LONG_AGO, ctc),
            ("case", "co_mediation", LONG_AGO, None),
            ("case", "co_mediation", LONG_AGO, None),
            ("waiver", "practice", LONG_AGO, FAR),
            ("waiver", "supervision", LONG_AGO, FAR),
            ("waiver", "cpd", LONG_AGO, cpd),
            ("refresher", "ROLE-PLAY", attended, None) if attended else (
                "waiver", "refresher", LONG_AGO, FAR,
            ),
        ):  # fmt: skip
            declare(
                who.id,
                kind=kind,
                code=code,
                starts_on=starts_on,
                ends_on=ends_on,
                source=("test", 1),
                recorded_by=None,
            )
    return who
