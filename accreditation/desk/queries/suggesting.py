"""What the helpline is asked about most is suggested to the next refresher day: neither room knows the other."""

from datetime import date

from accreditation.helpline.queries.themes import asked_most
from accreditation.refreshers.queries.suggested import SuggestedTopic, suggests_topics
from accreditation.web.words import plural


@suggests_topics
def from_the_helpline(on: date) -> list[SuggestedTopic]:
    """Themes with their numbers, without anybody: the small-number rule of the themes page holds here too."""
    return [
        SuggestedTopic(theme.label, f"{plural(theme.number, 'contact')} with the helpline in the last twelve months")
        for theme in asked_most(on)
    ]
