"""Applicants with answers, as the office never sees them."""

from datetime import date

from accreditation.core.database import transaction
from cohorts.models import Application, Intake
from cohorts.services.equality import forms
from tests import factories
from tests.factories.cohorts import NOW, link_of, submit

STRAIGHT = {"sex": "female", "age": "35-44", "ethnicity": "W1", "sexual_orientation": "straight"}
GAY = {"sex": "male", "age": "25-34", "ethnicity": "B1", "sexual_orientation": "gay"}


def answer(application: Application, answers: dict[str, str] = STRAIGHT) -> None:
    with transaction():
        forms.save_answers(link_of(application.id), answers, at=NOW)


def applicants(intake: Intake, *answers: dict[str, str] | None, stage: str = "submitted") -> list[Application]:
    """One for each of these answers, in one transaction; None returns no form."""
    made = []
    with transaction():
        for given in answers:
            application = submit(intake_id=intake.id)
            if stage != "submitted":
                factories.cohorts.applications.step_application(application, stage, at=NOW, by=None, reason="so it is")
            if given is not None:
                forms.save_answers(link_of(application.id), given, at=NOW)
            made.append(application)
    return made


NEXT_MONTH = date(2027, 3, 1)
