"""What mediators rang the help line about. No party is named, and no case could be told from another."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from accreditation.desk.demo.plan.days import workday, workday_before
from accreditation.desk.demo.plan.people import Mediator

TOPICS = (
    (
        "process",
        "Asked whether a joint meeting may be split over two days. It may, if both parties agree.",
        "answered",
    ),
    (
        "ethics_code_of_practice",
        "Knows one of the parties slightly. Advised to disclose it to both and to offer to step back.",
        "answered",
    ),
    (
        "confidentiality_disclosure",
        "A party said something that may have to be passed on. Talked through the limits of confidentiality.",
        "escalated",
    ),
    (
        "risk_safeguarding",
        "Worried about a party's state of mind after the meeting. Gave the number of occupational health.",
        "signposted",
    ),
    (
        "impasse_party_behaviour",
        "Stuck after the second meeting. Rehearsed how to name the impasse and ask for options.",
        "supervision_arranged",
    ),
    (
        "agreement_drafting",
        "Went through the wording of an agreement: who does what by when.",
        "answered",
    ),
    (
        "conflict_of_interest",
        "Was line manager of a party until last year. Agreed that somebody else takes the case.",
        "closed",
    ),
    (
        "allocation_logistics",
        "Room booked twice. Will call back with another one.",
        "call_back_due",
    ),
    (
        "debrief_wellbeing",
        "Long debrief after a heavy case. Would like to talk again next week.",
        "call_back_due",
    ),
    (
        "accreditation_cpd",
        "Which hours count as CPD, and how to log them.",
        "answered",
    ),
    (
        "vetting_signpost",
        "Asked about the renewal of a clearance. Signposted to the vetting unit.",
        "signposted",
    ),
    (
        "information_security",
        "Asked how to send a draft agreement safely.",
        "answered",
    ),
    (
        "complaint_about_mediator",
        "A colleague reports a complaint. Passed to the practice manager.",
        "escalated",
    ),
    (
        "other",
        "Tried twice, nobody answered.",
        "no_contact_made",
    ),
)


@dataclass(slots=True)
class Contact:
    """One contact. `follow_up_on`: somebody promised to come back by that day; `done_on`: and did, on this one."""

    mediator: Mediator
    on: date
    minute: int  # of the day, in London
    minutes: int
    channel: str
    category: str
    note: str
    outcome: str
    follow_up_on: date | None = None
    done_on: date | None = None


def contacts(mediators: Sequence[Mediator], random: Random, on: date) -> list[Contact]:
    """Some contacts of the last four months, oldest first; of those that need following up some are overdue."""
    found = []
    working = [mediator for mediator in mediators if mediator.awards]
    if not working:
        return []
    count = min(46, 3 * len(working))
    for number in range(count):
        age = round(120 * (count - number) / count) + 1
        day = workday_before(on - timedelta(age))
        category, note, outcome = TOPICS[number % len(TOPICS)]
        contact = Contact(
            mediator=random.choice(working),
            on=day,
            minute=random.randint(9 * 60, 17 * 60),
            minutes=random.choice((5, 10, 15, 20, 35, 50)),
            channel=random.choice(("phone", "phone", "phone", "email")),
            category=category,
            note=note,
            outcome=outcome,
        )
        if outcome in {"call_back_due", "supervision_arranged"}:
            contact.follow_up_on = workday(day + timedelta(random.randint(2, 8)))
            if age > 12 and number % 5:
                contact.done_on = contact.follow_up_on
        found.append(contact)
    return found
