"""From what a viewer may know of a standing to the picture of it."""

from datetime import date

from accreditation.standing.queries.explain import Explanation
from accreditation.standing.queries.requirements import Timeline as KnownDays
from accreditation.web.timeline import Lane, Timeline, draw_timeline


def picture_of(known: KnownDays | None, explained: Explanation, today: date) -> Timeline | None:
    """The standing timeline; its title says the finding. None where the viewer may not see requirements."""
    if known is None or not known.lanes:
        return None
    ends = f" {explained.limiting} ends first." if explained.limiting and explained.valid_through else ""
    return draw_timeline(
        [Lane(lane.label, lane.met, lane.window) for lane in known.lanes],
        known.deployable,
        co_mediating=known.co_mediating,
        today=today,
        finding=f"{explained.sentence}.{ends}",
        first_end=known.first_end,
    )
