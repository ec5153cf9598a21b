"""From rows read to a plan: who it is and by what, what is new, what differs, and what has to be asked.

Nobody is matched on a name alone. What differs is a decision, row by row or for all at once. A blank erases nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import date

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.sheets.rows import Problem
from accreditation.people.rules import plain
from accreditation.web.words import day
from vetting.rules.listing.plan import (
    Choice,
    GiveDates,
    GiveDetail,
    GiveState,
    Move,
    PlannedRow,
    Record,
    Start,
    Status,
    Step,
)
from vetting.rules.listing.rows import Entry
from vetting.rules.steps import APPLICATION_STEPS, CLEARANCE_STEPS, GRANTING, OPEN, STATES

TAKE = Choice("take", "Take what the vetting unit says")
KEEP = Choice("leave", "Keep what is here")
LEAVE = Choice("leave", "Leave this row out")


@dataclass(frozen=True, slots=True)
class KnownClearance:
    """A clearance that is here; `ends_on` exclusive."""

    id: int
    level: str
    state: str
    state_on: date | None
    granted_on: date | None
    ends_on: date | None
    reference: str
    sponsor: str
    from_application: bool

    @property
    def dates(self) -> str:
        since = f"granted {day(self.granted_on)}" if self.granted_on else "granted on an unknown day"
        return f"{since}, valid through {day(last_good_day(self.ends_on))}" if self.ends_on else f"{since}, no end"


@dataclass(frozen=True, slots=True)
class KnownApplication:
    """An application that is under way here."""

    id: int
    level: str
    state: str
    state_on: date


@dataclass(frozen=True, slots=True)
class Known:
    person_id: int
    reference: str
    given_name: str
    family_name: str
    pay_number: str = ""
    birth_mark: str = ""
    clearances: tuple[KnownClearance, ...] = ()
    applications: tuple[KnownApplication, ...] = ()

    @property
    def name(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(slots=True)
class Register:
    """Some people of the register, by what identifies them. `marks`: of each date of birth in the file."""

    people: Collection[Known] = ()
    marks: Mapping[date, str] = field(default_factory=dict)
    by_reference: dict[str, Known] = field(default_factory=dict)
    by_pay_number: dict[str, Known] = field(default_factory=dict)
    by_number: dict[str, list[Known]] = field(default_factory=dict)
    by_name: dict[str, list[Known]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for person in self.people:
            self.by_reference[person.reference.upper()] = person
            if person.pay_number:
                self.by_pay_number[person.pay_number] = person
            for number in {held.reference for held in person.clearances if held.reference}:
                self.by_number.setdefault(number, []).append(person)
            self.by_name.setdefault(plain(person.name), []).append(person)

    def mark_of(self, entry: Entry) -> str:
        return self.marks[entry.born_on] if entry.born_on else ""


def plan_rows(
    entries: Collection[Entry], register: Register, decisions: Mapping[int, str], *, take_all: bool
) -> list[PlannedRow]:
    """One planned row for each entry, in the order of the file. `decisions`: row number to the value of a choice."""
    planner = Planner(register, decisions, take_all)
    return _refuse_meetings([planner.plan(entry) for entry in entries])


class Planner:
    def __init__(self, register: Register, decisions: Mapping[int, str], take_all: bool) -> None:
        self.register, self.decisions, self.take_all = register, decisions, take_all

    def plan(self, entry: Entry) -> PlannedRow:
        if entry.problems:
            return _refused(entry, *entry.problems)
        found = self._found(entry)
        people = {known.person_id: known for _, known in found}
        if len(people) > 1:
            told = " and ".join(f"{by} is {known.name} ({known.reference})" for by, known in found)
            return _refused(entry, Problem("", "", f"{told}.", "Correct one of the two."))
        if not people:
            return _refused(entry, self._nobody(entry))
        by, known = found[0]
        why = f"{by} is {known.name} here."
        doubt = self._doubt(entry, known)
        return self._compared(entry, known, why, doubt)

    def _found(self, entry: Entry) -> list[tuple[str, Known]]:
        """Whom the row's identifiers lead to, each with the words for it; the surest first."""
        register, found = self.register, []
        if entry.reference and (known := register.by_reference.get(entry.reference)):
            found.append((f"Reference {known.reference}", known))
        if entry.pay_number and (known := register.by_pay_number.get(entry.pay_number)):
            found.append((f"Pay number {known.pay_number}", known))
        if found or entry.reference or entry.pay_number:
            return found
        numbered = register.by_number.get(entry.case_number, []) if entry.case_number else []
        if len(numbered) == 1:
            return [(f"The vetting unit’s number {entry.case_number}", numbered[0])]
        mark = register.mark_of(entry)
        alike = [known for known in register.by_name.get(plain(entry.name), []) if mark and known.birth_mark == mark]
        return [("Name and date of birth: that", alike[0])] if entry.name and len(alike) == 1 else []

    def _nobody(self, entry: Entry) -> Problem:
        if entry.reference or entry.pay_number:
            which = f"reference {entry.reference}" if entry.reference else f"pay number {entry.pay_number}"
            return Problem(
                "", "", f"Nobody in the register has {which}.", "Correct it, or add the person to the register first."
            )
        named = "The name is in the register, and a" if self.register.by_name.get(plain(entry.name)) else "A"
        return Problem(
            "",
            "",
            f"{named} name alone does not say who it is.",
            "Fill in the mediator’s reference or the pay number, and upload the row again.",
        )

    def _doubt(self, entry: Entry, known: Known) -> str:
        """Why what was matched may be somebody else all the same, or ""."""
        mark = self.register.mark_of(entry)
        if mark and known.birth_mark and mark != known.birth_mark:
            return (
                f"The date of birth is not the one that an earlier list had for {known.name} ({known.reference}). "
                "Say whether it is the same person."
            )
        if (
            entry.name
            and plain(entry.family_name) != plain(known.family_name)
            and plain(entry.given_name) != plain(known.given_name)
        ):
            return (
                f"It is {known.name} ({known.reference}) here and {entry.name} in the list. "
                "Say whether it is the same person, or correct the row and upload it again."
            )
        return ""

    def _compared(self, entry: Entry, known: Known, why: str, doubt: str) -> PlannedRow:
        compared = compare(entry, known)
        row = PlannedRow(
            entry.number,
            Status.UNCHANGED,
            f"{why} All of it is here already.",
            entry,
            person_id=known.person_id,
            reference=known.reference,
            name=known.name,
        )
        if compared.problems:
            return replace(_refused(entry, *compared.problems), reference=known.reference, name=known.name)
        if compared.missing_date and not doubt:
            return self._ask_for_dates(row, compared, why)
        if not compared.steps:
            return row
        steps = tuple(compared.steps)
        if doubt:
            same = Choice("take", f"The same person: {known.name}")
            return self._ask(replace(row, steps=steps), doubt, (same, LEAVE), compared.is_new)
        if compared.is_new:
            return replace(row, status=Status.NEW, why=why, steps=steps)
        told = f"{why} The list says something else than the register."
        return self._ask(replace(row, steps=steps, differs=True), told, (TAKE, KEEP), new=False)

    def _ask(self, row: PlannedRow, why: str, choices: tuple[Choice, ...], new: bool) -> PlannedRow:
        decided = self.decisions.get(row.number, "")
        if decided not in [choice.value for choice in choices]:
            decided = ""
        taken = decided or ("take" if row.differs and self.take_all else "")
        row = replace(row, choices=choices, decided=decided)
        if taken == "take":
            return replace(row, status=Status.NEW if new else Status.CHANGES, why=why)
        if taken == "leave":
            return replace(row, status=Status.LEFT_OUT, why="Left as it is, as decided.", steps=())
        return replace(row, status=Status.DECISION, why=why)

    def _ask_for_dates(self, row: PlannedRow, compared: "Compared", why: str) -> PlannedRow:
        """A grant without its end, or an end without its grant, is never made up: somebody says what is to be done."""
        record = compared.steps[0]
        assert isinstance(record, Record)
        choices = [Choice("ask", "Keep it; it counts for nothing until I have asked for the date"), LEAVE]
        if record.granted_on:
            choices.insert(0, Choice("usual", "Take the usual period of the level"))
        decided = self.decisions.get(row.number, "")
        if decided not in [choice.value for choice in choices]:
            decided = ""
        row = replace(row, choices=tuple(choices), decided=decided)
        if decided == "leave":
            return replace(row, status=Status.LEFT_OUT, why="Left out, as decided.")
        if decided:
            record = replace(record, to_be_asked=decided == "ask")
            return replace(row, status=Status.NEW, why=why, steps=(record,))
        missing = "how long it is valid" if record.granted_on else "since when it is held"
        return replace(row, status=Status.DECISION, why=f"{why} The list does not say {missing}.")


