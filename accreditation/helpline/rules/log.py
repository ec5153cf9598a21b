"""A past log of the helpline as somebody kept it in a spreadsheet: its columns, its rows, and what is wrong with them.

An import never guesses (docs/decisions/0006): a theme, a person or a time that is not certain is a reason, not a value.
No database, no clock.
"""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time

from accreditation.core.dates import NotADay, read_day
from accreditation.core.private_text import names_in, reference_names
from accreditation.core.sheets.cells import BadCell, day_of, shorten, text_of
from accreditation.core.sheets.layout import Kind
from accreditation.core.sheets.rows import Problem, Reader
from accreditation.core.sheets.values import Cell, Row
from accreditation.helpline.rules.contacts import CATEGORIES, CHANNELS, LONGEST_MINUTES, OUTCOMES, SIGNPOSTED, Details
from accreditation.helpline.rules.rota import at_time, is_on_the_clock
from accreditation.helpline.rules.signposting import signposting

LABELS = {
    "when": "When",
    "mediator": "Mediator",
    "about": "About",
    "adviser": "Advice given by",
    "minutes": "Minutes",
    "follow_up": "Follow up by",
    "channel": "How",
    "outcome": "Outcome",
    "case": "Case reference",
    "advice": "Advice given",
}
NEEDED = ("when", "mediator", "about", "minutes")
HEADINGS = {
    "when": "when, date, date and time, date time, called, called at, time of call, date of call, contacted",
    "mediator": "mediator, ref, reference, mediator ref, mediator reference, caller, called by, pay no, pay number",
    "about": "about, category, theme, topic, subject, what about, reason, reason for call, type",
    "adviser": "advice given by, adviser, advisor, given by, answered by, taken by, by whom, who answered",
    "minutes": "mins, minutes, min, duration, length, duration mins, time taken, minutes taken",
    "follow_up": "follow up by, follow up, followup, follow up date, call back by, call back, due",
    "channel": "how, channel, medium, means",
    "outcome": "outcome, result",
    "case": "case, case ref, case reference, case no, case number",
    "advice": "advice, advice given, notes, note, what was said, remarks, comments",
}
FIELD_OF = {heading.strip(): name for name, listed in HEADINGS.items() for heading in listed.split(",")}

THEMES = {
    "process": "process, mediation process, the process",
    "ethics_code_of_practice": "ethics, code of practice, ethics and code of practice",
    "confidentiality_disclosure": "confidentiality, disclosure, confidentiality and disclosure",
    "risk_safeguarding": "risk, safeguarding, risk safeguarding, risk and safeguarding",
    "impasse_party_behaviour": "impasse, party behaviour, behaviour of a party, impasse and party behaviour",
    "agreement_drafting": "agreement drafting, drafting, drafting agreement, agreement, agreements",
    "conflict_of_interest": "conflict of interest, conflicts of interest",
    "allocation_logistics": "allocation, logistics, arrangements, allocation and logistics, allocation logistics",
    "debrief_wellbeing": "wellbeing, debrief, debriefing, wellbeing after a hard case, debrief and wellbeing",
    "accreditation_cpd": "accreditation, cpd, accreditation and cpd, accreditation cpd",
    "vetting_signpost": "vetting, clearance, ctc, vetting signposted",
    "complaint_about_mediator": "complaint, complaint about mediator, complaint about a mediator",
    "information_security": "information security, data protection, security of information",
    "other": "other, something else, misc, miscellaneous",
}
"""How a log calls a theme. What is not here is asked back, and never put under "other"."""

TIME = re.compile(
    r"^(?P<day>.+?),?\s+(?:at\s+)?(?P<hour>\d{1,2})[:.](?P<minute>\d{2})(?::\d{2})?\s*(?P<half>[ap]m)?$", re.I
)


@dataclass(frozen=True)
class LogRow:
    """One row as it was read. `mediator` is a reference or a pay number; None where something is wrong with the row."""

    number: int
    mediator: str
    details: Details | None
    adviser: str | None
    problems: list[Problem] = field(default_factory=list)
    names: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """What tells this row from every other, however often and in whatever file it comes."""
        found = self.details
        assert found
        parts = (self.mediator, found.contacted_at.isoformat(), found.category, str(found.minutes), self.adviser or "")
        return hashlib.sha256("\x1f".join(parts).casefold().encode()).hexdigest()


def missing_columns(columns: Mapping[int, str]) -> list[str]:
    """What the sheet lacks, in sentences; none when its rows can be read."""
    there = set(columns.values())
    return [f"No column is called “{LABELS[name]}”. Name it so in the sheet." for name in NEEDED if name not in there]


LOG = Kind(lambda heading: FIELD_OF.get(_words(heading)), missing_columns, example="When, Mediator, About and Mins")


