"""What the plan says of people: who they are, and everything dated that happened to them."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from accreditation.core.calendar import anniversary
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.verdict import Result

SCHEME = "INHOUSE-WPM"
AWARD_MONTHS = 36
"""The term of an award in INHOUSE-WPM, as its preset says; a test holds the two together."""

CTC_MONTHS = {"employee": 120, "contractor": 60}
"""DOMAIN.md section 2.1: ten years, five for contractors who are not on List X."""


@dataclass(slots=True)
class Somebody:
    """A person of the plan. `key` numbers everybody; `unit` and the like are places in the plan's own lists."""

    key: int
    given: str
    family: str
    email: str
    unit: int
    holder_kind: str = "employee"
    pay_number: str | None = None

    @property
    def name(self) -> str:
        return f"{self.given} {self.family}"


@dataclass(slots=True)
class Entry:
    """A case, hours of CPD or of supervision. Unconfirmed: the mediator logged it and nobody has looked yet."""

    kind: str
    on: date
    quantity: Decimal
    code: str | None = None
    note: str | None = None
    confirmed: bool = True


@dataclass(slots=True)
class Cleared:
    """A clearance for the days [granted_on, ends_on), cut short on `stopped_on` when it was suspended or withdrawn."""

    granted_on: date
    ends_on: date
    level: str = "CTC"
    stopped_on: date | None = None
    stopped_as: str | None = None

    @property
    def holds_until(self) -> date:
        return self.stopped_on or self.ends_on


@dataclass(slots=True)
class Asked:
    """An application for clearance on its way: the stages it has been through, each with its day."""

    steps: list[tuple[str, date]]
    level: str = "CTC"


@dataclass(slots=True)
class Overlay:
    """A suspension, leave, the withdrawal of an award, membership that ended, or a waiver of the requirement `code`.

    For the days [starts_on, ends_on).
    """

    kind: str
    starts_on: date
    ends_on: date | None
    reason: str
    code: str | None = None


@dataclass(slots=True)
class Mediator(Somebody):
    """Somebody who passed the training. `part` is what they play in the demo: steady, or one of the casts."""

    cohort: int = 0
    passed_on: date = date.min
    awards: list[date] = field(default_factory=list)  # first days; the second one renews the first
    clearances: list[Cleared] = field(default_factory=list)
    asked: Asked | None = None
    refreshers: list[date] = field(default_factory=list)
    missed: list[date] = field(default_factory=list)  # refresher days booked and not attended
    entries: list[Entry] = field(default_factory=list)
    overlays: list[Overlay] = field(default_factory=list)
    part: str = "steady"
    result: Result | None = None  # the engine's answer to these facts

    def facts(self) -> Iterator[Fact]:
        """The evidence that the rooms declare for all this, in the order of rooms."""
        yield Fact("training", SCHEME, self.passed_on)
        for starts_on in self.awards:
            yield Fact("award", SCHEME, starts_on, anniversary(starts_on, AWARD_MONTHS))
        for clearance in self.clearances:
            yield Fact("clearance", clearance.level, clearance.granted_on, clearance.holds_until)
        for on in self.refreshers:
            yield Fact("refresher", None, on)
        for entry in self.entries:
            if entry.confirmed:
                yield Fact(entry.kind, entry.code, entry.on, None, entry.quantity)
        for overlay in self.overlays:
            scheme = SCHEME if overlay.kind == "withdrawal" else None
            yield Fact(overlay.kind, overlay.code, overlay.starts_on, overlay.ends_on, scheme=scheme)
