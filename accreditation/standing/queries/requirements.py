"""Each requirement of somebody with its dates, the timeline, and what to do next: for this viewer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, Span, days_after, last_good_day, span_holding
from accreditation.core.permissions import Permission
from accreditation.people.rules import Viewer
from accreditation.standing.queries.explain import NOT_SHOWN, label_for
from accreditation.standing.queries.lead_times import Lead, LeadTimes, lead_times, time_left
from accreditation.standing.queries.standing import Standing
from accreditation.standing.rules.engine import evaluate
from accreditation.standing.rules.evidence import Fact
from accreditation.standing.rules.lead import asked_for_on
from accreditation.standing.rules.scheme import Requirement
from accreditation.standing.rules.verdict import Result, Verdict


@dataclass(frozen=True)
class RequirementStatus:
    """One requirement on a day, as a viewer may see it; label and dates are held back where it is not theirs to know.

    `run` holds the days of the unbroken run that it is met (or, not met, failed) in; `window_opens_on` the first day
    on which renewing counts; `last_useful_on` the last day on which the work on it can begin in time; `asked_on` the
    day on which a clearance that would meet it was asked for, while that is not decided; `time_left` says whether there
    is time enough, where there is anything to say.
    """

    code: str
    label: str
    met: bool
    shown: bool
    run: Span | None = None
    renewal_due: bool = False
    limiting: bool = False
    window_opens_on: date | None = None
    last_useful_on: date | None = None
    asked_on: date | None = None
    time_left: str = ""
    action: str = ""
    who_acts: str = ""
    source: str = ""
    certainty: str = ""

    @property
    def valid_through(self) -> date | None:
        """The last good day of a run that has an end."""
        return last_good_day(self.run.ends_on) if self.run and self.met and self.run.ends_on < FOREVER else None

    @property
    def failing_since(self) -> date | None:
        return self.run.starts_on if self.run and not self.met and self.run.starts_on > date.min else None


@dataclass(frozen=True)
class Lane:
    """One requirement in the timeline; `window` are the days in which what runs now may be renewed."""

    label: str
    met: tuple[Span, ...]
    limiting: bool = False
    window: Span | None = None


@dataclass(frozen=True)
class Timeline:
    lanes: tuple[Lane, ...]
    deployable: tuple[Span, ...]
    co_mediating: tuple[Span, ...]
    today: date
    first_end: date | None


@dataclass(frozen=True)
class NextStep:
    """What to do next, as a sentence without a full stop, who acts, and the last day on which it still helps.

    `by` None: at once, for it fails already or there is no end; `too_late`: the day to begin in time has passed.
    `time_left` says so, or when what was begun is expected.
    """

    action: str
    label: str
    who_acts: str
    by: date | None
    valid_through: date | None
    too_late: bool = False
    requirement: str = ""
    time_left: str = ""


def requirements_on(standing: Standing, viewer: Viewer, leads: LeadTimes | None = None) -> list[RequirementStatus]:
    """Each requirement on the standing's day, in scheme order; empty where the viewer may not see requirements.

    `leads`: what `lead_times()` gave, for whoever asks about many people.
    """
    if not viewer.may(Permission.VIEW_STANDING, standing.whose):
        return []
    leads = leads or lead_times()
    return [
        _status(requirement, standing, viewer, leads.of(requirement, standing.scheme))
        for requirement in standing.scheme.requirements
    ]


def _status(requirement: Requirement, standing: Standing, viewer: Viewer, lead: Lead) -> RequirementStatus:
    code, on = requirement.code, standing.on
    spans = _result(standing).requirements[code]
    label = label_for(standing, code, viewer)
    held = span_holding(spans, on)
    if label is None:
        return RequirementStatus(code, NOT_SHOWN, met=held is not None, shown=False)
    opens_on = last_useful_on = None
    if held and held.ends_on < FOREVER:
        opens_on = max(held.starts_on, days_after(held.ends_on, -standing.scheme.window_of(requirement)))
        last_useful_on = days_after(last_good_day(held.ends_on), -lead.days)
    is_clearance = "clearance" in requirement.rule.kinds
    asked_on = asked_for_on(requirement.rule, facts_for(standing), on) if is_clearance else None
    ends = held is not None and held.ends_on < FOREVER
    words = ""
    if held is None or ends:
        words = time_left(
            on=on,
            is_clearance=is_clearance,
            lead_days=lead.days,
            basis=lead.basis,
            # field-access.csv, row "lead times and forecasts": not for the mediator
            with_figures=not is_clearance or viewer.may(Permission.VIEW_CLEARANCE_RECORDS, standing.whose),
            last_good_day=last_good_day(held.ends_on) if held else None,
            asked_on=asked_on,
        )
    return RequirementStatus(
        code,
        label,
        met=held is not None,
        shown=True,
        run=held or _gap(spans, on),
        renewal_due=code in standing.renewal_due,
        limiting=code == standing.limiting,
        window_opens_on=opens_on,
        last_useful_on=last_useful_on,
        asked_on=asked_on,
        time_left=words,
        action=requirement.action,
        who_acts=requirement.who_acts,
        source=requirement.source,
        certainty=requirement.certainty,
    )


def _gap(spans: list[Span], on: date) -> Span:
    """The days around this one on which the requirement is not met."""
    before = max((span.ends_on for span in spans if span.ends_on <= on), default=date.min)
    after = min((span.starts_on for span in spans if span.starts_on > on), default=FOREVER)
    return Span(before, after)


def facts_for(standing: Standing) -> list[Fact]:
    """The facts behind the standing that are meant for its scheme."""
    return [fact for fact in standing.facts if fact.scheme in (None, standing.scheme.code)]


def timeline_of(
    standing: Standing, viewer: Viewer, statuses: Sequence[RequirementStatus] | None = None
) -> Timeline | None:
    """The lanes that the viewer may see and the deployable run; None where they may not see requirements.

    Where one is held back, the deployable run and the first end are held back too: their dates would tell.
    """
    if not viewer.may(Permission.VIEW_STANDING, standing.whose):
        return None
    result = _result(standing)
    statuses = requirements_on(standing, viewer) if statuses is None else statuses
    lanes = tuple(
        Lane(
            status.label,
            tuple(result.met_spans(status.code)),
            status.limiting,
            Span(status.window_opens_on, status.run.ends_on)
            if status.run and status.window_opens_on and status.window_opens_on < status.run.ends_on
            else None,
        )
        for status in statuses
        if status.shown
    )
    if len(lanes) < len(statuses):
        return Timeline(lanes, (), (), standing.on, None)
    return Timeline(
        lanes,
        _days_with(Verdict.DEPLOYABLE, result),
        _days_with(Verdict.CO_MEDIATION_ONLY, result),
        standing.on,
        standing.limiting_end,
    )


def _days_with(verdict: Verdict, result: Result) -> tuple[Span, ...]:
    return tuple(Span(period.starts_on, period.ends_on) for period in result.periods if period.verdict is verdict)


def next_step(
    standing: Standing,
    viewer: Viewer,
    statuses: Sequence[RequirementStatus] | None = None,
    leads: LeadTimes | None = None,
    *,
    limiting_only: bool = False,
) -> NextStep | None:
    """What this viewer may be told to do next about the standing; None if nothing, or nothing that is theirs to know.

    While deployable: what must be begun first, so that nothing ends; mostly what ends first, but a clearance that ends
    later may have to be asked for earlier. Else the first requirement that fails. What is asked for is not asked again.
    `limiting_only`: only what can be done about what ends first, for a list of what ends.
    """
    statuses = requirements_on(standing, viewer, leads) if statuses is None else statuses
    if standing.verdict is Verdict.DEPLOYABLE:
        if not any(status.limiting and status.shown for status in statuses):
            return None
        open_ones = [
            status
            for status in statuses
            if status.last_useful_on and not status.asked_on and (status.limiting or not limiting_only)
        ]
        if not open_ones:
            return None
        due = min(open_ones, key=lambda status: (status.last_useful_on, not status.limiting))
        return _step(due, due.last_useful_on, too_late=bool(due.last_useful_on and due.last_useful_on < standing.on))
    if standing.verdict in (Verdict.LEFT, Verdict.WITHDRAWN):
        return None
    failing = [status for status in statuses if not status.met and status.shown]
    due_now = next((status for status in failing if not status.asked_on), None)
    return _step(due_now, None, too_late=False) if due_now else None


def _step(status: RequirementStatus, by: date | None, *, too_late: bool) -> NextStep:
    return NextStep(
        action=status.action,
        label=status.label,
        who_acts=status.who_acts,
        by=by,
        valid_through=status.valid_through,
        too_late=too_late,
        requirement=status.code,
        time_left=status.time_left,
    )


def _result(standing: Standing) -> Result:
    """A standing read from a projection carries no result: then there is nothing to say of single requirements."""
    return standing.result or evaluate(standing.scheme, standing.facts)
