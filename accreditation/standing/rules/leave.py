"""Leave moves the ends of periods. A function of its own, because every requirement that has periods uses it alike."""

from collections.abc import Sequence
from datetime import date

from accreditation.core.calendar import FOREVER, Span, days_after


def moved_end(starts_on: date, ends_on: date, leave: Sequence[Span], cap_days: int) -> date:
    """The end of the period [starts_on, ends_on) moved by the leave that falls into it, at most cap_days together.

    `leave` is merged and in order. A span counts when it begins before the end as moved so far, and from its own start
    or the period's, whichever is later; one without an end counts as all that is left of the cap. A period without any
    days has nothing to move.
    """
    if ends_on <= starts_on:
        return ends_on
    left = cap_days
    for span in leave:
        if left <= 0 or ends_on == FOREVER or span.starts_on >= ends_on:
            break
        counted_from = max(span.starts_on, starts_on)
        if span.ends_on <= counted_from:
            continue
        days = left if span.ends_on == FOREVER else min(left, (span.ends_on - counted_from).days)
        ends_on = days_after(ends_on, days)
        left -= days
    return ends_on
