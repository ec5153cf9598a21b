"""The product's own words for each letter, written with places: what a service begins with when it writes its own.

A test holds them to the templates that are sent where nobody has written any.
"""

from typing import NamedTuple


class Words(NamedTuple):
    """Subject and text, with places in braces."""

    subject: str
    body: str


def _letter(subject: str, *paragraphs: str) -> Words:
    return Words(subject, "\n\n".join(("Dear {name},", *paragraphs)))


USUAL = {
    "item_due": _letter(
        "{items} on your mediator record {is} due by {due_by}",
        "{items} on your mediator record {is} due by {due_by}. Sign in to see what to do:",
        "{link}",
    ),
    "item_overdue": _letter(
        "{items} on the record of {reference} {is} due by {due_by}",
        "{items} on the record of mediator {reference} {is} due by {due_by}. Sign in to see it:",
        "{link}",
    ),
    "results_due": _letter(
        "Results of a cohort {is} due by {due_by}",
        "The results of one of your cohorts {is} due by {due_by}. Sign in to see which are missing, and to send them:",
        "{link}",
    ),
    "follow_up_due": _letter(
        "A follow-up {is} due by {due_by}",
        "A follow-up of the helpline {is} due by {due_by}. Sign in to see it:",
        "{link}",
    ),
    "own_day_comes": _letter(
        "Your mediator record: {on}",
        "Something on your mediator record {changes} on {on}. Sign in to see what, and what is to be done by then:",
        "{link}",
    ),
    "day_comes": _letter(
        "The record of mediator {reference}: {on}",
        "Something on the record of mediator {reference} {changes} on {on}. Sign in to see what is to be done by then:",
        "{link}",
    ),
    "seat_comes": _letter(
        "Your refresher day on {on}",
        "You have a seat on a refresher day on {on}. Sign in to see when and where, and to give the seat back in time "
        "if you cannot come:",
        "{link}",
    ),
    "seat_asked": _letter(
        "Please say by {due_by} whether you can still come to a refresher day",
        "A refresher day on which you have a seat has been moved, and you have not said whether you can still come. "
        "Please do so by {due_by}. Sign in to confirm your seat, or to give it back so that somebody else can have it:",
        "{link}",
    ),
    "weekly": _letter(
        "{items} on your mediator record: {first} due by {due_by}",
        "This is the weekly letter that you asked for. {items} on your mediator record: {first} due by {due_by}. "
        "Sign in to see what to do:",
        "{link}",
        "The last reminder before something ends always comes by itself. You can choose to get every reminder by "
        "itself: sign in, open “My standing” and choose how early reminders reach you.",
    ),
    "digest": _letter(
        "Weekly digest, {on}: {attention}",
        "This is the digest of what needs attention among the people you look after, on {on}. Each number is that of "
        "the list behind its address; sign in to see it.",
        "{list}",
        "The last letter about anything overdue always comes by itself. When this digest comes, and what it brings in "
        "place of letters, is for you to choose:",
        "{link}",
    ),
}
