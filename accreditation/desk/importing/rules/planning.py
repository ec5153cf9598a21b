"""From rows read to a plan: who is new, who is known and why, what differs, and what has to be asked."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from accreditation.core.sheets.rows import Problem
from accreditation.desk.importing.rules.comparing import AwardTerm, compare
from accreditation.desk.importing.rules.known import Known, Register, name_key
from accreditation.desk.importing.rules.plan import Choice, PlannedRow, Status
from accreditation.desk.importing.rules.rows import Entry
from accreditation.desk.importing.rules.within import Alike, shared, siblings
from accreditation.people.rules import plain

LEAVE_OUT = Choice("leave", "Leave this row out")


def plan_rows(
    entries: Collection[Entry], register: Register, award_term: AwardTerm, decisions: Mapping[int, str]
) -> list[PlannedRow]:
    """One planned row for each entry, in the order of the file. `decisions`: row number to the value of a choice.

    Rows are the same person as somebody in the register on reference or pay number alone.
    """
    sound = [entry for entry in entries if not entry.problems]
    family = siblings(sound)
    alike = Alike.of(entry for entry in sound if entry.number not in family.repeats)
    planner = Planner(register, award_term, alike, decisions)
    rows = []
    for entry in entries:
        if entry.problems:
            rows.append(_refused(entry, *entry.problems))
        elif problem := family.contradicts.get(entry.number):
            rows.append(_refused(entry, problem))
        elif first := family.repeats.get(entry.number):
            why = f"The same as row {first.number} in every column that is read. It adds nothing."
            rows.append(PlannedRow(entry.number, Status.DUPLICATE, why, entry, reference=entry.reference))
        else:
            rows.append(planner.plan(entry))
    return _refuse_meetings(rows)


class Planner:
    """Plans single rows against the register and the other rows."""

    def __init__(self, register: Register, award_term: AwardTerm, alike: Alike, decisions: Mapping[int, str]) -> None:
        self.register, self.award_term, self.alike, self.decisions = register, award_term, alike, decisions

    def plan(self, entry: Entry) -> PlannedRow:
        by_reference = self.register.by_reference.get(entry.reference) if entry.reference else None
        by_pay_number = self.register.by_pay_number.get(entry.pay_number) if entry.pay_number else None
        if by_reference and by_pay_number and by_reference != by_pay_number:
            return _refused(entry, _two_people(entry, by_reference, by_pay_number))
        known = by_reference or by_pay_number
        if known:
            why = f"Reference {entry.reference}" if by_reference else f"Pay number {entry.pay_number}"
            if doubt := _doubt(entry, known):
                return self.ask(entry, doubt, [Choice("same", f"The same person: change {known.called}")])
            return self.known(entry, known, f"{why} is {known.name} in the register.")
        if entry.reference or entry.pay_number:
            return self.new(entry, self._questions(entry))
        return self.unidentified(entry)

    def new(self, entry: Entry, questions: Iterable[str] = (), decided: str = "") -> PlannedRow:
        found = compare(entry, None, self.award_term)
        return PlannedRow(
            entry.number,
            Status.NEW,
            "Nobody in the register has this reference or pay number."
            if entry.reference or entry.pay_number
            else "Added with the next free reference.",
            entry,
            reference=entry.reference,
            steps=tuple(found.steps),
            questions=(*questions, *found.questions),
            decided=decided,
        )

    def known(self, entry: Entry, known: Known, why: str, decided: str = "") -> PlannedRow:
        found = compare(entry, known, self.award_term)
        if found.problems:
            return _refused(entry, *found.problems)
        return PlannedRow(
            entry.number,
            Status.MATCHES if found.steps else Status.UNCHANGED,
            why if found.steps else f"{why} The register has all of it already.",
            entry,
            person_id=known.person_id,
            reference=known.reference,
            steps=tuple(found.steps),
            questions=tuple(found.questions),
            decided=decided,
        )

    def unidentified(self, entry: Entry) -> PlannedRow:
        """Without reference and pay number: a name or address that is known already is a question, not an answer."""
        people = self._people_alike(entry)
        rows = self.alike.others(entry)
        if not people and not rows:
            return self.new(entry)
        doubts = [f"{known.called} in the register has the same {what}" for what, known in people]
        doubts += [f"row {other.number}, {other.called}, has the same {what}" for what, other in rows]
        why = (
            f"The row has neither reference nor pay number, and {_and(doubts)}. "
            "Say who it is, or fill in a reference or pay number and upload the file again."
        )
        choices = [Choice("new", "A different person: add them")]
        choices += [Choice(f"person:{known.person_id}", f"The same person as {known.called}") for _, known in people]
        return self.ask(entry, why, choices)

    def ask(self, entry: Entry, why: str, choices: list[Choice]) -> PlannedRow:
        """The row as decided, if somebody has chosen one of the choices; else the question."""
        choices = [*choices, LEAVE_OUT]
        decided = self.decisions.get(entry.number, "")
        if decided not in [choice.value for choice in choices]:
            decided = ""
        if decided == "leave":
            return replace(
                PlannedRow(entry.number, Status.LEFT_OUT, "Left out, as decided.", entry, reference=entry.reference),
                choices=tuple(choices),
                decided=decided,
            )
        if decided == "new":
            return replace(self.new(entry, decided=decided), choices=tuple(choices))
        if decided:
            known = self._decided_person(entry, decided)
            return replace(self.known(entry, known, f"Decided: {known.called}.", decided), choices=tuple(choices))
        return PlannedRow(entry.number, Status.DECISION, why, entry, reference=entry.reference, choices=tuple(choices))

    def _decided_person(self, entry: Entry, decided: str) -> Known:
        if decided == "same":
            known = self.register.by_reference.get(entry.reference) or self.register.by_pay_number.get(entry.pay_number)
            assert known is not None  # "same" is offered only for somebody who was found
            return known
        person_id = int(decided.removeprefix("person:"))
        return next(known for _, known in self._people_alike(entry) if known.person_id == person_id)

    def _people_alike(self, entry: Entry) -> list[tuple[str, Known]]:
        named = {k.person_id: k for k in self.register.by_name.get(name_key(entry.given_name, entry.family_name), ())}
        addressed = (
            {k.person_id: k for k in self.register.by_address.get(entry.email.casefold(), ())} if entry.email else {}
        )
        both = {**named, **addressed}
        return [(shared(person_id in named, person_id in addressed), both[person_id]) for person_id in sorted(both)]

    def _questions(self, entry: Entry) -> list[str]:
        asked = [
            f"Same {what} as {known.called} in the register: check that these are two people."
            for what, known in self._people_alike(entry)
        ]
        asked += [
            f"Same {what} as row {other.number}, {other.called}: check that these are two people."
            for what, other in self.alike.others(entry)
        ]
        return asked


def _doubt(entry: Entry, known: Known) -> str:
    """Why a reference or pay number alone does not settle it, or ""."""
    other_name = plain(entry.family_name) != plain(known.family_name) and plain(entry.given_name) != plain(
        known.given_name
    )
    if other_name and not known.was_called(entry.given_name, entry.family_name):
        return (
            f"{entry.reference or entry.pay_number} is {known.name} in the register and {entry.name} in the file. "
            "Say whether it is the same person, or correct the reference and upload the file again."
        )
    if entry.reference and entry.reference not in known.references:
        return (
            f"Pay number {entry.pay_number} is {known.called} in the register; the file says {entry.reference}. "
            "Say whether it is the same person, who then keeps the reference in the register."
        )
    if entry.pay_number and known.pay_number and entry.pay_number not in known.pay_numbers:
        return (
            f"{known.called} has pay number {known.pay_number} in the register; the file says {entry.pay_number}. "
            "Say whether it is the same person with another pay number."
        )
    return ""


def _two_people(entry: Entry, by_reference: Known, by_pay_number: Known) -> Problem:
    return Problem(
        "",
        "",
        f"Reference {entry.reference} is {by_reference.name} in the register, and pay number {entry.pay_number} is "
        f"{by_pay_number.called}.",
        "Correct the reference or the pay number.",
    )


def _refused(entry: Entry, *problems: Problem) -> PlannedRow:
    ordered = sorted(problems, key=lambda problem: (len(problem.column), problem.column))
    count = "One thing is wrong." if len(ordered) == 1 else f"{len(ordered)} things are wrong."
    return PlannedRow(entry.number, Status.REFUSED, count, entry, reference=entry.reference, problems=tuple(ordered))


def _refuse_meetings(rows: list[PlannedRow]) -> list[PlannedRow]:
    """Two rows that turn out to be one person of the register are both refused: neither is more right."""
    by_person: dict[int, list[PlannedRow]] = {}
    for row in rows:
        if row.person_id is not None:
            by_person.setdefault(row.person_id, []).append(row)
    meeting = {row.number: group for group in by_person.values() if len(group) > 1 for row in group}
    settled = []
    for row in rows:
        if row.number not in meeting:
            settled.append(row)
            continue
        assert row.entry is not None
        others = _and([f"row {other.number}" for other in meeting[row.number] if other.number != row.number])
        problem = Problem(
            "", "", f"It is {row.reference} in the register, and so is {others}.", "Keep one row for each person."
        )
        settled.append(replace(_refused(row.entry, problem), choices=row.choices, decided=row.decided))
    return settled


def _and(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
