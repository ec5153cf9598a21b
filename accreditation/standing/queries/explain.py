"""What may be said of a verdict, to whom: the one function on every door."""

from dataclasses import dataclass
from datetime import date

from accreditation.core.calendar import FOREVER, last_good_day
from accreditation.core.permissions import Permission
from accreditation.people.rules import Subject, Viewer
from accreditation.standing.queries.standing import Standing
from accreditation.standing.rules.tense import Tense, in_tense
from accreditation.standing.rules.verdict import Verdict
from accreditation.web.words import day

SHOWN_TO = {
    "clearance": Permission.VIEW_CLEARANCE,
    "clearance_application": Permission.VIEW_CLEARANCE,
}
"""data/field-access.csv, rows "level" and "granted and review-due dates"; other kinds: VIEW_STANDING."""

MAY_WORK = {Verdict.DEPLOYABLE: "May work", Verdict.CO_MEDIATION_ONLY: "May work as co-mediator"}
NOT_SHOWN = "A requirement that is not shown to you"
NOT_TODAY = "Not shown to you for another day"

TONES = {
    Verdict.DEPLOYABLE: "good",
    Verdict.CO_MEDIATION_ONLY: "soon",
    Verdict.LAPSED: "bad",
    Verdict.WITHDRAWN: "bad",
    Verdict.SUSPENDED: "paused",
    Verdict.ON_LEAVE: "paused",
    Verdict.NOT_ACCREDITED: "neutral",
    Verdict.LEFT: "neutral",
}
"""How a tag looks; what it says is the sentence."""


@dataclass(frozen=True)
class Paused:
    """The days of a suspension or of leave, both inclusive; `through` None: without an end. Never the reason."""

    verdict: Verdict
    since: date
    through: date | None


@dataclass(frozen=True)
class Explanation:
    """What one viewer may be told. Whatever is left out here must not be shown anywhere else."""

    sentence: str
    tone: str = "neutral"
    may_work: bool = False
    failing: tuple[str, ...] = ()
    limiting: str | None = None
    valid_through: date | None = None
    renewal_due: tuple[str, ...] = ()
    in_full: bool = False  # whether the viewer may see the requirements at all
    paused: Paused | None = None


def sees_details(viewer: Viewer) -> Viewer:
    """With only the grants under which a date or a reason may be told: of the standing, and of a clearance in it.

    A count, a filter or an order that would tell one of them is asked only of these people.
    """
    return viewer.limited_to(Permission.VIEW_STANDING).limited_to(Permission.VIEW_CLEARANCE)


def may_ask_any_day(viewer: Viewer, whose: Subject) -> bool:
    """Whether the viewer may be told of other days than today.

    Only who may read every date anyway: asked day by day, a plain yes or no tells when something ends.
    """
    return viewer.may(Permission.VIEW_STANDING, whose) and viewer.may(Permission.VIEW_CLEARANCE, whose)


def explain(
    standing: Standing, viewer: Viewer, tense: Tense = Tense.NOW, *, as_known_then: bool = False
) -> Explanation:
    """What this viewer may be told. Page, list, export, letter and API show this, never the standing itself.

    `tense`: whether its day is today, has passed or is to come; `as_known_then`: it is by what was known at some
    moment. Of anything but today as known now, nothing is told to who may not ask of any day.
    """
    if (as_known_then or tense is not Tense.NOW) and not may_ask_any_day(viewer, standing.whose):
        return Explanation(NOT_TODAY)
    may_work = standing.verdict in MAY_WORK
    if not viewer.may(Permission.VIEW_STANDING, standing.whose):
        if not viewer.may(Permission.VIEW_MAY_WORK, standing.whose):
            return Explanation("Not shown to you")
        tone = TONES[standing.verdict] if may_work else "bad"
        return Explanation(MAY_WORK.get(standing.verdict, "May not work"), tone=tone, may_work=may_work)

    def label(code: str) -> str | None:
        return label_for(standing, code, viewer)

    limiting = label(standing.limiting) if standing.limiting else None
    everything_shown = all(label(code) for code in standing.failing)
    return Explanation(
        in_tense(
            _sentence(standing, dated=everything_shown and (limiting is not None or standing.limiting is None)),
            tense,
        ),
        tone=TONES[standing.verdict],
        may_work=may_work,
        failing=tuple(label(code) or NOT_SHOWN for code in standing.failing),
        limiting=limiting,
        valid_through=standing.valid_through if limiting else None,  # the date alone would tell
        renewal_due=tuple(text for code in standing.renewal_due if (text := label(code))),
        in_full=True,
        paused=_paused(standing),
    )


def _paused(standing: Standing) -> Paused | None:
    if standing.verdict not in (Verdict.SUSPENDED, Verdict.ON_LEAVE):
        return None
    return Paused(standing.verdict, standing.since, last_good_day(standing.until) if standing.until < FOREVER else None)


def label_for(standing: Standing, code: str, viewer: Viewer) -> str | None:
    """The name of a requirement, or of whatever else limits, for this viewer; None if it is not theirs to know."""
    kinds, text = standing.scheme.describe(code)
    shown = all(viewer.may(SHOWN_TO.get(kind, Permission.VIEW_STANDING), standing.whose) for kind in kinds)
    return text if shown else None


def _sentence(standing: Standing, *, dated: bool) -> str:
    """The verdict in words; without its date where the date would tell what is not shown."""
    since, until = standing.since, standing.until
    match standing.verdict:
        case Verdict.DEPLOYABLE:
            return f"May work until {day(standing.valid_through)}" if dated and standing.valid_through else "May work"
        case Verdict.CO_MEDIATION_ONLY:
            if dated and until < FOREVER:
                return f"May co-mediate only, until {day(last_good_day(until))}"
            return "May co-mediate only"
        case Verdict.LAPSED:
            return f"May not work: lapsed since {day(since)}" if dated else "May not work: lapsed"
        case Verdict.SUSPENDED:
            return "May not work: suspended"
        case Verdict.ON_LEAVE:
            return f"On leave until {day(last_good_day(until))}" if until < FOREVER else "On leave"
        case Verdict.WITHDRAWN:
            return "Accreditation withdrawn"
        case Verdict.LEFT:
            return "Left the service"
        case Verdict.NOT_ACCREDITED:
            return "Not yet accredited"