def read_row(row: Row, columns: Mapping[int, str], headings: Mapping[int, str], *, on: date, at: datetime) -> LogRow:
    """The row, with everything that is wrong with it, if it were recorded on the day `on` at the moment `at`."""
    reader = Reader(row, columns, headings, LABELS)
    when = reader.read("when", _moment_of, None)
    if when is None and not reader.failed("when"):
        reader.add("when", "The day and the time are missing.", "Write both, such as 17/09/2026 14:30.")
    elif when and when > at:
        reader.add("when", "This is still to come.", "A log holds what was. Correct the date, or remove the row.")
    mediator = reader.read("mediator", text_of, "").upper()
    if not mediator and not reader.failed("mediator"):
        reader.add("mediator", "Nobody is named.", "Write the mediator’s reference or pay number.")
    category = reader.read("about", _theme_of, "")
    minutes = reader.read("minutes", _minutes_of, 0)
    follow_up = reader.read("follow_up", day_of, None)
    if follow_up and follow_up < on:
        reader.add("follow_up", "The day is over.", "Clear it if that was done, or write a day from today on.")
    channel = reader.read("channel", lambda cell: _of(CHANNELS, cell), "") or "phone"
    outcome = reader.read("outcome", lambda cell: _of(OUTCOMES, cell), "")
    if not outcome:
        outcome = "call_back_due" if follow_up else "signposted" if category in SIGNPOSTED else "closed"
    case, advice = reader.read("case", text_of, "") or None, reader.read("advice", _advice_of, "") or None
    for name, text in (("advice", advice), ("case", case)):
        if category in SIGNPOSTED and name == "advice" and text:
            reader.add(name, "Vetting matters are signposted and never noted.", "Clear the text.")
        elif said := signposting(text):
            reader.add(name, said, "")
    adviser = reader.read("adviser", text_of, "") or None
    details = None
    if not reader.problems and when:
        details = Details(when, channel, category, outcome, minutes, advice, case, follow_up)
    names = tuple(dict.fromkeys([*reference_names(case), *names_in(advice)]))
    return LogRow(row.number, mediator, details, adviser, reader.problems, names)


def _moment_of(cell: Cell | None) -> datetime | None:
    """The moment of a clock in London. A day alone is refused: its time is not guessed."""
    if cell is None:
        return None
    value = cell.value
    if cell.kind in ("text", "formula", "error") and not isinstance(value, datetime):
        text = text_of(cell)
        if not text:
            return None
        found = TIME.match(text)
        if not found:
            raise BadCell(f"“{shorten(text)}” is not a day and a time.", "Write both, such as 17/09/2026 14:30.")
        hour, minute, half = int(found["hour"]), int(found["minute"]), (found["half"] or "").lower()
        if half and not 1 <= hour <= 12:
            raise BadCell(f"“{shorten(text)}” is not a day and a time.", "Write the time as 14:30 or 2:30pm.")
        hour = hour % 12 + 12 * (half == "pm") if half else hour
        try:
            on, clock = read_day(found["day"]), time(hour, minute)
        except NotADay as reason:
            raise BadCell(reason.reasons[0], "Correct the date.") from reason
        except ValueError as reason:
            raise BadCell(f"“{shorten(text)}” has no such time.", "Write the time as 14:30 or 2:30pm.") from reason
    elif isinstance(value, datetime):
        on, clock = value.date(), value.time().replace(second=0, microsecond=0)
        if cell.kind == "date":
            raise BadCell("This is a day without a time.", "Write the time too, such as 17/09/2026 14:30.")
    elif isinstance(value, date):
        raise BadCell("This is a day without a time.", "Write the time too, such as 17/09/2026 14:30.")
    else:
        raise BadCell(f"“{shorten(cell.text)}” is not a day and a time.", "Write both, such as 17/09/2026 14:30.")
    if not is_on_the_clock(on, clock):
        raise BadCell("The clocks went forward: there was no such time on that day.", "Correct the time.")
    return at_time(on, clock)


def _theme_of(cell: Cell | None) -> str:
    text = text_of(cell)
    words = _words(text)
    for code, listed in THEMES.items():
        if words in {one.strip() for one in listed.split(",")} | {_words(CATEGORIES[code]), _words(code)}:
            return code
    raise BadCell(
        f"“{shorten(text)}” is no theme of the helpline." if text else "The theme is missing.",
        "Write one of: " + "; ".join(CATEGORIES.values()) + ".",
    )


def _minutes_of(cell: Cell | None) -> int:
    text = re.sub(r"\s*(?:minutes|mins|min|m)\.?$", "", text_of(cell), flags=re.I)
    if not re.fullmatch(r"\d{1,4}", text) or not 0 < int(text) <= LONGEST_MINUTES:
        raise BadCell(
            f"“{shorten(text)}” is not a number of minutes." if text else "The minutes are missing.",
            f"Write a whole number from 1 to {LONGEST_MINUTES}.",
        )
    return int(text)


def _advice_of(cell: Cell | None) -> str:
    if cell is None or cell.kind in ("formula", "error"):
        return text_of(cell)
    text = cell.text.strip()
    if len(text) > 4000:
        raise BadCell("The text is longer than 4,000 characters.", "Shorten it.")
    return text


def _of(known: Mapping[str, str], cell: Cell | None) -> str:
    text = text_of(cell)
    for code, label in known.items():
        if _words(text) in (_words(label), _words(code)):
            return code
    if not text:
        return ""
    raise BadCell(f"“{shorten(text)}” is not known.", f"Write one of: {', '.join(known.values())}.")


def _words(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", " ", text.casefold()).strip()
