from flask import Blueprint

from accreditation.helpline.rules import CATEGORIES, CHANNELS, OUTCOMES, PURPOSES

bp = Blueprint("helpline", __name__)


@bp.context_processor
def words() -> dict[str, object]:
    return {"channels": CHANNELS, "categories": CATEGORIES, "outcomes": OUTCOMES, "purposes": PURPOSES}
