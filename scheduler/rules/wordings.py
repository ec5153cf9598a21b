"""A service's own words for its reminders: plain text with places that are filled. Nothing in it is ever executed.

A place is a name in braces, such as {due_by}. Which names there are depends on the letter; anything else is refused
when the words are written, not when the letter goes. What a letter may not say, no words may say for it.
"""

import re
from collections.abc import Mapping

FOLDER = "email/scheduler/"
COMMON = ("name", "link", "service_name", "service_phone")
PLACES: dict[str, tuple[str, ...]] = {
    "item_due": ("due_by", "items"),
    "item_overdue": ("due_by", "items", "reference"),
    "results_due": ("due_by",),
    "follow_up_due": ("due_by",),
    "own_day_comes": ("on",),
    "day_comes": ("on", "reference"),
    "seat_comes": ("on",),
    "seat_asked": ("due_by",),
    "weekly": ("due_by", "items"),
    "digest": ("items", "list", "on"),
}
"""By letter, beside what every letter has."""

CALLED = {
    "item_due": "To a mediator: something is due",
    "item_overdue": "About a mediator: something is due or overdue",
    "results_due": "To a training provider: results are due",
    "follow_up_due": "To a helpline adviser: a follow-up is due",
    "own_day_comes": "To a mediator: a day on which something changes",
    "day_comes": "About a mediator: a day on which something changes",
    "seat_comes": "To a mediator: a refresher day on which they have a seat",
    "seat_asked": "To a mediator: whether they still come to a refresher day that was moved",
    "weekly": "To a mediator: the weekly letter of what comes up",
    "digest": "To a practice manager: the weekly digest of what needs attention",
}
MEANING = {
    "name": "whom the letter is to",
    "link": "the address of the page that says what it is about",
    "service_name": "the name of this service",
    "service_phone": "its telephone number",
    "due_by": "the last good day, such as 14 March 2027",
    "items": "an item, or 3 items",
    "reference": "the mediator's reference",
    "list": "what needs attention, each with its number and the address of its list",
    "on": "the day, such as 14 March 2027",
}

UNSAID = re.compile(
    r"\b(ctc|sc|dv|bpss|vetting|clearances?|laps(?:e|es|ed|ing)|suspen\w+|withdraw\w+|leave|maternity|sick\w*|refused|convict\w+)\b",
    re.IGNORECASE,
)
"""Levels, states and reasons: the page behind the link says them, to whom may know."""

LONGEST_SUBJECT, LONGEST_BODY = 150, 4000


def places_of(letter: str) -> tuple[str, ...]:
    return COMMON + PLACES[letter]


def reasons_against(letter: str, subject: str, body: str) -> list[str]:
    """Why these words cannot be used: every reason as a sentence; empty when they can."""
    return [reason for reasons in reasons_by_part(letter, subject, body).values() for reason in reasons]


def reasons_by_part(letter: str, subject: str, body: str) -> dict[str, list[str]]:
    """The same by the field that is to be put right: "subject" and "body", each with nothing or with its reasons."""
    by_part = {
        "subject": _reasons(letter, "subject", subject, LONGEST_SUBJECT),
        "body": _reasons(letter, "text", body, LONGEST_BODY),
    }
    if "\n" in subject.strip():
        by_part["subject"].append("The subject is one line.")
    if body.strip() and "{link}" not in body:
        by_part["body"].append("The text needs {link}, or nobody finds out what it is about.")
    return by_part


def _reasons(letter: str, where: str, text: str, longest: int) -> list[str]:
    reasons, allowed = [], places_of(letter)
    if not text.strip():
        reasons.append(f"Enter the {where}.")
    if len(text) > longest:
        reasons.append(f"The {where} has {len(text):,} characters. At most {longest:,} fit.")
    for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", text)):
        if name not in allowed:
            reasons.append(f"{{{name}}} in the {where} is not something that can be filled in here.")
    between = re.sub(r"\{[^{}]*\}", "", text)
    if "{" in between or "}" in between:
        reasons.append(f"A brace in the {where} stands alone. Write {{name}} with both.")
    for word in dict.fromkeys(found[0].lower() for found in UNSAID.finditer(text)):
        reasons.append(f"The {where} must not say “{word}”: letters say when, the page behind the link says what.")
    return reasons


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The places filled, each once: what a fact contains is never looked at for places again."""
    return re.sub(r"\{(\w+)\}", lambda found: facts.get(found[1], ""), text)
