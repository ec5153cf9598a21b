"""Topics and corrections that contacts led to, and what mediators say themselves is wrong. Supervision: helpline.py."""

from datetime import timedelta

from sqlalchemy import select

from accreditation.core.database import db
from accreditation.core.permissions import Role
from accreditation.desk.demo.filling.ground import Ground, moment
from accreditation.desk.demo.filling.people import sign_ins
from accreditation.desk.led_to.services import suggest_after
from accreditation.desk.raising.rules import OF_KIND
from accreditation.desk.raising.services import answer_correction, raise_correction
from accreditation.helpline.models import Contact
from accreditation.helpline.services import mark_seen, pass_on, settle_correction
from accreditation.standing.models import Evidence

TOPICS = {
    "information_security": ("information_security", ""),
    "debrief_wellbeing": ("wellbeing", ""),
    "ethics_code_of_practice": ("ethics_code_of_practice", ""),
    "impasse_party_behaviour": (None, "Naming an impasse"),
}
"""By category of a contact: the topic that is suggested after it, by its code or in the adviser's own words."""


def fill_led_to(ground: Ground) -> None:
    """After the helpline and the practice log. A service of very few mediators has had few calls, and shows less."""
    contacts = list(db.session.scalars(select(Contact).order_by(Contact.contacted_at, Contact.id)))
    _suggest_topics(ground, contacts)
    _pass_on(ground, contacts)
    _raise_corrections(ground)


def _suggest_topics(ground: Ground, contacts: list[Contact]) -> None:
    for contact in contacts:
        if contact.category in TOPICS:
            topic, words = TOPICS[contact.category]
            suggest_after(
                contact.id,
                topic=topic,
                words=words,
                on=contact.contacted_at.date(),
                suggested_by=ground.staff(Role.HELPLINE_ADVISER),
            )


def _pass_on(ground: Ground, contacts: list[Contact]) -> None:
    """A risk that the manager has not read, a correction that waits, and one that was answered."""
    on, adviser, manager = ground.plan.on, ground.staff(Role.HELPLINE_ADVISER), ground.manager
    risky = [contact for contact in contacts if contact.category == "risk_safeguarding"]
    if risky:
        pass_on(
            risky[-1].id,
            to_id=manager,
            text="A party in one case may be at risk after the last meeting. Please ring me before the next one.",
            form_key=f"demo-passed-on-risk-{risky[-1].id}",
            at=moment(on - timedelta(1)),
            passed_on_by=adviser,
        )
    asked = [contact for contact in contacts if contact.category == "accreditation_cpd"]
    for place, contact in enumerate(asked[-2:]):
        told = pass_on(
            contact.id,
            to_id=manager,
            text="Two hours of CPD were logged as one: they say the certificate shows two.",
            form_key=f"demo-passed-on-correction-{contact.id}",
            at=moment(on - timedelta(8 - 6 * place)),
            passed_on_by=adviser,
            purpose="correction",
        )
        if place == 0:
            mark_seen(told.id, at=moment(on - timedelta(7)))
            settle_correction(told.id, evidence_id=None, at=moment(on - timedelta(6)), settled_by=manager)


def _raise_corrections(ground: Ground) -> None:
    """Who signs in as a mediator reads an answer; somebody else still waits for one."""
    on, known = ground.plan.on, {one.email for one in sign_ins(ground.plan.seed)}
    accredited = [mediator for mediator in ground.plan.mediators if mediator.awards]
    for own in [mediator for mediator in accredited if mediator.email in known][:1]:
        raised = raise_correction(
            ground.id_of(own),
            about="practice",
            text="My supervision in the autumn is missing. It was an hour, in the office in Croydon.",
            evidence_id=None,
            form_key=f"demo-raised-{own.key:08}",
            at=moment(on - timedelta(12)),
        )
        answer_correction(
            raised.id,
            outcome="stands",
            answer="It is there: it was logged on the day after, which is why you did not find it under October.",
            at=moment(on - timedelta(10)),
            answered_by=ground.manager,
        )
    for other in [mediator for mediator in accredited if mediator.email not in known][:1]:
        rows = select(Evidence).where(Evidence.person_id == ground.id_of(other), Evidence.kind.in_(OF_KIND))
        fact = db.session.scalars(rows.order_by(Evidence.starts_on.desc(), Evidence.id.desc())).first()
        raise_correction(
            ground.id_of(other),
            about="other",
            text="This is entered for the wrong day. It was on the day before.",
            evidence_id=fact.id if fact else None,
            form_key=f"demo-raised-{other.key:08}",
            at=moment(on - timedelta(2)),
        )
