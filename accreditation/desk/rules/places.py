"""Which places a viewer finds in the navigation and at the foot, and which role comes first. Values in, values out."""

from collections.abc import Collection
from dataclasses import replace

from accreditation.core.permissions import Permission, Role
from accreditation.people.rules import Viewer
from accreditation.web.places import Place

MOST = 7

SEARCHED = (
    Permission.VIEW_REGISTER,
    Permission.VIEW_APPLICATIONS,
    Permission.VIEW_COHORTS,
    Permission.VIEW_REFRESHERS,
)
"""Any of these is something to search in; who has none of them finds no search, and no door to it."""

PLACES = (
    ("Home", "/", Permission.VIEW_ATTENTION),
    ("Home", "/", Permission.VIEW_AUDIT),
    ("Home", "/", Permission.MANAGE_ACCOUNTS),
    ("My standing", "/me", Permission.VIEW_OWN),
    ("Mediators", "/mediators", Permission.VIEW_REGISTER),
    ("Entries to confirm", "/practice/confirming", Permission.CONFIRM_PRACTICE),
    ("Applications", "/applications", Permission.VIEW_APPLICATIONS),
    ("Sift", "/sift", Permission.SIFT_APPLICATIONS),
    ("Interviews", "/interviews", Permission.INTERVIEW_APPLICANTS),
    ("To assess", "/assessing", Permission.ASSESS_CANDIDATES),
    ("To moderate", "/moderating", Permission.MODERATE_CANDIDATES),
    ("Cohorts", "/cohorts", Permission.VIEW_COHORTS),
    ("Awards", "/awards", Permission.VIEW_AWARDS),
    ("Clearances", "/vetting", Permission.RECORD_CLEARANCE),
    ("Refresher days", "/refreshers", Permission.VIEW_REFRESHERS),
    ("My practice", "/practice/mine", Permission.LOG_PRACTICE),
    ("Helpline", "/helpline", Permission.USE_HELPLINE),
    ("Reminders", "/reminders", Permission.VIEW_REMINDERS),
    ("Audit trail", "/audit", Permission.VIEW_AUDIT),
    ("People", "/people", Permission.MANAGE_ACCOUNTS),
    ("Accounts", "/accounts", Permission.MANAGE_ACCOUNTS),
    ("Settings", "/settings", Permission.MANAGE_SETTINGS),
    ("Schemes", "/schemes", Permission.MANAGE_SCHEMES),
    ("Status", "/status", Permission.VIEW_STATUS),
)
"""In the order in which they are wanted: label, path, and what a viewer needs to be shown it."""

FURTHER = (
    ("Forecast", "/forecast", Permission.VIEW_FORECAST),
    ("Reports", "/reports", Permission.VIEW_REPORTS),
    ("Intakes", "/intakes", Permission.VIEW_APPLICATIONS),
    ("Equality figures", "/equality", Permission.VIEW_EQUALITY),
    ("Appeals", "/appeals", Permission.RELEASE_RESULTS),
    ("Assessments", "/assessments", Permission.MANAGE_COHORTS),
    ("Corrections raised", "/corrections", Permission.ANSWER_CORRECTION),
    ("Deadlines", "/deadlines", Permission.VIEW_ATTENTION),
    ("Suspensions, leave and waivers", "/overlays", Permission.MANAGE_OVERLAYS),
    ("Leavers", "/departures", Permission.RECORD_DEPARTURE),
    ("Practice log", "/practice", Permission.RECORD_PRACTICE),
    ("Line managers who confirm", "/practice/line-managers", Permission.RECORD_PRACTICE),
    ("Cases", "/practice/cases", Permission.RECORD_PRACTICE),
    ("Service figures", "/practice/figures", Permission.VIEW_REPORTS),
    ("What the helpline is asked", "/helpline/themes", Permission.VIEW_THEMES),
    ("Rota of the helpline", "/helpline/rota", Permission.VIEW_ROTA),
    ("Leave asked for", "/leave", Permission.MANAGE_OVERLAYS),
    ("My leave", "/leave/mine", Permission.ASK_LEAVE),
    ("Clearances", "/vetting", Permission.VIEW_CLEARANCE_RECORDS),
    ("Lead times and renewals", "/vetting/figures", Permission.VIEW_CLEARANCE_FIGURES),
    ("Who is cleared", "/vetting/cleared", Permission.VIEW_CLEARED),
    ("My results", "/my-results", Permission.VIEW_OWN),
    ("My clearance", "/vetting/mine", Permission.VIEW_OWN),
    ("People", "/people", Permission.MANAGE_PEOPLE),
    ("Units", "/units", Permission.MANAGE_PEOPLE),
    ("Training providers", "/providers", Permission.MANAGE_PEOPLE),
    ("Schemes", "/schemes", Permission.VIEW_SCHEMES),
    ("Checks", "/checks", Permission.VIEW_CHECKS),
    ("Exceptions to the second person", "/exceptions", Permission.VIEW_REPORTS),
)
"""What is wanted now and then: at the foot of every page, after whatever the navigation has no room for."""

FIRST_ROLES = (
    Role.PRACTICE_MANAGER,
    Role.VETTING_OFFICER,
    Role.HELPLINE_ADVISER,
    Role.TRAINING_PROVIDER,
    Role.AUDITOR,
    Role.ADMINISTRATOR,
    Role.SIFTER,
    Role.INTERVIEWER,
    Role.ASSESSOR,
    Role.MODERATOR,
    Role.LINE_MANAGER,
    Role.MEDIATOR,
)
"""Whose home page somebody with several roles sees until they choose one."""

HOMES = {
    Role.VETTING_OFFICER: "/vetting",
    Role.HELPLINE_ADVISER: "/helpline",
    Role.TRAINING_PROVIDER: "/cohorts",
    Role.SIFTER: "/sift",
    Role.INTERVIEWER: "/interviews",
    Role.ASSESSOR: "/assessing",
    Role.MODERATOR: "/moderating",
    Role.LINE_MANAGER: "/mediators",
    Role.MEDIATOR: "/me",
}
"""Where a role begins that works on one page; practice managers, auditors and administrators have their own at /."""


def places_for(viewer: Viewer, path: str, open_paths: Collection[str]) -> tuple[list[Place], list[Place]]:
    """At most seven for the navigation, and the others; the one that holds the path is marked.

    Only pages that this installation has (`open_paths`).
    """
    found: dict[str, Place] = {}
    for label, url, needed in (*PLACES, *FURTHER):
        if url in open_paths and url not in found and viewer.may_somewhere(needed):
            found[url] = Place(label, url)
    holding = [url for url in found if path == url or (url != "/" and path.startswith(f"{url}/"))]
    if holding:  # the nearest: a page below a place may be a place of its own
        nearest = max(holding, key=len)
        found[nearest] = replace(found[nearest], current=True)
    first = [url for _, url, needed in PLACES if url in found and viewer.may_somewhere(needed)][:MOST]
    return [found[url] for url in first], [place for url, place in found.items() if url not in first]


def in_role(viewer: Viewer, role: str | None) -> Viewer:
    """The viewer with only the grants of that role; unchanged when it is none they hold."""
    if role not in viewer.roles:
        return viewer
    return replace(viewer, grants=frozenset(grant for grant in viewer.grants if grant.role == role))


def first_role(viewer: Viewer) -> Role | None:
    """The role whose home page is theirs; None without any."""
    return next((role for role in FIRST_ROLES if role in viewer.roles), None)
