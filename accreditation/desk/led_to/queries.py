"""What a contact led to, as its page shows it to advisers: of an entry in the practice log only how far it is."""

from datetime import date

from flask import url_for

from accreditation.helpline.queries.led_to import LedTo, Way, offers_ways, tells_what_followed
from accreditation.helpline.services import SOURCE
from accreditation.practice.models import ArrangedSupervision
from accreditation.practice.queries.arranged import arranged_from
from accreditation.refreshers.queries.kept_topics import Kept, topics_from
from accreditation.web.words import day


@offers_ways
def ways(contact_id: int) -> list[Way]:
    return [
        Way("Arrange supervision", url_for("led_to.supervision", contact_id=contact_id)),
        Way("Suggest as a refresher topic", url_for("led_to.topic", contact_id=contact_id)),
    ]


@tells_what_followed
def followed(contact_id: int, on: date) -> list[LedTo]:
    source = (SOURCE, contact_id)
    return [*(_session(one, on) for one in arranged_from(source)), *map(_topic, topics_from(source))]


def _session(one: ArrangedSupervision, on: date) -> LedTo:
    what = f"Supervision on {day(one.held_on)}"
    if one.called_off_at is not None:
        return LedTo(what, "Called off", "neutral")
    if one.entry is not None:
        confirmed = one.entry.state == "confirmed"
        return LedTo(what, "Held and confirmed" if confirmed else "Logged", "good" if confirmed else "soon")
    call_off = url_for("led_to.call_off", contact_id=one.source_id, arranged_id=one.id)
    return LedTo(what, "Arranged" if one.held_on >= on else "Not logged yet", "soon", call_off_url=call_off)


def _topic(kept: Kept) -> LedTo:
    what = f"Refresher topic: {kept.suggestion.words}"
    if kept.day is None:
        return LedTo(what, "Suggested", "soon")
    url = url_for("refreshers.day", day_id=kept.day.id)
    return LedTo(what, f"On the day of {day(kept.day.held_on)}", "good", url)
