"""A service's own words for its reminders: plain text with places that are filled. Nothing in it is ever executed.

A place is a name in braces, such as {due_by}. Which names there are depends on the letter; anything else is refused
when the words are written, not when the letter goes. What a letter may not say, no words may say for it.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher, get_close_matches

FOLDER = "email/scheduler/"
COMMON = ("name", "link", "service_name", "service_phone")
PLACES: dict[str, tuple[str, ...]] = {
    "item_due": ("due_by", "items", "is"),
    "item_overdue": ("due_by", "items", "is", "reference"),
    "results_due": ("due_by", "is"),
    "follow_up_due": ("due_by", "is"),
    "own_day_comes": ("on", "changes"),
    "day_comes": ("on", "changes", "reference"),
    "seat_comes": ("on",),
    "seat_asked": ("due_by",),
    "weekly": ("due_by", "items", "is", "first"),
    "digest": ("items", "attention", "list", "on"),
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
    "items": "an item, or 3 items; with a capital where a sentence begins",
    "is": "is or are, and once the day has passed was or were",
    "changes": "changes, and once the day has passed changed",
    "first": "it is, or of several the first is",
    "attention": "an item needs your attention, 3 items need it, or nothing does",
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
    said: set[str] = set()
    for number, line in enumerate(text.splitlines() or [text], start=1):
        place = f"line {number} of the text" if where == "text" else f"the {where}"
        for found in re.finditer(r"\{([^{}]*)\}", line):
            if found[1] not in allowed and found[0] not in said:
                said.add(found[0])
                reasons.append(
                    f"{found[0]} in {place} is not something that can be filled in here. {_meant(letter, found[1])}"
                )
        between = re.sub(r"\{[^{}]*\}", "", line)
        if "{" in between or "}" in between:
            reasons.append(f"A brace in {place} stands alone. Write {{name}} with both, or take the brace out.")
        for found in UNSAID.finditer(line):
            if found[0].casefold() not in said:
                said.add(found[0].casefold())
                reasons.append(
                    f"{place[0].upper()}{place[1:]} must not say “{found[0]}”: letters say when, the page behind the "
                    f"link says what. {REMEDY}"
                )
    return reasons


REMEDY = "Take the word out; “an item on your mediator record” says enough."


def _meant(letter: str, name: str) -> str:
    """What to write in place of a name that does not exist."""
    near = get_close_matches(name.strip().casefold(), places_of(letter), n=1, cutoff=0.5)
    if near:
        return f"Did you mean {{{near[0]}}}?"
    return "Choose one of the names under “What can be filled in”, or take it out."


def fill(text: str, facts: Mapping[str, str]) -> str:
    """The places filled, each once: what a fact contains is never looked at for places again.

    What is counted ("an item") gets a capital where a sentence begins.
    """

    def filled(found: re.Match[str]) -> str:
        said = facts.get(found[1], "")
        if found[1] in COUNTED and BEGINS.search(text[: found.start()]):
            return said[:1].upper() + said[1:]
        return said

    return re.sub(r"\{(\w+)\}", filled, text)


COUNTED = ("items", "attention")
BEGINS = re.compile(r"(^|[.!?]\s+|\n\s*)\Z")


def changes_between(before: str, after: str) -> list[tuple[str, str]]:
    """What was changed, word by word: ("same" | "out" | "in", text), in order; a line's end is part of the text."""
    old, new = (re.findall(r"\s+|[^\s]+", text.strip().replace("\r\n", "\n")) for text in (before, after))
    found: list[tuple[str, str]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found.append(("same", "".join(old[i:j])))
            continue
        found += [(what, text) for what, text in (("out", "".join(old[i:j])), ("in", "".join(new[k:m]))) if text]
    return found