# --- what a row says beside what is here -----------------------------------------------------------------------------


@dataclass(slots=True)
class Compared:
    steps: list[Step] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    is_new: bool = False
    missing_date: bool = False


def compare(entry: Entry, known: Known) -> Compared:
    """The steps that the row asks for, and what forbids them. A cell that says nothing erases nothing."""
    waiting = next((one for one in known.applications if one.level == entry.level), None)
    if entry.state in (*OPEN, "refused", "discontinued"):
        return _application(entry, waiting)
    held = _held(entry, known)
    if held is None:
        return _new_clearance(entry, waiting)
    return _same_clearance(entry, held)


def _held(entry: Entry, known: Known) -> KnownClearance | None:
    """The clearance here that the row is about: by the unit's number, the day of the grant, or the end."""
    same_level = [held for held in known.clearances if held.level == entry.level]
    ends_on = days_after(entry.valid_through, 1) if entry.valid_through else None
    for fits in (
        lambda held: entry.case_number != "" and held.reference == entry.case_number,
        lambda held: entry.granted_on is not None and held.granted_on == entry.granted_on,
        lambda held: entry.granted_on is None and ends_on is not None and held.ends_on == ends_on,
        lambda held: held.granted_on is None and ends_on is not None and held.ends_on == ends_on,
        lambda held: entry.state not in GRANTING and held.state in (*GRANTING, "suspended", entry.state),
    ):
        if found := [held for held in same_level if fits(held)]:
            return max(found, key=lambda held: held.id)
    return None


