"""What would be written for one row, step by step. Each step says itself in a sentence of the preview."""

from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, last_good_day


def shown(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


@dataclass(frozen=True, slots=True)
class AddPerson:
    """Somebody new. The unit is found or added by its name."""

    @property
    def sentence(self) -> str:
        return "Added to the register"


@dataclass(frozen=True, slots=True)
class Rename:
    old: str
    given_name: str
    family_name: str

    @property
    def sentence(self) -> str:
        return f"Name: {self.old} becomes {self.given_name} {self.family_name}"


@dataclass(frozen=True, slots=True)
class Change:
    """One detail of somebody known: pay_number, email, unit or holder_kind."""

    detail: str
    old: str
    new: str

    @property
    def sentence(self) -> str:
        label = {
            "pay_number": "Pay number",
            "email": "E-mail address",
            "unit": "Unit",
            "holder_kind": "Employee or contractor",
        }[self.detail]
        return f"{label}: {self.old} becomes {self.new}" if self.old else f"{label}: {self.new}"


@dataclass(frozen=True, slots=True)
class AddResult:
    outcome: str
    on: date
    course: str

    @property
    def sentence(self) -> str:
        return f"{self.outcome.capitalize()} on {shown(self.on)}" + (f", {self.course}" if self.course else "")


@dataclass(frozen=True, slots=True)
class AddAward:
    """The award that follows a pass, for [starts_on, ends_on), with its waivers."""

    starts_on: date
    ends_on: date

    @property
    def sentence(self) -> str:
        if self.ends_on == FOREVER:
            return f"Accredited from {shown(self.starts_on)}"
        return f"Accredited from {shown(self.starts_on)}, valid through {shown(last_good_day(self.ends_on))}"


@dataclass(frozen=True, slots=True)
class AddClearance:
    """A clearance; `valid_through` is its last good day. `application_id`: the application that it decides on."""

    level: str
    granted_on: date
    valid_through: date
    application_id: int | None = None

    @property
    def sentence(self) -> str:
        decided = ": the decision on the application here" if self.application_id else ""
        return f"{self.level} granted on {shown(self.granted_on)}, valid through {shown(self.valid_through)}{decided}"


@dataclass(frozen=True, slots=True)
class GiveDates:
    """The same clearance with a later end, or with a date that was missing. `was` says in words what stands here."""

    clearance_id: int
    level: str
    granted_on: date
    valid_through: date
    was: str

    @property
    def sentence(self) -> str:
        return (
            f"{self.level} granted on {shown(self.granted_on)}: valid through {shown(self.valid_through)}. "
            f"In the register: {self.was}"
        )


@dataclass(frozen=True, slots=True)
class AddRefresher:
    on: date

    @property
    def sentence(self) -> str:
        return f"Refresher day on {shown(self.on)}"


Step = AddPerson | Rename | Change | AddResult | AddAward | AddClearance | GiveDates | AddRefresher
