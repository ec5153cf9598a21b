"""What undoing an act would do, person by person: one answer for the preview and, under the locks, for the undoing."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from accreditation.awards.models import Award
from accreditation.awards.services import reasons_not_to_void
from accreditation.core.outbox import WAITING, Letter
from accreditation.desk.undoing.queries.built import BuiltOn, built_on
from accreditation.desk.undoing.rules.told import Undone
from cohorts.models import Cohort, Result, ResultAct
from cohorts.queries.acts import Reversal, reversals_of
from cohorts.rules.results import OUTCOME_LABELS

SENT = ("sent", "written_to_folder", "claimed", "handing_over", "in_doubt")
"""States in which somebody has, or may have, read the letter."""


@dataclass(frozen=True)
class Prospect:
    """One line of the act, what would become of it, the awards that go with it, and the letter that told of it."""

    reversal: Reversal
    undone: Undone
    awards: tuple[Award, ...] = ()
    letter: Letter | None = None

    @property
    def is_kept(self) -> bool:
        return self.undone.kept_because is not None


@dataclass(frozen=True)
class Prospects:
    """All of them, and what else happens. `digest` says which preview it was."""

    lines: tuple[Prospect, ...]
    reopens: bool

    @property
    def reversible(self) -> list[Prospect]:
        return [line for line in self.lines if not line.is_kept]

    @property
    def kept(self) -> list[Prospect]:
        return [line for line in self.lines if line.is_kept]

    @property
    def letters(self) -> int:
        return sum(line.undone.letter == "to_confirm" for line in self.lines)

    @property
    def digest(self) -> str:
        said = [(line.reversal.line.id, line.undone) for line in self.lines]
        return hashlib.sha256(repr(said).encode()).hexdigest()[:32]


def prospects_of(act: ResultAct, cohort: Cohort, *, by: int) -> Prospects:
    """What undoing the act would do when that person does it. Reads only; a few statements for any number of lines."""
    reversals = reversals_of(act)
    if act.kind == "recorded":
        lines = tuple(Prospect(reversal, _of_recording(reversal)) for reversal in reversals)
        return Prospects(lines, reopens=False)
    built = built_on(act, reversals, by=by)
    lines = tuple(_of_release(reversal, built) for reversal in reversals)
    return Prospects(lines, reopens=cohort.state == "closed" and any(not line.is_kept for line in lines))


def _of_recording(reversal: Reversal) -> Undone:
    if reversal.why_not:
        return Undone(kept_because=reversal.why_not)
    before, after = reversal.before, reversal.after
    if before is None:
        assert after is not None
        return Undone(result=f"The draft “{OUTCOME_LABELS[after.outcome]}” is taken back.")
    return Undone(result=f"The draft is “{OUTCOME_LABELS[before.outcome]}” again.")


def _of_release(reversal: Reversal, built: BuiltOn) -> Prospect:
    result = reversal.result
    if reversal.why_not or result is None:
        return Prospect(reversal, Undone(kept_because=reversal.why_not))
    awards = built.awards_resting_on(result)
    if why_not := _why_not(result, awards, built):
        return Prospect(reversal, Undone(kept_because=why_not))
    said = f"The result “{OUTCOME_LABELS[result.outcome]}” waits for release again."
    if corrected := built.corrected.get(result.supersedes_id or 0):
        said += f" “{OUTCOME_LABELS[corrected.outcome]}”, which it had corrected, stands again."
    letter = built.letters.get(result.id)
    told = "none"
    if letter is not None and letter.state in WAITING:
        told = "taken_back"
    elif letter is not None and letter.state in SENT:
        told = "to_confirm"
    undone = Undone(None, said, built.facts_from(result.id), tuple(award.number for award in awards), told)
    return Prospect(reversal, undone, tuple(awards), letter)


def _why_not(result: Result, awards: Sequence[Award], built: BuiltOn) -> str | None:
    if built.is_own(result.person_id):
        return "This is your own result. Somebody else must undo its release."
    if renewals := [award for award in awards if award.renews_id in {other.id for other in awards}]:
        return (
            f"An accreditation that rests on it has been renewed since, as {renewals[-1].number}. "
            "Correct this result instead, and decide about the accreditation itself."
        )
    for award in awards:
        if reasons := reasons_not_to_void(award.id):
            return f"{award.number} rests on it and cannot be taken back: {' '.join(reasons)}"
    if own := next((award for award in awards if award.awarded_by == built.by), None):
        return f"You awarded {own.number}, which rests on it. A second person must undo this release."
    return None
