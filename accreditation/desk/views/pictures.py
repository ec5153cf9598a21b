"""From what a viewer may know of a standing to the picture of it."""

from datetime import date

from accreditation.desk.rules.asof import AsOf
from accreditation.standing.queries.explain import Explanation
from accreditation.standing.queries.requirements import Timeline as KnownDays
from accreditation.standing.rules.tense import Tense
from accreditation.web.timeline import Lane, Timeline, draw_timeline
from accreditation.web.words import day


def picture_of(
    known: KnownDays | None, explained: Explanation, on: date, *, as_of: AsOf | None = None
) -> Timeline | None:
    """The standing timeline; its title says the finding. None where the viewer may not see requirements."""
    if known is None or not known.lanes:
        return None
    return draw_timeline(
        [Lane(lane.label, lane.met, lane.window) for lane in known.lanes],
        known.deployable,
        co_mediating=known.co_mediating,
        today=on,
        is_today=as_of is None or not as_of.is_another_day,
        finding=_finding(explained, as_of),
        first_end=known.first_end,
    )


def _finding(explained: Explanation, as_of: AsOf | None) -> str:
    sentence, verb = explained.sentence, "ends"
    if as_of and as_of.travels:
        sentence = f"On {day(as_of.on)}{as_of.if_nothing_is_done}: {sentence[0].lower()}{sentence[1:]}"
        verb = "ended" if as_of.tense is Tense.PAST else verb
    ends = f" {explained.limiting} {verb} first." if explained.limiting and explained.valid_through else ""
    return f"{sentence}.{ends}"
