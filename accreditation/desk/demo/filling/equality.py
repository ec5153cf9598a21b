"""Last year's applicants, their equality answers by their own links, and the figures that are published of them."""

from datetime import timedelta

from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.plan.equality import PastApplicant, reason_for
from accreditation.desk.demo.plan.people import SCHEME
from cohorts.queries.equality import of_year
from cohorts.rules.links import APPLICANT
from cohorts.services.applications import move_application, submit_application
from cohorts.services.equality.cutting import shuffle_answers
from cohorts.services.equality.forms import save_answers
from cohorts.services.equality.publishing import publish_figures
from cohorts.services.links import open_link, token_of


def fill_equality(ground: Ground) -> None:
    for applicant in ground.plan.past_applicants:
        _apply(ground, applicant)
    on = ground.plan.on
    collection = of_year(on.year - 1)
    publish_figures(collection, on=on, counted_before=on + timedelta(1))
    shuffle_answers(collection)


def _apply(ground: Ground, applicant: PastApplicant) -> None:
    person, manager = applicant.person, applicant.line_manager
    (_, sent_on), *later = applicant.route
    at = moment(sent_on, 9 * 60 + person.key % 400)
    application = submit_application(
        form_key=f"demo-{person.key}",
        scheme=SCHEME,
        given_name=person.given,
        family_name=person.family,
        email=person.email,
        pay_number=person.pay_number,
        unit_id=ground.units[person.unit],
        motivation=applicant.motivation,
        line_manager_name=manager.name,
        line_manager_email=manager.email,
        at=at,
    )
    link = open_link(application.id, APPLICANT)
    if applicant.answers and link:
        save_answers(token_of(link), applicant.answers, at=at)
    for stage, on in later:
        move_application(application.id, stage, at=moment(on), by=ground.manager, reason=reason_for(stage))
