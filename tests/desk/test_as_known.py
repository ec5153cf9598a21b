"""What was known of somebody at a moment, beside what is known now, and who has changed what since."""

import re
from datetime import date

import pytest
import time_machine
from sqlalchemy import select

from accreditation.core.audit import AuditEntry
from accreditation.core.database import db, transaction
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.standing.models import Evidence
from accreditation.standing.services import void
from tests import factories
from tests.desk.people import MANAGER, own, working_mediator

OFFICER = Grant(Role.VETTING_OFFICER, Scope.SERVICE)


@pytest.fixture
def ada(app):
    """Cleared from 2026 until 2030 as recorded in September; on 10 January that proved wrong: until 1 February 2027."""
    with time_machine.travel("2026-09-02T09:00:00+00:00", tick=False):
        ada = working_mediator(name="Ada Okafor")
        olga = factories.person(name="Olga Officer")
        cleared = factories.evidence(
            ada.id, "clearance", date(2026, 9, 1), code="SC", ends_on=date(2031, 1, 1), recorded_by=olga.id
        )
    with time_machine.travel("2027-01-10T14:30:00+00:00", tick=False), transaction():
        for fact in (cleared, *clearances(ada.id, "CTC")):
            void(fact.id, reason="The unit’s own secret words", recorded_by=olga.id)
    with time_machine.travel("2027-01-10T14:31:00+00:00", tick=False):
        factories.evidence(
            ada.id, "clearance", date(2026, 9, 1), code="CTC", ends_on=date(2027, 2, 1), recorded_by=olga.id
        )
        factories.evidence(ada.id, "cpd", date(2027, 1, 5), quantity=3, recorded_by=olga.id)
    return ada


def clearances(person_id, code):
    return list(db.session.scalars(select(Evidence).filter_by(person_id=person_id, kind="clearance", code=code)))


def plain(page: str) -> str:
    main = page[page.index("<main") : page.index("</main")]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main))


def test_then_stands_beside_now_with_what_has_changed_and_by_whom(ada, today, sign_in):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2027-02-01&known=2027-01-09").text
    words = plain(page)
    assert "Not today’s view. This is 1 February 2027, by what was known on 9 January 2027." in page
    assert "<title>Ada Okafor, on 1 February 2027, as known on 9 January 2027 – " in page
    assert "1 February 2027, as known on 9 January 2027 Could work until 31 August 2027" in words
    assert "1 February 2027, as known now Could not work: lapsed since 1 February 2027" in words
    assert "10 January 2027 at 2:30pm Struck out Clearance: CTC, 1 September 2026 to 31 December 2029 Olga" in words
    assert "10 January 2027 at 2:31pm Recorded Clearance: CTC, 1 September 2026 to 31 January 2027 Olga" in words
    assert "Recorded CPD, 5 January 2027, 3 hours Olga Officer" in words
    differing = re.findall(r'<tr class="row-first">\s*<th[^>]*>([^<]+)<span class="row-note">Differs', page)
    assert differing == ["CTC clearance in force", "Refresher day in the last twelve months"]  # what ends first, too
    evidence = words[words.index("Evidence, as known on 9 January 2027") : words.index("How this is worked out")]
    assert "Struck out" not in evidence
    assert "31 Dec 2029" in evidence
    assert "CPD" not in evidence


@pytest.mark.parametrize(
    ("known", "said"),
    [
        ("2027-01-10T14:29:59+00:00", "Could work until"),
        ("2027-01-10T14:30:00+00:00", "Could not work"),
        ("10 January 2027 at 2:29pm", "Could work until"),
        ("10 January 2027 at 2:30pm", "Could not work"),
        ("2027-01-09", "Could work until"),
        ("2027-01-10", "Could not work"),
    ],
)
def test_a_moment_is_exact(ada, today, sign_in, known, said):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}", query_string={"on": "2027-02-01", "known": known}).text
    assert said in page[page.index("page-head") : page.index("answer-lead")]


