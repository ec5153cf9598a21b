from flask import Blueprint

from accreditation.practice.rules.arranged import ORIGINS
from accreditation.practice.rules.cases import OUTCOMES
from accreditation.practice.rules.entries import KINDS, STATES, amount, code_label

bp = Blueprint("practice", __name__)

TONES = {"logged": "soon", "returned": "bad", "confirmed": "good", "turned_down": "bad", "struck_out": "neutral"}
OUTCOME_TONES = {"resolved": "good", "partly": "soon", "not": "bad", "concluded": "neutral", "withdrawn": "neutral"}


@bp.context_processor
def words() -> dict[str, object]:
    return {
        "entry_kinds": KINDS,
        "entry_states": STATES,
        "entry_tones": TONES,
        "outcomes": OUTCOMES,
        "outcome_tones": OUTCOME_TONES,
        "code_label": code_label,
        "amount": amount,
        "origins": ORIGINS,
    }
