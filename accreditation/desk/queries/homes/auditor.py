"""The auditor's first page: what was done lately, who took files away, who looked at what, and the checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from accreditation.core.calendar import days_after
from accreditation.desk.queries.exceptions import exceptions_figure
from accreditation.desk.queries.trail import TrailAsked, TrailRow, count_entries, latest_entries
from accreditation.people.rules import Viewer
from accreditation.standing.queries.checks import CheckState, check_state
from accreditation.web.figures import Figure, FigureGroup

WEEK, MONTH = 7, 30
"""Days that the figures look back, today included."""
SHOWN = 8
"""Entries of each kind that the page itself shows."""

KINDS = (
    ("", "entries in all"),
    ("added", "added"),
    ("changed", "changed"),
    ("removed", "removed"),
    ("signed in", "sign-ins"),
)
CLOSER = (("exported", "files taken away"), ("read", "looks at something sensitive"))


@dataclass(frozen=True)
class AuditorHome:
    """`check` says whether the chain and the stored standings held when they were last looked at."""

    groups: Sequence[FigureGroup]
    check: CheckState
    latest: Sequence[TrailRow]
    exports: Sequence[TrailRow]
    reads: Sequence[TrailRow]


def auditor_home(viewer: Viewer, on: date, now: datetime) -> AuditorHome:
    """For viewers who may read the whole trail. A handful of statements, however long it is."""
    return AuditorHome(
        auditor_figures(viewer, on),
        check_state(viewer, now),
        latest_entries(viewer, TrailAsked(), SHOWN),
        latest_entries(viewer, TrailAsked(action="exported"), SHOWN),
        latest_entries(viewer, TrailAsked(action="read"), SHOWN),
    )


def auditor_figures(viewer: Viewer, on: date) -> list[FigureGroup]:
    """Each counts what the trail lists for its beginning of an action, from a day on."""
    return [
        FigureGroup(f"In the last {WEEK} days", _counted(viewer, KINDS, days_after(on, 1 - WEEK))),
        FigureGroup(f"To look at, of the last {MONTH} days", _counted(viewer, CLOSER, days_after(on, 1 - MONTH))),
        FigureGroup("Since the service began", [exceptions_figure()]),
    ]


def _counted(viewer: Viewer, kinds: Sequence[tuple[str, str]], since: date) -> list[Figure]:
    numbers = count_entries(viewer, [action for action, _ in kinds], since)
    return [
        Figure(
            (action or "entries").replace(" ", "-"),
            number,
            label,
            f"/audit?action={action.replace(' ', '+')}&since={since}" if action else f"/audit?since={since}",
        )
        for (action, label), number in zip(kinds, numbers, strict=True)
    ]