def test_before_the_register_began_nothing_was_known(ada, today, sign_in):
    words = plain(sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2026-12-01&known=2026-09-01").text)
    assert "Before the register began nothing was known. Its first fact was recorded on 2 September 2026" in words
    late = working_mediator(name="Lea Late")
    words = plain(sign_in(MANAGER).get(f"/mediators/{late.reference}?on=2026-12-01&known=2026-10-01").text)
    assert "Nothing was known about Lea Late then." in words
    assert "Before the register began" not in words


def test_what_has_not_changed_is_said(ada, today, sign_in):
    words = plain(sign_in(MANAGER).get(f"/mediators/{ada.reference}?known=2027-02-01").text)
    assert "Nothing: what is known now is what was known on 1 February 2027." in words
    assert (
        "This is 2 February 2027, which is today, by what was known on 1 February 2027."
        in sign_in(MANAGER).get(f"/mediators/{ada.reference}?known=2027-02-01").text
    )


def test_why_a_clearance_was_struck_out_stays_with_vetting(ada, today, sign_in):
    address = f"/mediators/{ada.reference}?on=2027-02-01&known=2027-01-09"
    assert "secret words" not in sign_in(MANAGER).get(address).text
    assert "secret words" not in sign_in(own(ada), person=ada).get(address).text
    assert "secret words" in sign_in(OFFICER).get(address).text


def test_a_vetting_officer_learns_of_clearances_and_of_no_other_day_s_verdict(ada, today, sign_in):
    words = plain(sign_in(OFFICER).get(f"/mediators/{ada.reference}?on=2027-02-01&known=2027-01-09").text)
    assert "Not shown to you for another day" in words
    assert "Struck out Clearance: CTC" in words
    for hidden in ("CPD", "Could work", "Could not work", "What we knew then"):
        assert hidden not in words, hidden


def test_a_mediator_may_ask_about_themself(ada, today, sign_in):
    client = sign_in(own(ada), person=ada)
    assert "Could work until" in client.get(f"/mediators/{ada.reference}?on=2026-12-01").text


@pytest.mark.parametrize("role", [Role.LINE_MANAGER, Role.HELPLINE_ADVISER, Role.AUDITOR])
def test_who_may_know_of_today_alone_is_told_of_no_other_day(ada, today, sign_in, role):
    scope = (Scope.PERSON, ada.id) if role is Role.LINE_MANAGER else (Scope.SERVICE, None)
    client = sign_in(Grant(role, *scope))
    assert "See another day" not in client.get(f"/mediators/{ada.reference}").text
    for question in ("on=2027-01-31", "known=2027-01-09", "on=nonsense"):
        assert client.get(f"/mediators/{ada.reference}?{question}").status_code == 403


def test_a_past_page_offers_nothing_to_do_and_keeps_its_day(ada, today, sign_in):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2026-12-01&known=2027-01-09").text
    for absent in ("Award an accreditation", "Renew now", "Next: ", "What to do"):
        assert absent not in page, absent
    assert 'href="/mediators?on=2026-12-01"' in page
    assert "That day, 1 Dec 2026" in page
    assert 'aria-label="On 1 December 2026: could work until' in page


def test_a_future_page_says_if_nothing_is_done(ada, today, sign_in):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2027-09-02").text
    assert "<h1>Ada Okafor, on 2 September 2027, if nothing is done</h1>" in page
    assert "What would be missing" in page


def test_a_bad_moment_is_told_at_its_field(ada, today, sign_in):
    page = sign_in(MANAGER).get(f"/mediators/{ada.reference}?known=2027-02-03").text
    assert "<title>Error: Ada Okafor – " in page
    assert page.count("nobody knows yet what will be known then") == 2


def test_the_look_is_noted_with_what_was_asked(ada, today, sign_in):
    sign_in(MANAGER).get(f"/mediators/{ada.reference}?on=2027-02-01&known=2027-01-09")
    entry = db.session.scalar(select(AuditEntry).where(AuditEntry.action.startswith("read ")))
    assert entry.about_id == ada.id
