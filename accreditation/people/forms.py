"""The forms of people, units and training providers, and of calendar addresses."""

from wtforms import EmailField, HiddenField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from accreditation.people.rules import address_problem
from accreditation.web.forms import BaseForm, CheckboxesField, choices_of

HOLDER_KINDS = choices_of([("", "Not known"), ("employee", "Employee"), ("contractor", "Contractor")])


class NameForm(BaseForm):
    """A unit or a training provider: nothing but a name."""

    name = StringField("Name", [DataRequired("Enter a name"), Length(max=100, message="Use at most 100 characters")])
    submit = SubmitField("Save")

    @property
    def tidy_name(self) -> str:
        return " ".join((self.name.data or "").split())


class PersonForm(BaseForm):
    """What the register knows of somebody. `units` are (id, name); "" stands for none."""

    given_name = StringField("First name", [DataRequired("Enter the first name"), Length(max=100)])
    family_name = StringField("Last name", [DataRequired("Enter the last name"), Length(max=100)])
    email = EmailField(
        "E-mail address for letters",
        [Optional(), Length(max=254)],
        description="Letters and reminders go here. It may be shared, and is not what somebody signs in with.",
        render_kw={"spellcheck": "false"},
    )
    pay_number = StringField("Pay number", [Optional(), Length(max=40)])
    unit = SelectField("Unit")
    holder_kind = SelectField("Employee or contractor", choices=HOLDER_KINDS)
    submit = SubmitField("Save")

    def __init__(self, *, units: list[tuple[str, str]], **values: str | None) -> None:
        super().__init__(data=values)
        self.unit.choices = choices_of(units)

    def validate_email(self, field: EmailField) -> None:
        if problem := address_problem(field.data or ""):
            raise ValidationError(problem)

    def details(self) -> dict[str, str | int | None]:
        """As the services take them."""
        return {
            "given_name": self.given_name.data,
            "family_name": self.family_name.data,
            "email": self.email.data or None,
            "pay_number": self.pay_number.data or None,
            "unit_id": int(self.unit.data) if self.unit.data else None,
            "holder_kind": self.holder_kind.data or None,
        }


class NewPersonForm(PersonForm):
    reference = StringField(
        "Reference", [Optional(), Length(max=40)], description="Leave it empty, and the next free one is given."
    )
    submit = SubmitField("Add to the register")


class EditPersonForm(PersonForm):
    version = HiddenField()

    @property
    def shown_version(self) -> int:
        """The version of the record that the page showed; 0 for anything that is no number."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else 0


class FeedForm(BaseForm):
    """What else a calendar address shows; `extra` are (code, words) of what it shows only on request."""

    also = CheckboxesField("Show these too", [Optional()])

    def __init__(self, *, feed: str, extra: list[tuple[str, str]], also: list[str]) -> None:
        super().__init__(prefix=f"{feed}-", data={"also": also})
        self.also.choices = choices_of(extra)
