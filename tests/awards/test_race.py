"""Two managers at once, in two real processes, and the control without the guards."""

from accreditation.awards.queries.given import awards_of
from accreditation.awards.services import awarding
from tests import factories
from tests.racing import race, slow_down


def award(person_id: int) -> str:
    slow_down(awarding, "readiness")
    awarding.award_accreditation(person_id, "INHOUSE-WPM", on=factories.TODAY, awarded_by=None)
    return "awarded"


def race_to_award(app, *, guarded):
    who = factories.ready_mediator(trained_on=factories.TODAY).id
    answers = race(app.config["SETTINGS"], award, (who,), (who,), guarded=guarded)
    return answers, len(awards_of(who))


def test_two_managers_at_once_make_one_award(app):
    assert race_to_award(app, guarded=True) == (["awarded", "refused"], 1)


def test_without_the_guards_the_race_is_lost(app):
    """The negative control: if this fails, the test above proves nothing."""
    assert race_to_award(app, guarded=False) == (["awarded", "crashed"], 1)
