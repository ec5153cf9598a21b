"""Applying, and deciding on applications."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, Regexp

from accreditation.web.forms import BaseForm

FORM_KEY = r"[A-Za-z0-9_-]{32,64}"
NOT_LISTED = ""
ANSWERED = (
    "form_key",
    "given_name",
    "family_name",
    "email",
    "pay_number",
    "unit",
    "motivation",
    "line_manager_name",
    "line_manager_email",
)


class ApplicationForm(BaseForm):
    form_key = HiddenField(validators=[InputRequired(), Regexp(f"^{FORM_KEY}$")])
    given_name = StringField(
        "First name",
        validators=[DataRequired("Enter your first name"), Length(max=100)],
        render_kw={"autocomplete": "given-name"},
    )
    family_name = StringField(
        "Last name",
        validators=[DataRequired("Enter your last name"), Length(max=100)],
        render_kw={"autocomplete": "family-name"},
    )
    email = StringField(
        "E-mail address",
        description="We write to you here about your application.",
        validators=[
            DataRequired("Enter your e-mail address"),
            Length(max=254),
            Email("Enter an e-mail address in the correct format, like name@example.police.uk"),
        ],
        render_kw={"autocomplete": "email", "type": "email", "spellcheck": "false"},
    )
    pay_number = StringField(
        "Pay number",
        description="On your payslip.",
        validators=[Optional(), Length(max=40)],
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    unit = SelectField("Unit", description="Where you work now.")
    motivation = TextAreaField(
        "Why do you want to become a mediator?",
        description="A few sentences are enough.",
        validators=[DataRequired("Say why you want to become a mediator"), Length(max=4000)],
        render_kw={"rows": 7},
    )
    line_manager_name = StringField(
        "Your line manager’s name",
        validators=[DataRequired("Enter your line manager’s name"), Length(max=200)],
        render_kw={"autocomplete": "off"},
    )
    line_manager_email = StringField(
        "Your line manager’s e-mail address",
        validators=[
            DataRequired("Enter your line manager’s e-mail address"),
            Length(max=254),
            Email("Enter an e-mail address in the correct format, like name@example.police.uk"),
        ],
        render_kw={"autocomplete": "off", "type": "email", "spellcheck": "false"},
    )
    agreed = BooleanField(
        "My line manager agrees to the time that training and mediating will take",
        validators=[InputRequired("Confirm that your line manager agrees to the time it will take")],
    )

    def __init__(self, *, units: Sequence[tuple[str, str]], form_key: str) -> None:
        super().__init__()
        self.unit_names = {NOT_LISTED: "Not listed", **dict(units)}
        self.unit.choices = list(self.unit_names.items())
        if not self.form_key.data:
            self.form_key.data = form_key

    @property
    def unit_id(self) -> int | None:
        return int(self.unit.data) if self.unit.data else None

    @property
    def submission(self) -> dict[str, Any]:
        """What `submit_application` takes of a form that was validated."""
        given = {name: self[name].data for name in ANSWERED if name not in ("unit", "pay_number")}
        return given | {"unit_id": self.unit_id, "pay_number": self.pay_number.data or None}

    @property
    def unit_name(self) -> str:
        return self.unit_names.get(self.unit.data or "", "")

    @property
    def answers(self) -> dict[str, str]:
        """What was typed, for showing it back and for sending it on."""
        answers = {name: str(self[name].data or "") for name in ANSWERED}
        return answers | ({"agreed": "y"} if self.agreed.data else {})


class OfficeApplicationForm(ApplicationForm):
    """The same, typed by the office for somebody."""

    agreed = BooleanField(
        "The line manager agrees to the time that training and mediating will take",
        validators=[InputRequired("Ask the line manager first, then confirm that they agree")],
    )

    def __init__(self, *, units: Sequence[tuple[str, str]], form_key: str) -> None:
        super().__init__(units=units, form_key=form_key)
        self.email.description = "Letters about the application go here."
        self.pay_number.description = ""
        self.unit.description = ""
        self.motivation.label.text = "Why they want to become a mediator"
        self.line_manager_name.label.text = "Line manager’s name"
        self.line_manager_email.label.text = "Line manager’s e-mail address"


class StageForm(BaseForm):
    """The next step of one application."""

    to = SelectField("Next step", validators=[InputRequired("Choose the next step")])
    reason = TextAreaField(
        "Reason",
        description="Needed when somebody does not go on. Not sent to anybody.",
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3},
    )

    def __init__(self, *, stages: Sequence[tuple[str, str]]) -> None:
        super().__init__()
        self.to.choices = list(stages)
