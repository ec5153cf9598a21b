"""Contacts, what was passed on, and the rota, for whoever may know of them."""

from accreditation.helpline.queries.contacts import (
    ContactRow,
    Found,
    contacts_page,
    count_follow_ups,
    count_owed,
    count_passed_on,
    escalations_of,
    find_mediators,
    follow_ups_page,
    get_contact,
    get_passed_on,
    london_day,
    passed_on_to,
    themes_by_month,
    who_decides,
)
from accreditation.helpline.queries.figures import helpline_figures

__all__ = [
    "ContactRow",
    "Found",
    "contacts_page",
    "count_follow_ups",
    "count_owed",
    "count_passed_on",
    "escalations_of",
    "find_mediators",
    "follow_ups_page",
    "get_contact",
    "get_passed_on",
    "helpline_figures",
    "london_day",
    "passed_on_to",
    "themes_by_month",
    "who_decides",
]
