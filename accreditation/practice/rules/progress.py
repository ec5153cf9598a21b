"""How much of a requirement is done, and by when the rest is due: from the engine's own rules, part by part."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from accreditation.core.calendar import FOREVER, Span, last_good_day, span_holding
from accreditation.practice.rules.entries import amount
from accreditation.standing.rules.evidence import Dossier, Fact
from accreditation.standing.rules.requirements import Accumulated, AllOf, AnyOf, Asked, Held, Rule

LOGGED = frozenset({"case", "cpd", "supervision", "declaration"})
"""Kinds of evidence that come from the practice log."""

UNITS = {"case": ("case", "cases"), "cpd": ("hour", "hours"), "supervision": ("hour", "hours")}

CODE_WORDS = {
    "lead": "led",
    "co_mediation": "co-mediated",
    "observed": "observed",
    "one_to_one": "one to one",
    "group": "in a group",
    "course": "courses",
    "network": "networks and conferences",
    "teaching": "teaching and writing",
    "other": "something else",
}
"""A category that a service has named itself is said as it is written there."""

NOTHING = Decimal(0)


@dataclass(frozen=True)
class PartProgress:
    """One amount that a requirement asks for, on a day.

    `done` counts on the day, of `wanted`, in `per_months` (None: ever). `still` is what has to come on top by `due_by`,
    the last good day of what is met now; `due_by` None with something still to do: at once. `waiting` has been logged
    and nobody has confirmed it: it counts nowhere yet.
    """

    what: str
    done: Decimal
    wanted: Decimal
    per_months: int | None
    still: Decimal
    due_by: date | None
    met: bool
    waiting: Decimal = NOTHING
    unit: tuple[str, str] = ("", "")

    @property
    def done_words(self) -> str:
        within = f" in {self.per_months} months" if self.per_months else ""
        return f"{amount(self.done)} of {self._much(self.wanted)}{self._what}{within}"

    @property
    def still_words(self) -> str:
        return self._much(self.still) if self.still else ""

    @property
    def waiting_words(self) -> str:
        return self._much(self.waiting) if self.waiting else ""

    @property
    def _what(self) -> str:
        return f" {self.what}" if self.what else ""

    def _much(self, quantity: Decimal) -> str:
        return f"{amount(quantity)} {self.unit[0] if quantity == 1 else self.unit[1]}".strip()


@dataclass(frozen=True)
class Progress:
    """What a requirement asks for besides its name. `any_of`: one of the parts will do."""

    parts: tuple[PartProgress, ...]
    any_of: bool = False

    @property
    def open(self) -> list[PartProgress]:
        """The parts of which something is still to be done."""
        return [part for part in self.parts if part.still]


def from_the_log(rule: Rule) -> bool:
    """Whether anything the rule reads is logged by mediators: with a refresher day beside it, the rest still is."""
    return bool(rule.kinds & LOGGED)


def progress_in(rule: Rule, dossier: Dossier, run: Span | None, on: date, waiting: Sequence[Fact] = ()) -> Progress:
    """Every amount in the rule, those of a composite one too. `run`: the days met around the day, waivers among them.

    `waiting` are facts that would count were they confirmed.
    """
    whole = isinstance(rule, Accumulated)
    return Progress(
        tuple(
            _part(one, dossier, run if whole else span_holding(one.met(dossier), on), on, waiting)
            for one in _amounts(rule)
        ),
        any_of=isinstance(rule, AnyOf),
    )


def _amounts(rule: Rule) -> Iterator[Accumulated]:
    match rule:
        case Accumulated(asked) if asked.kind in LOGGED:
            yield rule
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _amounts(part)


def _part(rule: Accumulated, dossier: Dossier, run: Span | None, on: date, waiting: Sequence[Fact]) -> PartProgress:
    done = _counting(rule, dossier, on)
    ends_on = run.ends_on if run else None
    if ends_on is None:
        still, due_by = max(rule.quantity - done, NOTHING), None
    elif ends_on == FOREVER:
        still, due_by = NOTHING, None
    else:
        still, due_by = max(rule.quantity - _counting(rule, dossier, ends_on), NOTHING), last_good_day(ends_on)
    kind = rule.asked.kind
    return PartProgress(
        what=_what(rule.asked),
        done=done,
        wanted=rule.quantity,
        per_months=rule.per_months,
        still=still,
        due_by=due_by if still else None,
        met=run is not None,
        waiting=sum((_much(fact) for fact in waiting if rule.asked.accepts(fact)), NOTHING),
        unit=UNITS.get(kind, ("", "")),
    )


def _what(asked: Asked) -> str:
    """What exactly counts, after the unit: "cases led or observed", "hours of courses"; nothing where all does."""
    said = " or ".join(CODE_WORDS.get(code, code.replace("_", " ")) for code in sorted(asked.codes or ()))
    return f"of {said}" if said and asked.kind == "cpd" else said


def _counting(rule: Accumulated, dossier: Dossier, on: date) -> Decimal:
    """What of the events known so far counts on that day."""
    return sum(
        (
            _much(event)
            for event in rule.asked.among(dossier)
            if event.starts_on <= on < rule.counted_until(event, dossier)
        ),
        NOTHING,
    )


def _much(fact: Fact) -> Decimal:
    return Decimal(1) if fact.quantity is None else fact.quantity


def declared_codes(rules: Sequence[Rule]) -> list[str]:
    """The declarations that these rules ask for, in order, each once."""
    return list(dict.fromkeys(code for rule in rules for code in _declared(rule)))


def _declared(rule: Rule) -> Iterator[str]:
    match rule:
        case Held(asked) if asked.kind == "declaration":
            yield from sorted(asked.codes or ())
        case AllOf(parts) | AnyOf(parts):
            for part in parts:
                yield from _declared(part)
