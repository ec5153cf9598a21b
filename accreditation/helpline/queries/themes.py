"""What the whole service asks its helpline about most, for whoever plans the next refresher day."""

from collections import Counter
from datetime import date

from accreditation.helpline.queries.contacts import themes_by_month
from accreditation.helpline.rules import CATEGORIES
from accreditation.helpline.rules.themes import Theme, named, period, themes


def asked_most(on: date) -> list[Theme]:
    """At most three themes of the twelve whole months before the one of that day, none with a small number."""
    together: Counter[str] = Counter()
    for found in themes_by_month(None, *period(on)).values():
        for code, number in found.items():
            together[CATEGORIES[code]] += number
    return named(themes(together), CATEGORIES.values())
