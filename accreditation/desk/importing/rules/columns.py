"""Which column of somebody's sheet holds what."""

import re
from collections.abc import Mapping

from accreditation.core.sheets.layout import NOT_READ, Kind
from accreditation.people.rules import plain

LEVELS = {
    "CTC": ("ctc", "counter terrorist check", "counter terrorism check", "ctc clearance"),
    "SC": ("sc", "security check", "security clearance", "sc clearance"),
    "DV": ("dv", "developed vetting", "dv clearance"),
}
GRANTED = ("granted", "from", "issued", "date granted", "granted on", "grant date", "start", "start date", "date")
EXPIRES = (
    "expiry",
    "expires",
    "expiry date",
    "expires on",
    "expiration",
    "end",
    "end date",
    "ends",
    "until",
    "valid until",
    "valid to",
    "valid through",
    "renewal",
    "renewal date",
    "renewal due",
    "review date",
)

"""What a column is matched with when it stays behind."""

LABELS = {
    "reference": "Reference",
    "family_name": "Surname",
    "given_name": "Forename(s)",
    "name": "Whole name, as “Surname, Forename”",
    "pay_number": "Pay number",
    "email": "E-mail address",
    "unit": "Borough or unit",
    "holder_kind": "Employee or contractor",
    "course": "Course",
    "result": "Result",
    "result_on": "Date of the result",
    "refresher_on": "Last refresher day",
    **{f"granted:{level}": f"{level} granted" for level in LEVELS},
    **{f"expires:{level}": f"{level} expiry (the last good day)" for level in LEVELS},
}
"""Every field of the register that a column can hold, as the page names it."""

HEADINGS = {
    "reference": "ref, reference, ref no, reference no, reference number, mediator ref, mediator no, mediator number, "
    "mediator id, register no, register number, id",
    "family_name": "surname, family name, last name, lastname",
    "given_name": "forename, forenames, forename s, first name, firstname, given name, given names, christian name",
    "name": "name, full name, mediator, mediator name, name of mediator",
    "pay_number": "pay no, pay number, pay ref, payroll no, payroll number, employee no, employee number, staff no, "
    "staff number, personnel no, personnel number, warrant no, warrant pay no, employee id, staff id",
    "email": "e mail, email, mail, email address, e mail address, contact email, contact address, work email",
    "unit": "borough unit, borough, unit, borough or unit, bocu, ocu, department, dept, team, command, location, "
    "division, branch, directorate, office, workplace",
    "holder_kind": "employee or contractor, employee contractor, emp or contractor, employment, employment type, "
    "employment status, contract type, kind of holder, holder, type, employed or contractor",
    "course": "course, cohort, batch, intake, training course, course name, course attended",
    "result": "result, outcome, pass fail, pass refer fail, assessment result, assessment outcome, course result",
    "result_on": "date passed, pass date, passed on, passed, date of result, result date, date of pass, "
    "assessment date, date of assessment, date assessed, assessed on, date of the result",
    "refresher_on": "last refresher day, last refresher, refresher, refresher date, refresher day, "
    "date of last refresher, last refresher date, last refresher attended, refresher attended, last refresher on",
    NOT_READ: "what is wrong, row in the file, row",
}
FIELD_OF = {heading.strip(): field for field, listed in HEADINGS.items() for heading in listed.split(",")}


def field_of(heading: str) -> str | None:
    """The field a heading stands for, `NOT_READ` for a column of our own error file, None for any other."""
    words = re.sub(r"[^a-z0-9]+", " ", plain(heading)).strip()
    if words in FIELD_OF:
        return FIELD_OF[words]
    for level, names in LEVELS.items():
        for name in names:
            if words in {f"{name} {ending}" for ending in GRANTED} | {f"date {name} granted"}:
                return f"granted:{level}"
            if words in {f"{name} {ending}" for ending in EXPIRES} | {f"{start} {name}" for start in EXPIRES}:
                return f"expires:{level}"
    return None


def problems_of_match(columns: Mapping[int, str]) -> list[str]:
    """What the choice of columns still lacks, as sentences; none when rows can be read."""
    fields = list(columns.values())
    problems = [
        f"{LABELS[field]} is matched with more than one column. Choose one."
        for field in LABELS
        if fields.count(field) > 1
    ]
    if "name" not in fields and not {"family_name", "given_name"} <= set(fields):
        problems.append("Say which columns hold the surname and the forename(s).")
    if ("result" in fields) != ("result_on" in fields):
        problems.append("A result needs its date: match both columns, or neither.")
    return problems


REGISTER = Kind(field_of, problems_of_match, example="Ref, Surname, Forename(s), Result, Date passed")
