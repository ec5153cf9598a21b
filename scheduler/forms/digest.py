"""The form for a manager's weekly digest."""

from wtforms import RadioField, SubmitField
from wtforms.validators import InputRequired

from accreditation.web.forms import BaseForm, CheckboxesField, choices_of


class DigestForm(BaseForm):
    digest = RadioField(
        "When it comes",
        choices=choices_of(
            [
                ("needed", "In weeks in which something needs your attention"),
                ("always", "Every week, also when nothing does"),
                ("never", "Never"),
            ]
        ),
        validators=[InputRequired("Choose when the digest comes")],
    )
    subjects = CheckboxesField(
        "What it brings in place of letters",
        description="The last letter about each always comes by itself, and so does everything you do not tick.",
    )
    submit = SubmitField("Save")

    def __init__(self, *, subjects: list[tuple[str, str]], digest: str, chosen: list[str]) -> None:
        super().__init__(data={"digest": digest, "subjects": chosen})
        self.subjects.choices = choices_of(subjects)
