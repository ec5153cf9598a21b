"""The ten minimum standards for a high-threat mediation service, and what this register can show for each.

Source: the 2010 report on the SCD mediation project, appendix 2 (founding document 001), told here in our words.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Standard:
    """`figures`: codes of the steering group's report that bear on it. `held` says what the register holds besides.

    `outside`: what only the service's own papers can show, so that nobody takes the register for the whole answer.
    """

    number: int
    asks: str
    figures: tuple[str, ...] = ()
    held: str = ""
    outside: str = ""
    scheme_requirements: tuple[str, ...] = ()


STANDARDS = (
    Standard(
        1,
        "Every mediator, volunteer or contractor too, is trained to Level One and accredited by a UK institution.",
        ("trained", "deployable"),
        "Training, accreditation and their dates for each person, as facts of the ledger.",
        "That the awarding institution is one of education in the UK: look at the provider's papers.",
    ),
    Standard(
        2,
        "All employees of the service, and every mediator on contract or volunteering, are vetted to CTC.",
        ("vetting-currency",),
        "Level, dates and stage of every clearance, by holder kind.",
        "Clearances of employees who do not mediate and are not in the register.",
    ),
    Standard(
        3,
        "An information-sharing protocol is agreed between the force and whoever provides mediation.",
        outside="The signed protocol.",
    ),
    Standard(
        4,
        "The office passes a security survey and does what it recommends.",
        outside="The survey and the list of what was done.",
    ),
    Standard(
        5,
        "Information is kept to ISO 27001, data protection law and the force's standards, and mailed only securely.",
        held="Access by role and need to know, an audit trail that shows any change, letters without sensitive facts.",
        outside="The certificate, and the security of the mail service.",
    ),
    Standard(
        6,
        "The force tells of known risks; the service plans for them and assesses each case.",
        ("refresher-compliance",),
        "Refresher days with risk management among their topics.",
        "The risk assessment of each case.",
    ),
    Standard(
        7,
        "Written procedures say how referrals are taken, mediators sent, people kept informed and risks recorded.",
        held="Who may be sent on any day, past or to come, and why.",
        outside="The procedures themselves.",
    ),
    Standard(
        8,
        "The force has a clear way to refer, with criteria and purpose on paper.",
        ("conclusion-rate",),
        outside="The referral form and its criteria.",
    ),
    Standard(
        9,
        "A contract or service level agreement binds those concerned.",
        outside="The contract.",
    ),
    Standard(
        10,
        "Referrals and the outcomes of mediations are monitored and evaluated.",
        ("conclusion-rate", "resolution-rate", "contacts"),
        "The practice log, the helpline's themes and this report, each with its numerator and denominator.",
    ),
)
