"""Vetting matters are signposted and never noted: at every door where a text can be kept. Names are only warned of."""

import pytest
from sqlalchemy import select

from accreditation.core.database import db, transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Role, Scope
from accreditation.core.settings import set_setting
from accreditation.helpline import services
from accreditation.helpline.models import Contact, Escalation
from accreditation.helpline.rules import signposting, vetting_words
from accreditation.helpline.rules.signposting import VETTING_WORDS
from accreditation.people.rules import Grant
from tests import factories

ADVISER = Grant(Role.HELPLINE_ADVISER, Scope.SERVICE)
CALL = {
    "channel": "phone",
    "category": "process",
    "minutes": "5",
    "outcome": "answered",
    "contacted_on": "2 February 2027",
    "contacted_time": "09:45",
}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Asked when her vetting is renewed", ["vetting"]),
        ("VETTING, and Vetted before", ["VETTING", "Vetted"]),
        ("Has to be re-vetted", ["re-vetted"]),
        ("The CTC runs out, and the clearance with it", ["CTC", "clearance"]),
        ("Security clearance was refused", ["Security clearance"]),
        ("Counter-terrorist check outstanding", ["Counter-terrorist check"]),
        ("NPPV3 and NPPV 2", ["NPPV3", "NPPV 2"]),
        ("Not cleared to mediate there", ["cleared to"]),
        ("DV in the background", ["DV"]),
        ("An SC and another SC", ["SC"]),
        ("The aftercare form", ["aftercare"]),
        ("Cleared the air, and vetted nothing", ["vetted"]),
        ("Name the ground rules again", []),
        ("They discussed the disclosure; the scene was clear", []),
        ("dv and sc, in small letters, and DVD, SCD3, RVP", []),
        ("The vet was there, and brevetted", []),
        (None, []),
    ],
)
def test_words_of_a_vetting_matter(text, found):
    assert [one.word for one in vetting_words(text)] == found


def test_the_refusal_says_where_to_go_and_how_to_put_it_otherwise():
    said = signposting("Her DV was refused", "CTC 7", unit="020 7946 0000")
    assert said
    assert "“DV”, “CTC” are about vetting" in said
    assert "signposted to the vetting unit (020 7946 0000) and never noted" in said
    assert "for “DV” domestic abuse" in said
    assert "for “CTC”" not in said
    assert signposting("Ground rules", None) is None


@pytest.mark.parametrize("word", [word for word in VETTING_WORDS if word.instead], ids=lambda word: word.pattern)
def test_whatever_is_put_in_other_words_is_kept(word):
    """Who is told to write something else is never refused that too."""
    assert vetting_words(word.instead) == []


def test_no_text_about_vetting_is_kept_whatever_is_pressed(sign_in):
    ada, adviser = factories.mediator(), sign_in(ADVISER)
    with transaction():
        set_setting("vetting_contact", "020 7946 0000")
    path, call = f"/helpline/new/{ada.reference}", {**CALL, "advice": "Her vetting was refused in May"}
    for sent in (call, {**call, "looked_at": "vetting"}, {**CALL, "case_reference": "vetting-7"}):
        page = adviser.post(path, data=sent).text
        assert "signposted to the vetting unit (020 7946 0000) and never noted" in page
        assert db.session.scalars(select(Contact)).all() == []
    kept = adviser.post(path, data={**CALL, "advice": "She feels free to go on"})
    assert kept.status_code == 302


def test_one_press_records_it_as_signposted_without_the_text(sign_in):
    ada, adviser = factories.mediator(), sign_in(ADVISER)
    path = f"/helpline/new/{ada.reference}"
    call = {**CALL, "advice": "Her vetting was refused in May"}
    assert "Record it as signposted, without the text" in adviser.post(path, data=call).text
    assert "Record it as signposted" not in adviser.post(path, data={**CALL, "minutes": "0"}).text
    assert adviser.post(path, data={**call, "signpost": "1"}).status_code == 302
    contact = db.session.scalars(select(Contact)).one()
    assert (contact.category, contact.outcome, contact.advice) == ("vetting_signpost", "signposted", None)


def test_the_services_keep_to_it_too(app):
    ada, grace = factories.mediator(), factories.person()
    for changes in ({"advice": "The CTC ran out"}, {"case_reference": "CTC-9"}):
        with pytest.raises(DomainError, match="never noted"):
            factories.contact(ada.id, **changes)
    contact = factories.contact(ada.id)
    with pytest.raises(DomainError, match="never noted"), transaction():
        services.pass_on(
            contact.id,
            to_id=grace.id,
            text="His clearance was withdrawn",
            form_key="a-form-that-was-opened-once",
            at=factories.TEN,
            passed_on_by=grace.id,
        )
    assert db.session.scalars(select(Escalation)).all() == []


def test_a_name_is_warned_of_once_and_the_adviser_decides(sign_in):
    ada, adviser = factories.mediator(), sign_in(ADVISER)
    path, call = f"/helpline/new/{ada.reference}", {**CALL, "advice": "Talked to Karen Jones about the room"}
    page = adviser.post(path, data=call).text
    assert "“Karen Jones” looks like the name of somebody" in page
    assert db.session.scalars(select(Contact)).all() == []
    assert adviser.post(path, data={**call, "looked_at": "Karen Jones"}).status_code == 302
    assert len(db.session.scalars(select(Contact)).all()) == 1
