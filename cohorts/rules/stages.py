"""Where an application stands, and where it may go from there (DOMAIN.md section 10)."""

DRAFT = "draft"
SUBMITTED = "submitted"
LINE_MANAGER_SUPPORT = "line_manager_support"
SIFT = "sift"
SHORTLISTED = "shortlisted"
INTERVIEW = "interview"
CONDITIONAL_OFFER = "conditional_offer"
RESERVE_LIST = "reserve_list"
OFFERED_PLACE = "offered_place"
ACCEPTED = "accepted"
DEFERRED = "deferred"
UNSUCCESSFUL = "unsuccessful"
INELIGIBLE = "ineligible"
WITHDRAWN = "withdrawn"

WAY = (
    DRAFT,
    SUBMITTED,
    LINE_MANAGER_SUPPORT,
    SIFT,
    SHORTLISTED,
    INTERVIEW,
    RESERVE_LIST,
    CONDITIONAL_OFFER,
    "vetting",
    OFFERED_PLACE,
    ACCEPTED,
)
"""The way of an application that succeeds, in order. A service leaves out what it does not use."""

EXITS = (DEFERRED, UNSUCCESSFUL, INELIGIBLE, WITHDRAWN)
STAGES = (*WAY, *EXITS)

READY_FOR_A_PLACE = frozenset({CONDITIONAL_OFFER, "vetting", OFFERED_PLACE})
"""Stages from which an applicant may be placed on a cohort: vetting comes after the conditional offer (DOMAIN 2.2)."""

OPEN = frozenset(WAY) - {DRAFT, ACCEPTED}
"""Stages in which somebody still has something to decide."""

LABELS = {
    DRAFT: "Draft",
    SUBMITTED: "Submitted",
    "line_manager_support": "Waiting for the line manager",
    "sift": "Sift",
    "shortlisted": "Shortlisted",
    "interview": "Interview",
    RESERVE_LIST: "Reserve list",
    CONDITIONAL_OFFER: "Conditional offer",
    "vetting": "Vetting",
    OFFERED_PLACE: "Offered a place",
    ACCEPTED: "Accepted",
    DEFERRED: "Deferred",
    "unsuccessful": "Unsuccessful",
    "ineligible": "Not eligible",
    WITHDRAWN: "Withdrawn",
}

TONES = {
    SUBMITTED: "soon",
    RESERVE_LIST: "paused",
    OFFERED_PLACE: "good",
    ACCEPTED: "good",
    DEFERRED: "paused",
    "unsuccessful": "bad",
    "ineligible": "bad",
    WITHDRAWN: "paused",
}
"""The tone of a stage's tag; any other is neutral."""

NEEDS_A_REASON = frozenset(EXITS)
"""Stages that are never reached without the reason being written down."""


def label(stage: str) -> str:
    return LABELS[stage]


def tone(stage: str) -> str:
    return TONES.get(stage, "neutral")


def next_stages(stage: str) -> tuple[str, ...]:
    """The stages an application may go to from here, in the order of the vocabulary.

    Forward along the way, leaving out stages that the service does not use; but nobody is offered a place without a
    conditional offer, and nobody is accepted without a place. Out by an exit from everywhere; from `deferred` back to
    the reserve list or to a conditional offer. The other exits are final.
    """
    if stage == DEFERRED:
        return (RESERVE_LIST, CONDITIONAL_OFFER, "unsuccessful", WITHDRAWN)
    if stage in EXITS:
        return ()
    if stage == DRAFT:
        return (SUBMITTED, WITHDRAWN)
    if stage == ACCEPTED:
        return (DEFERRED, WITHDRAWN)
    if stage == OFFERED_PLACE:
        return (ACCEPTED, *EXITS)
    here, offer = WAY.index(stage), WAY.index(CONDITIONAL_OFFER)
    ahead = WAY[here + 1 : offer + 1] if here < offer else WAY[here + 1 : WAY.index(ACCEPTED)]
    return (*ahead, *EXITS)


def may_step(before: str, after: str) -> bool:
    return after in next_stages(before)


def is_beyond(stage: str, other: str) -> bool:
    """Whether the stage lies after the other on the way of an application that succeeds; an exit lies nowhere on it."""
    return stage in WAY and WAY.index(stage) > WAY.index(other)
