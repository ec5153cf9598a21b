from datetime import date

from flask import Blueprint

from accreditation.awards.models import Award
from accreditation.awards.rules import ending
from accreditation.awards.rules.dates import KINDS
from accreditation.core.calendar import FOREVER, Span, last_good_day
from accreditation.web.words import day, short_day

bp = Blueprint("awards", __name__)
NO_BREAK = "\u00a0"


def span_words(span: Span | None) -> str:
    """ "3 March 2027 to 2 March 2030", both days good; nothing for none."""
    if span is None:
        return ""
    if span.ends_on == FOREVER:
        return f"from {day(span.starts_on)}, without end"
    return f"{day(span.starts_on)} to {day(last_good_day(span.ends_on))}"


def span_cell(span: Span | None) -> str:
    """ "3 Mar 2027 to 2 Mar 2030", for tables: a line breaks between the days and not within one."""
    if span is None:
        return ""
    first = short_day(span.starts_on).replace(" ", NO_BREAK)
    if span.ends_on == FOREVER:
        return f"from {first}, without end"
    return f"{first} to {short_day(last_good_day(span.ends_on)).replace(' ', NO_BREAK)}"


def state_of(award: Award, on: date) -> tuple[str, str, str]:
    """What an accreditation is on the day: a word, its tone, and the day that matters in words."""
    if award.voided:
        return "Voided from the start", "bad", "it never held"
    since, back = award.withdrawn_on, award.reinstated_on
    if since and since <= on and (back is None or since <= on < back):
        again = f", again in force from {short_day(back)}" if back else ""
        return "Withdrawn", "bad", f"from {short_day(since)}{again}"
    if award.term.ends_on <= on:
        return "Ended", "neutral", f"valid through {short_day(last_good_day(award.term.ends_on))}"
    if on < award.starts_on:
        return "Begins later", "neutral", f"on {short_day(award.starts_on)}"
    if award.is_withdrawn:
        return "In force", "soon", f"until it is withdrawn from {short_day(award.withdrawn_on)}"
    if award.ends_on is None:
        return "In force", "good", "without end"
    return "In force", "good", f"valid through {short_day(last_good_day(award.ends_on))}"


@bp.context_processor
def words() -> dict[str, object]:
    """What every template of the room can say."""
    return {
        "kinds": KINDS,
        "span_words": span_words,
        "span_cell": span_cell,
        "award_state": state_of,
        "act_titles": ending.TITLES,
        "act_done": ending.DONE,
        "reason_classes": ending.REASONS,
        "decision_states": ending.STATE_WORDS,
    }
