"""Where a fact of the ledger came from: the page of the record in its own room."""

from collections.abc import Iterable
from typing import Any

from flask import current_app

from accreditation.desk.queries.record import EvidenceRow

PAGES = {
    "award": ("Award", "awards.award", "award_id"),
    "result": ("Result", "cohorts.result", "result_id"),
    "clearance": ("Clearance", "vetting.clearance", "clearance_id"),
    "clearance_application": ("Application", "vetting.application", "application_id"),
    "booking": ("Refresher booking", "refreshers.booking", "booking_id"),
    "practice_entry": ("Practice entry", "practice.entry", "entry_id"),
    "register_import": ("Import of the register", "importing.result", "import_id"),
}
"""By type of record: how it is called, and the endpoint of its page with the name of its id."""


def source_links(evidence: Iterable[EvidenceRow]) -> dict[tuple[str, int], tuple[str, str | None]]:
    """For each source its words and its address; no address where its room has no page for one record."""
    return {row.source: _link(*row.source) for row in evidence}


def _link(kind: str, number: int) -> tuple[str, str | None]:
    words, endpoint, name = PAGES.get(kind, (kind.replace("_", " ").capitalize(), "", ""))
    if endpoint not in current_app.view_functions:
        return f"{words} {number}", None
    values: dict[str, Any] = {name: number}
    return f"{words} {number}", current_app.url_for(endpoint, **values)
