"""The forms of merging: which two, which is kept and why, and why a merge is undone."""

from wtforms import HiddenField, RadioField, StringField, SubmitField, TextAreaField
from wtforms.validators import DataRequired, Length

from accreditation.web.forms import BaseForm, choices_of

REASON_LONGEST = 500


class PairForm(BaseForm):
    """Two references, typed. Sent with GET, so that a comparison has an address; nothing is changed by it."""

    class Meta(BaseForm.Meta):
        csrf = False

    one = StringField("Reference of one record", [DataRequired("Enter a reference"), Length(max=40)])
    other = StringField("Reference of the other", [DataRequired("Enter the other reference"), Length(max=40)])
    submit = SubmitField("Compare the two")


class MergeForm(BaseForm):
    """Confirms the comparison that was shown. `digest` says which that was."""

    keep = HiddenField(validators=[DataRequired("Choose which record is kept")])
    digest = HiddenField(validators=[DataRequired("Look at the comparison again")])
    reason = TextAreaField(
        "How do you know that this is one person?",
        [DataRequired("Say how you know that this is one person"), Length(max=REASON_LONGEST)],
        description="For whoever looks at this later. For example: asked her by phone, she was registered twice.",
    )
    submit = SubmitField("Merge")


class KeepForm(BaseForm):
    """Which of the two records is kept. Sent with GET: it changes the preview and nothing else."""

    class Meta(BaseForm.Meta):
        csrf = False

    keep = RadioField("Which record is kept?")
    submit = SubmitField("Show this preview")

    def __init__(self, *, choices: list[tuple[str, str]], keep: str) -> None:
        super().__init__(formdata=None, data={"keep": keep})
        self.keep.choices = choices_of(choices)


class UndoForm(BaseForm):
    reason = TextAreaField(
        "Why are these two people after all?",
        [DataRequired("Say why these are two people after all"), Length(max=REASON_LONGEST)],
    )
    submit = SubmitField("Separate the two records")
