"""Where a fact of the ledger came from, and what can be done about somebody: pages in other rooms."""

from collections.abc import Callable, Iterable
from typing import Any

from flask import current_app, request, url_for

from accreditation.core.permissions import Permission
from accreditation.desk.queries.record import EvidenceRow, days_of_bookings
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.rules.corrections import OWNED, needed_to_correct

Address = tuple[str, dict[str, Any]]

PAGES: dict[str, tuple[str, Permission, Callable[[int, str], Address]]] = {
    "award": ("Award", Permission.VIEW_AWARDS, lambda number, _: ("awards.award", {"award_id": number})),
    "award_decision": (
        "Decision on an award",
        Permission.CONFIRM_AWARD_DECISION,
        lambda number, _: ("awards.decision", {"decision_id": number}),
    ),
    "result": ("Result", Permission.VIEW_COHORTS, lambda number, _: ("cohorts.result", {"result_id": number})),
    "clearance": (
        "Clearance record",
        Permission.VIEW_CLEARANCE_RECORDS,
        lambda _, reference: ("vetting.record", {"reference": reference}),
    ),
    "clearance_application": (
        "Application for clearance",
        Permission.VIEW_CLEARANCE_RECORDS,
        lambda _, reference: ("vetting.record", {"reference": reference}),
    ),
    "import_draft": (
        "Import of the register",
        Permission.IMPORT_REGISTER,
        lambda number, _: ("importing.result", {"draft_id": number}),
    ),
    "refresher_booking": (
        "Refresher day",
        Permission.VIEW_REFRESHERS,
        lambda number, _: ("refreshers.day", {"day_id": number}),
    ),
    "departure": (
        "Leaving",
        Permission.RECORD_DEPARTURE,
        lambda number, _: ("leaving.departure", {"departure_id": number}),
    ),
    "overlay": (
        "Decision",
        Permission.MANAGE_OVERLAYS,
        lambda number, _: ("standing.overlay", {"overlay_id": number}),
    ),
    "correction": (
        "Correction",
        Permission.CORRECT_EVIDENCE,
        lambda number, _: ("standing.correct", {"evidence_id": number}),
    ),
    "practice_entry": (
        "Practice log",
        Permission.RECORD_PRACTICE,
        lambda _, reference: ("practice.entries", {"state": "all", "q": reference}),
    ),
}
"""By type of record: how it is called, who may open its page, and where that is. Of a booking it is its day's."""

ACTIONS: tuple[tuple[str, Permission, str, dict[str, Any]], ...] = (
    ("Award an accreditation", Permission.AWARD_ACCREDITATION, "awards.new_award", {}),
    ("Accreditations", Permission.VIEW_AWARDS, "awards.of_person", {}),
    ("Record a case", Permission.RECORD_PRACTICE, "practice.record", {"kind": "case"}),
    ("Clearance record", Permission.VIEW_CLEARANCE_RECORDS, "vetting.record", {}),
    ("Record a call", Permission.USE_HELPLINE, "helpline.new_contact", {}),
    ("Reminders", Permission.VIEW_REMINDERS, "scheduler.why", {}),
    ("Suspend", Permission.MANAGE_OVERLAYS, "standing.new_overlay", {"overlay_kind": "suspension"}),
    ("Record leave", Permission.MANAGE_OVERLAYS, "standing.new_overlay", {"overlay_kind": "leave"}),
    ("Waive a requirement", Permission.MANAGE_OVERLAYS, "standing.new_overlay", {"overlay_kind": "waiver"}),
    ("Extend a requirement", Permission.MANAGE_OVERLAYS, "standing.new_overlay", {"overlay_kind": "extension"}),
    ("Change details", Permission.EDIT_PERSON, "people.edit", {}),
    ("Record that they leave", Permission.RECORD_DEPARTURE, "leaving.leave", {}),
    ("Merge with another record", Permission.MERGE_PEOPLE, "merging.choose", {}),
)
"""What can be done about somebody, in the order in which it is wanted."""

NOT_ABOUT_ONESELF = frozenset(
    {
        Permission.CONFIRM_AWARD_DECISION,
        Permission.CORRECT_EVIDENCE,
        Permission.MANAGE_OVERLAYS,
        Permission.RECORD_DEPARTURE,
    }
)
"""Nobody decides about their own standing: DESIGN section 4, the second person."""

NEWEST = 20
"""Facts that a record shows before it is asked for all."""


def most_asked() -> int | None:
    """How many facts the address asks for: the newest, or with `evidence=all` every one."""
    return None if request.args.get("evidence") == "all" else NEWEST


def source_links(
    evidence: Iterable[EvidenceRow], viewer: Viewer, whose: Subject, reference: str
) -> dict[tuple[str, int], tuple[str, str | None]]:
    """For each source its words, and its address where it has a page that this viewer may open."""
    sources = {row.source for row in evidence}
    days = days_of_bookings([number for kind, number in sources if kind == "refresher_booking"])
    return {
        (kind, number): _link(
            kind, days.get(number, number) if kind == "refresher_booking" else number, viewer, whose, reference
        )
        for kind, number in sources
    }


def _link(kind: str, number: int, viewer: Viewer, whose: Subject, reference: str) -> tuple[str, str | None]:
    if kind not in PAGES:
        return kind.replace("_", " ").capitalize(), None
    words, needed, address = PAGES[kind]
    if kind == "practice_entry" and viewer.person_id == whose.person_id and viewer.may(Permission.LOG_PRACTICE, whose):
        return words, url_for("practice.mine")
    if not viewer.may(needed, whose) or (needed in NOT_ABOUT_ONESELF and viewer.person_id == whose.person_id):
        return words, None
    endpoint, values = address(number, reference)
    return words, url_for(endpoint, **values) if endpoint in current_app.view_functions else None


def actions_for(viewer: Viewer, whose: Subject, reference: str) -> list[tuple[str, str]]:
    """Words and address of what this viewer may do about somebody."""
    return [
        (words, url_for(endpoint, reference=reference, **values))
        for words, needed, endpoint, values in ACTIONS
        if viewer.may(needed, whose)
        and endpoint in current_app.view_functions
        and not (needed in NOT_ABOUT_ONESELF and viewer.person_id == whose.person_id)
    ]


def corrections_of(evidence: Iterable[EvidenceRow], viewer: Viewer, whose: Subject) -> dict[int, tuple[str, str]]:
    """By fact: words and address of putting it right, or of what putting it right changed.

    Only for facts that are put right in the ledger itself; of the others the link to their source leads there.
    """
    if viewer.person_id == whose.person_id:
        return {}
    return {
        row.id: (
            "What this changed" if row.voided_at else "Correct",
            url_for("standing.correct", evidence_id=row.id),
        )
        for row in evidence
        if row.source[0] not in OWNED
        and viewer.may(Permission.CORRECT_EVIDENCE, whose)
        and viewer.may(needed_to_correct(row.kind), whose)
    }
