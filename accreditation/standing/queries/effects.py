"""What a change of somebody's facts would do, before it is done: to the verdict and to each requirement's last day."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.people.models import Person
from accreditation.people.queries import subject_of
from accreditation.people.rules import Viewer
from accreditation.standing.queries.evidence import facts_of
from accreditation.standing.queries.explain import NOT_SHOWN, Explanation, explain, label_for
from accreditation.standing.queries.requirements import RequirementStatus, requirements_on
from accreditation.standing.queries.schemes import all_histories, main_scheme_code
from accreditation.standing.queries.standing import Standing, standing_from
from accreditation.standing.rules.concern import concerned
from accreditation.standing.rules.effects import Move, moves
from accreditation.standing.rules.evidence import Fact, known
from accreditation.standing.rules.history import History
from accreditation.standing.rules.scheme import Scheme
from accreditation.web.words import day, plural


@dataclass(frozen=True)
class OnADay:
    """The standing on one day as the viewer may be told it, without the change and with it.

    `renew`: what fails, or is due for renewal, on that day once the change is made.
    """

    on: date
    before: Explanation
    after: Explanation
    renew: tuple[RequirementStatus, ...]

    @property
    def changes(self) -> bool:
        return self.before.sentence != self.after.sentence


@dataclass(frozen=True)
class RequirementEffect:
    """One requirement: its last good day without the change and with it, and the difference, all in words."""

    label: str
    before: str
    after: str
    difference: str
    changes: bool
    days: int | None


@dataclass(frozen=True)
class Effect:
    """What the change does to the standing in one scheme: day by day as asked for, and per requirement."""

    scheme: Scheme
    days: tuple[OnADay, ...]
    requirements: tuple[RequirementEffect, ...]

    @property
    def moving(self) -> int:
        """Requirements of which any day changes."""
        return sum(one.changes for one in self.requirements)


def effects_of(
    person: Person, viewer: Viewer, before: Sequence[Fact], after: Sequence[Fact], days: Iterable[date]
) -> list[Effect]:
    """For every scheme that the person has to do with: what these facts say instead of those. Asks the engine twice.

    The first of the days is the one on which the requirements are compared.
    """
    asked = list(dict.fromkeys(days))
    histories = histories_concerning([*before, *after])
    return [_effect(history, person, viewer, before, after, asked) for history in histories]


def histories_concerning(facts: Sequence[Fact]) -> list[History]:
    """The schemes that somebody with these facts has to do with; the service's main one where there are none."""
    histories, main = all_histories(), main_scheme_code()
    return concerned(histories.values(), facts, main) or [histories[main]]


def schemes_concerning(facts: Sequence[Fact], on: date) -> list[Scheme]:
    """The same schemes, each in the version in effect on the day."""
    return [history.shown(history.version_on(on)) for history in histories_concerning(facts)]


def facts_now(person_id: int) -> list[Fact]:
    """What stands of the person's facts."""
    return known(facts_of(person_id), None)


def facts_without(facts: Iterable[Fact], ids: Collection[int | str | None]) -> list[Fact]:
    return [fact for fact in facts if fact.id not in ids]


def _effect(
    history: History,
    person: Person,
    viewer: Viewer,
    before: Sequence[Fact],
    after: Sequence[Fact],
    days: Sequence[date],
) -> Effect:
    whose = subject_of(person)
    pairs = [(standing_from(history, whose, before, on), standing_from(history, whose, after, on)) for on in days]
    first_before, first_after = pairs[0]
    assert first_before.result is not None  # asked of the engine, not read
    assert first_after.result is not None
    return Effect(
        first_after.scheme,
        tuple(OnADay(was.on, explain(was, viewer), explain(now, viewer), _to_renew(now, viewer)) for was, now in pairs),
        tuple(
            _in_words(move, first_after, viewer)
            for move in moves(first_before.result, first_after.result, days[0])
            if first_after.scheme.find(move.code)  # what another version asks for is not asked for on that day
        ),
    )


def _to_renew(standing: Standing, viewer: Viewer) -> tuple[RequirementStatus, ...]:
    return tuple(
        status
        for status in requirements_on(standing, viewer)
        if not status.met or (status.shown and status.renewal_due)
    )


def _in_words(move: Move, standing: Standing, viewer: Viewer) -> RequirementEffect:
    label = label_for(standing, move.code, viewer)
    if label is None:
        return RequirementEffect(NOT_SHOWN, "", "", "", changes=False, days=None)
    return RequirementEffect(
        label, _run(move.before), _run(move.after), _difference(move), changes=move.changes, days=move.days
    )


def _run(run: Span | None) -> str:
    if run is None:
        return "not met"
    return "met, no end" if run.ends_on == FOREVER else f"valid through {day(last_good_day(run.ends_on))}"


def _difference(move: Move) -> str:
    """ "91 days later", "does not move", "met again", "met also from 1 April to 30 April 2027"."""
    if move.before is None and move.after is not None:
        return "met again"
    if move.before is not None and move.after is None:
        return "no longer met"
    if move.days:
        return f"{plural(abs(move.days), 'day')} {'later' if move.days > 0 else 'earlier'}"
    if move.before != move.after and move.before is not None and move.after is not None:
        if move.after.ends_on == FOREVER != move.before.ends_on:
            return "no longer ends"
        if move.before.ends_on == FOREVER != move.after.ends_on:
            return "ends now"
    if move.gained:
        return f"met also {_days(move.gained[0])}"
    if move.lost:
        return f"no longer met {_days(move.lost[0])}"
    return "does not move"


def _days(span: Span) -> str:
    starts = f"from {day(span.starts_on)}" if span.starts_on > date.min else ""
    ends = f"{'to' if starts else 'until'} {day(last_good_day(span.ends_on))}" if span.ends_on < FOREVER else ""
    return " ".join(word for word in (starts, ends) if word) or "on every day"