def _new_clearance(entry: Entry, waiting: KnownApplication | None) -> Compared:
    compared = Compared(is_new=True)
    if entry.state not in GRANTING:
        compared.problems.append(
            Problem(
                "",
                "",
                f"No {entry.level} is here that could be {STATES[entry.state].lower()}.",
                "Record the clearance first, or correct the level.",
            )
        )
        return compared
    decides = (
        waiting is not None
        and entry.granted_on is not None
        and entry.granted_on >= waiting.state_on
        and "granted" in APPLICATION_STEPS.get(waiting.state, ())
    )
    compared.missing_date = entry.granted_on is None or entry.valid_through is None
    compared.steps.append(
        Record(
            entry.level,
            entry.granted_on,
            entry.valid_through,
            "granted",
            entry.case_number,
            entry.sponsor,
            application_id=waiting.id if decides and waiting and not compared.missing_date else None,
        )
    )
    return compared


def _same_clearance(entry: Entry, held: KnownClearance) -> Compared:
    compared = Compared()
    ends_on = days_after(entry.valid_through, 1) if entry.valid_through else held.ends_on
    granted_on = entry.granted_on or held.granted_on
    if granted_on and (granted_on, ends_on) != (held.granted_on, held.ends_on):
        if held.from_application and held.granted_on and granted_on != held.granted_on:
            compared.problems.append(
                Problem(
                    "",
                    "",
                    f"Here it was granted on {day(held.granted_on)} as the decision on an application.",
                    "Put that decision right on the record, or correct the date in the list.",
                )
            )
        compared.steps.append(GiveDates(held.id, granted_on, entry.valid_through, held.dates))
    _compare_state(entry, held, compared)
    if entry.case_number and entry.case_number != held.reference:
        compared.steps.append(GiveDetail(held.id, "reference", entry.case_number))
    if entry.sponsor and entry.sponsor != held.sponsor:
        compared.steps.append(GiveDetail(held.id, "sponsor", entry.sponsor))
    return compared


