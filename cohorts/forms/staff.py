"""Adding somebody who trains or assesses a cohort."""

from collections.abc import Sequence

from wtforms import RadioField, SelectField, StringField, ValidationError
from wtforms.validators import InputRequired, Length, Optional

from accreditation.web.forms import BaseForm, choices_of
from cohorts.rules.staff import STAFF_LABELS

LONGEST_NAME = 80


class StaffForm(BaseForm):
    """Somebody the provider is known by, somebody by reference, or somebody nobody here knows yet: one of the three."""

    role = RadioField(
        "What they do", choices=choices_of(STAFF_LABELS.items()), validators=[InputRequired("Choose what they do")]
    )
    person = SelectField("Somebody of the provider", validators=[Optional()])
    reference = StringField(
        "Reference of somebody in the register",
        description="For example M0042.",
        validators=[Optional(), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    given_name = StringField("First name", validators=[Optional(), Length(max=LONGEST_NAME)])
    family_name = StringField("Last name", validators=[Length(max=LONGEST_NAME)])

    def __init__(self, *, people: Sequence[tuple[str, str]], by_reference: bool) -> None:
        super().__init__()
        self.person.choices = choices_of([("", "Nobody of the list"), *people])
        if not by_reference:  # a provider: the second look at its results is somebody else's to name
            del self.reference
            self.role.choices = choices_of((role, label) for role, label in STAFF_LABELS.items() if role != "moderator")

    def validate_family_name(self, field: StringField) -> None:
        named = bool(self.given_name.data or field.data)
        reference = bool(self.reference and self.reference.data)
        if self.given_name.data and not field.data:
            raise ValidationError("Enter the last name too")
        if sum((bool(self.person.data), reference, named)) == 0:
            raise ValidationError("Choose somebody, or enter the name of somebody new")
        if sum((bool(self.person.data), reference, named)) > 1:
            raise ValidationError("Say who it is in one way only, and leave the others empty")
