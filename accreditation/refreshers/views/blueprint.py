from flask import Blueprint

from accreditation.refreshers import rules

bp = Blueprint("refreshers", __name__)

TONES = {
    "requested": "soon",
    "waitlisted": "soon",
    "offered": "soon",
    "booked": "good",
    "attended": "good",
    "part_attended": "soon",
    "did_not_attend": "bad",
    "apologies": "paused",
    "late_apologies": "bad",
    "offer_declined": "neutral",
    "offer_lapsed": "neutral",
    "cancelled_by_mediator": "neutral",
    "cancelled_by_organiser": "neutral",
    "transferred": "neutral",
}


@bp.context_processor
def words() -> dict[str, object]:
    """What every template of the room can say."""
    return {
        "booking_states": rules.BOOKING_STATES,
        "booking_tones": TONES,
        "topic_label": rules.topic_label,
        "marks": rules.MARKS,
    }
