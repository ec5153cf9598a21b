"""What somebody asks of the register, as a value: from the address of a page, a number on the home page, an export."""

from dataclasses import dataclass
from datetime import date, timedelta

from accreditation.standing.rules.tense import Tense

ENDS_WITHIN = (30, 60, 90, 180)
"""Days that the register offers for "ends within"."""

SORTS = ("name", "ends", "unit")


@dataclass(frozen=True)
class Asked:
    """Filters and order. A day is `on`; `may_work` is all that may be asked by somebody who sees no more than that.

    `tense`: whether that day is today; of any other only those are told of whose every date the viewer may read.

    `ends_within` N: those who may work on the day, and whose first day that is no longer good is at most N days
    after it. `limiting`: and that day is because of this requirement.
    """

    scheme: str
    on: date
    words: str = ""
    unit_id: int | None = None
    verdict: str | None = None
    may_work: bool | None = None
    ends_within: int | None = None
    limiting: str | None = None
    sort: str = "name"
    descending: bool = False
    tense: Tense = Tense.NOW

    @property
    def asks_details(self) -> bool:
        """Whether an answer tells more than whether somebody may work."""
        narrowed = self.verdict or self.ends_within is not None or self.limiting or self.sort == "ends"
        return bool(narrowed or self.tense is not Tense.NOW)

    @property
    def ends_by(self) -> date | None:
        """The last day that counts as "within", as the exclusive end of a run."""
        return self.on + timedelta(self.ends_within) if self.ends_within is not None else None
