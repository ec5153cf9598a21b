"""Which day and which moment the address of a page asks about."""

from flask import request

from accreditation.core import clock
from accreditation.desk.rules.asof import AsOf, read_as_of

ONLY_TODAY = (
    "You can see whether somebody may work today, and of no other day. "
    "Take the date out of the address, or ask the practice manager."
)


def as_of_asked(*, with_known: bool = True) -> AsOf:
    """From `on` and, where the page offers it, `known`."""
    return read_as_of(request.args, today=clock.today(), now=clock.now(), with_known=with_known)
