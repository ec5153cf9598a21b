"""The numbers on an adviser's first page, each with its list."""

from datetime import date

from accreditation.helpline.queries.contacts import Owed, count_contacts, count_owed
from accreditation.people.rules import Viewer
from accreditation.web.figures import Figure


def helpline_figures(viewer: Viewer, on: date, owed: Owed | None = None) -> list[Figure]:
    """What an adviser has before them on the day: their own call-backs, everybody's, and the contacts of the day.

    `owed`: what is owed on the day, where it is counted already.
    """
    owed, path = owed or count_owed(viewer, on), "/helpline?show=follow-ups"
    my_own = f"{path}&whose=mine"
    return [
        Figure("my-overdue", owed.mine_overdue, "of my follow-ups overdue", f"{my_own}&due=overdue", "bad"),
        Figure("my-follow-ups", owed.mine, "follow-ups owed by me", my_own, "soon"),
        Figure("overdue", owed.overdue, "overdue, whoever owes them", f"{path}&due=overdue", "bad"),
        Figure("follow-ups", owed.everybodys, "owed in all", path),
        Figure("contacts-today", count_contacts(viewer, on=on), "contacts today", "/helpline?when=today"),
    ]
