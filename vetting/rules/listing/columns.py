"""Which column of the vetting unit's list holds what."""

import re
from collections.abc import Mapping

from accreditation.core.sheets.layout import NOT_READ, Kind
from accreditation.people.rules import plain

LABELS = {
    "reference": "Mediator’s reference",
    "pay_number": "Pay number",
    "born_on": "Date of birth",
    "family_name": "Surname",
    "given_name": "Forename(s)",
    "name": "Whole name, as “Surname, Forename”",
    "level": "Level",
    "status": "Status",
    "status_on": "Date of the status",
    "submitted_on": "Submitted on",
    "granted_on": "Granted on",
    "valid_through": "Valid through or review due (the last good day)",
    "number": "The vetting unit’s reference number",
    "sponsor": "Sponsor",
}
"""Every field that a column can hold, as the page names it."""

HEADINGS = {
    "reference": "ref, reference, mediator ref, mediator reference, mediator no, mediator number, mediator id, "
    "register no, our reference, our ref",
    "pay_number": "pay no, pay number, pay ref, payroll no, payroll number, employee no, employee number, staff no, "
    "staff number, personnel no, personnel number, warrant no, warrant pay no, employee id, staff id",
    "born_on": "date of birth, dob, d o b, birth date, born, born on",
    "family_name": "surname, family name, last name, lastname",
    "given_name": "forename, forenames, forename s, first name, firstname, given name, given names",
    "name": "name, full name, mediator, mediator name, holder, name of holder, applicant, subject",
    "level": "level, vetting level, clearance level, clearance, type of clearance, clearance type, vetting type",
    "status": "status, state, outcome, decision, vetting status, clearance status, result, stage",
    "status_on": "status date, date of status, decision date, date of decision, status since, outcome date, since",
    "submitted_on": "submitted, submitted on, date submitted, submission date, received, date received, form received",
    "granted_on": "granted, granted on, date granted, grant date, date of grant, issued, issue date, cleared on, "
    "clearance date, date cleared, start date, valid from, from",
    "valid_through": "expiry, expires, expiry date, expires on, valid until, valid to, valid through, end date, until, "
    "review date, review due, renewal date, renewal due, next review, date of review, expiration date",
    "number": "vetting ref, vetting reference, vetting number, vetting no, clearance number, clearance ref, "
    "clearance reference, case number, case reference, case ref, reference number, file number, unique reference",
    "sponsor": "sponsor, sponsored by, sponsoring unit, sponsoring body",
    NOT_READ: "what is wrong, row in the file, row",
}
FIELD_OF = {heading.strip(): field for field, listed in HEADINGS.items() for heading in listed.split(",")}


def field_of(heading: str) -> str | None:
    """The field a heading stands for, `NOT_READ` for a column of our own error file, None for any other."""
    return FIELD_OF.get(re.sub(r"[^a-z0-9]+", " ", plain(heading)).strip())


def problems_of_match(columns: Mapping[int, str]) -> list[str]:
    """What the choice of columns still lacks, as sentences; none when rows can be read."""
    fields = list(columns.values())
    problems = [
        f"{LABELS[field]} is matched with more than one column. Choose one."
        for field in LABELS
        if fields.count(field) > 1
    ]
    named = "name" in fields or {"family_name", "given_name"} <= set(fields)
    if not {"reference", "pay_number", "number"} & set(fields) and not ("born_on" in fields and named):
        problems.append(
            "Say which column holds the mediator’s reference, the pay number or the vetting unit’s number, or the name "
            "together with the date of birth. A name alone settles nothing."
        )
    if not {"granted_on", "valid_through", "status"} & set(fields):
        problems.append("Say which columns hold the status, or the dates of the clearance.")
    return problems


CLEARANCES = Kind(
    field_of, problems_of_match, example="Pay number, Surname, Forename(s), Level, Status, Granted, Expiry"
)
