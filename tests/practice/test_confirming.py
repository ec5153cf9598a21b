"""Who confirms what is logged, as the scheme names them."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.people.rules import Grant
from accreditation.practice import services
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.entries import Details
from accreditation.standing.queries import evidence_of
from accreditation.standing.rules.confirmers import who_confirms
from accreditation.standing.rules.contract.reading import Refused
from accreditation.standing.rules.contract.scheme_json import requirement_as_json
from accreditation.standing.rules.contract.schemes import read_requirement
from accreditation.standing.rules.evidence import Fact
from tests import factories
from tests.practice.seen import seen

MANAGER = Grant(Role.PRACTICE_MANAGER, Scope.SERVICE)
CPD = Details("cpd", date(2027, 1, 12), Decimal(2), "course")
CPD_FORM = {"code": "course", "done_on": "12 January 2027", "hours": "2"}


def requirement(confirmed_by: str | None = None, **changes):
    asked = {"code": "cpd", "rule": "accumulated", "kind": "cpd", "quantity": 6, "per_months": 12, **changes}
    return read_requirement(asked | ({"confirmed_by": confirmed_by} if confirmed_by else {}), 1)


def fact(kind: str = "cpd", code: str | None = "course") -> Fact:
    return Fact(kind, code, date(2027, 1, 12), None, Decimal(2))


@pytest.mark.parametrize(
    ("named", "who"),
    [
        ([], "practice manager"),
        ([None], "practice manager"),
        (["mediator"], "mediator"),
        (["mediator", None], "practice manager"),  # of two that it would count for, the one farther away
        (["line manager", "practice manager"], "line manager"),
        (["supervisor", "provider", "mediator"], "provider"),
    ],
)
def test_the_one_farthest_from_the_mediator_confirms(named, who):
    assert who_confirms([requirement(each) for each in named], fact()) == who


def test_only_requirements_it_would_count_for_are_asked():
    one = requirement("supervisor", of="reading")
    assert who_confirms([one], fact()) == "practice manager"
    assert who_confirms([one], fact(code="reading")) == "supervisor"
    parts = [{"rule": "accumulated", "kind": kind, "quantity": 1, "per_months": 12} for kind in ("cpd", "supervision")]
    either = read_requirement(
        {"code": "kept", "rule": "any_of", "requirements": parts, "confirmed_by": "line manager"}, 1
    )
    assert [who_confirms([either], fact(kind)) for kind in ("cpd", "supervision", "case")] == [
        "line manager",
        "line manager",
        "practice manager",
    ]
    declared = read_requirement(
        {"code": "code", "rule": "held", "kind": "declaration", "of": "insurance", "confirmed_by": "mediator"}, 1
    )
    assert who_confirms([declared], fact("declaration", "insurance")) == "mediator"


def test_it_is_data_of_the_scheme_and_a_word_nobody_knows_is_refused():
    assert requirement_as_json(requirement("supervisor"))["confirmed_by"] == "supervisor"
    assert "confirmed_by" not in requirement_as_json(requirement())
    with pytest.raises(Refused, match="confirmed_by"):
        requirement("the cat")


def log(person_id: int, details: Details = CPD) -> PracticeEntry:
    with transaction():
        return services.log_entry(person_id, details, on=factories.TODAY, recorded_by=person_id)


def test_the_mediators_own_word_counts_at_once_where_the_scheme_takes_it(named):
    named("mediator")
    ada = factories.mediator()
    entry = log(ada.id)
    assert (entry.state, entry.confirmed_by, entry.decided_on) == ("confirmed", None, factories.TODAY)
    assert [one.kind for one, _ in evidence_of(ada.id)] == ["cpd"]
    assert log(ada.id, Details("case", CPD.done_on, Decimal(1), "lead")).state == "logged"  # nobody said so of cases


def test_an_entry_that_was_returned_counts_on_the_own_word_too(named):
    ada, office = factories.mediator(), factories.person()
    entry = log(ada.id)
    with transaction():
        services.return_entry(entry.id, reason="Which course?", on=factories.TODAY, decided_by=office.id)
    named("mediator")
    with transaction():
        assert services.amend_entry(entry.id, CPD, person_id=ada.id, on=factories.TODAY).state == "confirmed"


@pytest.mark.parametrize("who", ["line manager", "supervisor", "provider"])
def test_the_office_confirms_for_somebody_else_only_on_their_word(named, who):
    named(who)
    ada, office = factories.mediator(), factories.person()
    entry = log(ada.id)
    for word in (None, "", "  "):
        with pytest.raises(DomainError, match=f"has the {who} confirm"), transaction():
            services.confirm_entries([entry.id], on=factories.TODAY, confirmed_by=office.id, on_word_of=word)
    assert evidence_of(ada.id) == []
    with transaction():
        services.confirm_entries([entry.id], on=factories.TODAY, confirmed_by=office.id, on_word_of=" Dr Mensah ")
    assert db.session.get_one(PracticeEntry, entry.id).on_word_of == "Dr Mensah"
    assert len(evidence_of(ada.id)) == 1


def test_the_office_needs_nobodys_word_where_it_is_named(named):
    named("practice manager")
    entry, office = log(factories.mediator().id), factories.person()
    with transaction():
        services.confirm_entries([entry.id], on=factories.TODAY, confirmed_by=office.id, on_word_of="Somebody")
    assert db.session.get_one(PracticeEntry, entry.id).on_word_of is None


def test_pages_say_who_confirms_and_ask_for_their_word(named, sign_in, today):
    named("supervisor")
    ada = factories.accredited_mediator(name="Ada Okafor")
    mine = sign_in(Grant(Role.MEDIATOR, Scope.PERSON, ada.id), person=ada)
    page = mine.post("/practice/mine/cpd", data=CPD_FORM, follow_redirects=True)
    assert "It counts once the supervisor has confirmed it" in page.text
    entry_id = db.session.scalars(select(PracticeEntry.id)).one()
    office = sign_in(MANAGER)
    page = office.post("/practice", data={"entry": [entry_id], "step": "show"}).text
    assert "The scheme has the supervisor confirm some of these" in page
    page = office.post("/practice", data={"entry": [entry_id], "step": "save", "on_word_of": "", **seen(entry_id)}).text
    assert "Say on whose word you confirm it" in page
    save = {"entry": [entry_id], "step": "save", "on_word_of": "Dr Mensah", **seen(entry_id)}
    assert "1 entry confirmed" in office.post("/practice", data=save, follow_redirects=True).text
    assert "on the word of Dr Mensah" in mine.get("/practice/mine").text


def test_what_the_office_records_itself_waits_for_that_word_too(named, sign_in, today):
    named("supervisor")
    ada = factories.accredited_mediator()
    page = sign_in(MANAGER).post(f"/practice/new/{ada.reference}/cpd", data=CPD_FORM, follow_redirects=True)
    assert "It counts once it is confirmed on the word of the supervisor" in page.text
    assert db.session.scalars(select(PracticeEntry.state)).one() == "logged"
