"""The numbers on an adviser's first page, each with its list."""

from datetime import date

from accreditation.core.calendar import days_after
from accreditation.helpline.queries.contacts import count_contacts, count_follow_ups
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure


def helpline_figures(viewer: Viewer, on: date) -> list[Figure]:
    """What an adviser has before them on the day: their own call-backs, everybody's, and the contacts of the day."""
    mine, yesterday = viewer.person_id, days_after(on, -1)
    owed = "/helpline?show=follow-ups"
    my_own = f"{owed}&whose=mine"
    return [
        Figure(
            "my-overdue",
            count_follow_ups(viewer, adviser_id=mine, until=yesterday),
            "of my follow-ups overdue",
            f"{my_own}&due=overdue",
            "bad",
        ),
        Figure("my-follow-ups", count_follow_ups(viewer, adviser_id=mine), "follow-ups owed by me", my_own, "soon"),
        Figure(
            "overdue",
            count_follow_ups(viewer, until=yesterday),
            "overdue, whoever owes them",
            f"{owed}&due=overdue",
            "bad",
        ),
        Figure("follow-ups", count_follow_ups(viewer), "owed in all", owed),
        Figure(
            "contacts-today",
            count_contacts(viewer, on=on),
            "contacts today",
            "/helpline?when=today",
        ),
    ]