def _compare_state(entry: Entry, held: KnownClearance, compared: Compared) -> None:
    if entry.state == held.state or (entry.state in GRANTING and held.state in GRANTING):
        return
    if entry.state not in CLEARANCE_STEPS.get(held.state, ()):
        what = f"Here it is {STATES[held.state].lower()}, which cannot become {STATES[entry.state].lower()}."
        compared.problems.append(Problem("", "", what, "Put the record right first, or leave the row out."))
    elif entry.status_on is None:
        what = f"It is {STATES[entry.state].lower()}, and no date says since when."
        compared.problems.append(Problem("", "", what, "Fill in the date of the status."))
    elif held.state_on and entry.status_on < held.state_on:
        what = f"Since {day(entry.status_on)} {STATES[entry.state].lower()} lies before what is recorded here."
        compared.problems.append(Problem("", "", what, "Correct the date of the status."))
    else:
        compared.steps.append(GiveState(held.id, entry.state, entry.status_on, held.state))


def _application(entry: Entry, waiting: KnownApplication | None) -> Compared:
    compared = Compared()
    state_on = entry.status_on or entry.submitted_on
    if waiting is None and entry.state in ("refused", "discontinued"):
        what = f"No application for {entry.level} is under way here that could be {STATES[entry.state].lower()}."
        compared.problems.append(Problem("", "", what, "Record the application first, or leave the row out."))
    elif state_on is None:
        what = f"It is {STATES[entry.state].lower()}, and no date says since when."
        compared.problems.append(Problem("", "", what, "Fill in the date of the status."))
    elif waiting is None:
        compared.is_new = True
        begun_on = min(entry.submitted_on or state_on, state_on)
        compared.steps.append(
            Start(
                entry.level,
                begun_on,
                entry.submitted_on,
                entry.state,
                state_on,
                entry.case_number,
                entry.sponsor,
            )
        )
    elif waiting.state != entry.state:
        if entry.state not in APPLICATION_STEPS.get(waiting.state, ()):
            what = f"Here it is {STATES[waiting.state].lower()}, which cannot become {STATES[entry.state].lower()}."
            compared.problems.append(Problem("", "", what, "Put the application right first, or leave the row out."))
        elif state_on < waiting.state_on:
            what = f"{STATES[entry.state]} on {day(state_on)} lies before what is recorded here."
            compared.problems.append(Problem("", "", what, "Correct the date of the status."))
        else:
            compared.steps.append(Move(waiting.id, entry.state, state_on, waiting.state))
    return compared


def _refused(entry: Entry, *problems: Problem) -> PlannedRow:
    ordered = sorted(problems, key=lambda problem: (len(problem.column), problem.column))
    count = "One thing is wrong." if len(ordered) == 1 else f"{len(ordered)} things are wrong."
    return PlannedRow(
        entry.number, Status.REFUSED, count, entry, reference=entry.reference, name=entry.name, problems=tuple(ordered)
    )


def _refuse_meetings(rows: list[PlannedRow]) -> list[PlannedRow]:
    """Two rows of one person and level: said twice alike they are one; otherwise neither is more right."""
    groups: dict[tuple[int, str], list[PlannedRow]] = {}
    for row in rows:
        if row.person_id is not None and row.entry is not None:
            groups.setdefault((row.person_id, row.entry.level), []).append(row)
    instead: dict[int, PlannedRow] = {}
    for group in groups.values():
        first = group[0]
        assert first.entry is not None
        if len(group) == 1:
            continue
        if all(row.entry and replace(row.entry, number=0) == replace(first.entry, number=0) for row in group):
            for row in group[1:]:
                why = f"The same as row {first.number} in every column that is read. It adds nothing."
                instead[row.number] = replace(row, status=Status.DUPLICATE, why=why, steps=(), choices=())
            continue
        if len({row.entry.granted_on for row in group if row.entry}) == len(group):
            continue  # an older clearance and its renewal: each row is about its own
        for row in group:
            others = ", ".join(str(other.number) for other in group if other is not row)
            assert row.entry is not None
            problem = Problem(
                "", "", f"Row {others} is about the same clearance and says something else.", "Keep the right one."
            )
            instead[row.number] = replace(_refused(row.entry, problem), reference=row.reference, name=row.name)
    return [instead.get(row.number, row) for row in rows]
