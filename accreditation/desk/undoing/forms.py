"""Why something is undone."""

from wtforms import HiddenField, TextAreaField
from wtforms.validators import DataRequired, Length

from accreditation.web.forms import BaseForm


class UndoForm(BaseForm):
    """Confirms the preview that was shown. `digest` says which that was."""

    digest = HiddenField(validators=[DataRequired("Look at the preview again")])
    reason = TextAreaField(
        "Why is this undone?",
        description="It is kept with every fact that is struck out. For example: the wrong column was filled in.",
        validators=[DataRequired("Say why this is undone"), Length(max=500)],
        render_kw={"rows": 3},
    )
