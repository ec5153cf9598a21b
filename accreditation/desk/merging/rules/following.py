"""What will follow from a merge beside the standing, in sentences. Values in, words out."""

from dataclasses import dataclass
from datetime import date

from accreditation.desk.merging.rules.undoing import undo_through
from accreditation.web.words import day, plural


@dataclass(frozen=True)
class Situation:
    """Two people before a merge. `..._account`: active, invited, disabled or None. References name the records."""

    kept: str
    merged: str
    kept_account: str | None = None
    merged_account: str | None = None
    kept_pay_number: str | None = None
    merged_pay_number: str | None = None
    kept_has_address: bool = True
    merged_has_address: bool = True
    letters_waiting: int = 0
    facts_twice: int = 0


def what_follows(of: Situation, on: date) -> list[str]:
    """Every consequence that somebody should know before they confirm, `on` being the day of it."""
    kept, merged = of.kept, of.merged
    found = [
        f"All evidence of {merged} counts for {kept} from now on. Nothing is rewritten or deleted.",
        f"{merged} leaves the register and the lists, and leads to {kept}: its address, a search for its reference or "
        f"name, a row with it in an imported spreadsheet.",
        f"The name, the unit and the other details on {kept} are those of the person.",
    ]
    if of.merged_pay_number:
        found.append(
            f"The pay number {of.merged_pay_number} stays on {merged} and finds the person"
            + (f", beside {of.kept_pay_number} on {kept}." if of.kept_pay_number else ".")
        )
    if of.merged_account and of.kept_account:
        found.append(f"Both accounts go on working, and both show the record {kept}. Each keeps its own roles.")
    elif of.merged_account:
        found.append(f"The account of {merged} goes on working with its roles, and shows the record {kept}.")
    if of.merged_has_address and of.kept_has_address:
        found.append(f"Letters go to the address on {kept}; the one on {merged} is no longer used.")
    elif of.merged_has_address:
        found.append(f"Letters go to the address on {merged}, because {kept} has none.")
    if of.letters_waiting:
        found.append(
            f"{plural(of.letters_waiting, 'letter').capitalize()} waiting under {merged}: reminders among them are not "
            f"sent but worked out anew for {kept}, and held if they were held. Other letters go to the person once."
        )
    if of.facts_twice:
        found.append(
            f"{plural(of.facts_twice, 'fact').capitalize()} recorded on both: both count. Hours and cases of one event "
            "would be added up twice, so strike out one of the two afterwards."
        )
    found.append(f"It can be undone until {day(undo_through(on))}. After that it stays.")
    return found


def what_undoing_brings(of: Situation, *, since: int) -> list[str]:
    """The same before a merge is undone. `since`: how many facts were recorded for the kept record after it."""
    kept, merged = of.kept, of.merged
    found = [
        f"{merged} is in the register again, with its own page, and judged by what was recorded for {merged}.",
        f"{kept} keeps what was recorded for {kept}.",
    ]
    if since:
        found.append(
            f"{plural(since, 'fact').capitalize()} recorded on {kept} since the merge stay there. If one of them is "
            f"about {merged}, strike it out on {kept} and record it on {merged}."
        )
    if of.merged_account:
        found.append(f"The account of {merged} shows the record {merged} again.")
    found.append("Reminders that were told under one record count as told for that one alone.")
    return found
