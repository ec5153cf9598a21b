from flask import Blueprint

from vetting.rules.levels import levels
from vetting.rules.steps import STATES

bp = Blueprint("vetting", __name__)

TONES = {
    "granted": "good",
    "granted_with_conditions": "good",
    "refused": "bad",
    "withdrawn": "bad",
    "suspended": "paused",
    "on_hold": "paused",
    "lapsed": "neutral",
    "discontinued": "neutral",
    "transferred_out": "neutral",
}


@bp.context_processor
def words() -> dict[str, object]:
    return {"clearance_states": STATES, "clearance_tones": TONES, "clearance_levels": levels()}
