"""Applying, and deciding on applications."""

from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import BooleanField, HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, Email, InputRequired, Length, Optional, Regexp, ValidationError

from accreditation.web.forms import BaseForm, DayField
from cohorts.models import Question
from cohorts.rules.intakes import wrong_answer

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

    questions: Sequence[Question] = ()

    def __init__(
        self, *, units: Sequence[tuple[str, str]], form_key: str, values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(data=dict(values or {}))
        self.unit_names = {NOT_LISTED: "Not listed", **dict(units)}
        self.unit.choices = list(self.unit_names.items())
        if not self.form_key.data:
            self.form_key.data = form_key

    @property
    def question_fields(self) -> list[Any]:
        """The fields of the intake's own questions, in its order."""
        return [self[field_name(question.id)] for question in self.questions]

    @property
    def unmet_questions(self) -> list[str]:
        """The questions of eligibility that were not answered as the intake needs it."""
        given = ((question, self[field_name(question.id)].data or "") for question in self.questions)
        return [question.text for question, answer in given if wrong_answer(question.kind, answer)]

    def validate_line_manager_email(self, field: StringField) -> None:
        if field.data and field.data.casefold() == (self.email.data or "").casefold():
            raise ValidationError("Enter your line manager’s address, not your own")

    def validate_to_save(self) -> bool:
        """Whether what is there can be saved: what is empty may be filled in later, but who it is must be known."""
        self.validate()
        for name, field in self._fields.items():
            if name not in ("form_key", "given_name", "family_name", "email", "csrf_token") and not field.data:
                field.errors = []
        return not any(field.errors for field in self._fields.values())

    @property
    def unit_id(self) -> int | None:
        return int(self.unit.data) if self.unit.data else None

    @property
    def submission(self) -> dict[str, Any]:
        """What `submit_application` takes of a form that was validated."""
        given = {name: self[name].data or "" for name in ANSWERED if name not in ("unit", "pay_number")}
        return given | {
            "unit_id": self.unit_id,
            "pay_number": self.pay_number.data or None,
            "questions": {
                question.id: answer for question in self.questions if (answer := self[field_name(question.id)].data)
            },
        }

    @property
    def unit_name(self) -> str:
        return self.unit_names.get(self.unit.data or "", "")

    @property
    def answers(self) -> dict[str, str]:
        """What was typed, for showing it back and for sending it on."""
        names = [*ANSWERED, *(field_name(question.id) for question in self.questions)]
        answers = {name: str(self[name].data or "") for name in names}
        return answers | ({"agreed": "y"} if self.agreed.data else {})


class OfficeApplicationForm(ApplicationForm):
    """The same, typed by the office for somebody."""

    agreed = BooleanField(
        "The line manager agrees to the time that training and mediating will take",
        validators=[InputRequired("Ask the line manager first, then confirm that they agree")],
    )

    def __init__(
        self, *, units: Sequence[tuple[str, str]], form_key: str, values: Mapping[str, object] | None = None
    ) -> None:
        super().__init__(units=units, form_key=form_key, values=values)
        self.email.description = "Letters about the application go here."
        self.pay_number.description = ""
        self.unit.description = ""
        self.motivation.label.text = "Why they want to become a mediator"
        self.line_manager_name.label.text = "Line manager’s name"
        self.line_manager_email.label.text = "Line manager’s e-mail address"


def field_name(question_id: int) -> str:
    return f"question_{question_id}"


def form_with(
    questions: Sequence[Question] | None, base: type[ApplicationForm] = ApplicationForm
) -> type[ApplicationForm]:
    """The form with the questions of an intake in it, whose line managers are asked by letter; None: no intake."""
    if questions is None:
        return base
    fields: dict[str, Any] = {"questions": questions}
    if base is ApplicationForm:
        fields["agreed"] = BooleanField(
            "My line manager knows that I apply, and that you will ask them",
            validators=[InputRequired("Talk to your line manager first, then confirm that they know")],
        )
    for question in questions:
        if question.kind == "text":
            fields[field_name(question.id)] = TextAreaField(
                question.text,
                validators=[DataRequired("Answer this question"), Length(max=4000)],
                render_kw={"rows": 7},
            )
        else:
            fields[field_name(question.id)] = RadioField(
                question.text, choices={"yes": "Yes", "no": "No"}, validators=[DataRequired("Answer yes or no")]
            )
    return type("FormOfIntake", (base,), fields)


class LateForm(BaseForm):
    """Letting somebody in after the closing day."""

    given_name = StringField("First name", validators=[DataRequired("Enter the first name"), Length(max=100)])
    family_name = StringField("Last name", validators=[DataRequired("Enter the last name"), Length(max=100)])
    email = StringField(
        "E-mail address",
        description="The link to the form goes here.",
        validators=[DataRequired("Enter the e-mail address"), Length(max=254), Email("Enter an e-mail address")],
        render_kw={"type": "email", "spellcheck": "false"},
    )
    apply_by = DayField("Last day for them to apply", validators=[InputRequired("Enter the last day to apply")])
    reason = TextAreaField(
        "Reason",
        description="Kept with the application. Not sent to anybody.",
        validators=[DataRequired("Write down why"), Length(max=2000)],
        render_kw={"rows": 3},
    )


class LinkForm(BaseForm):
    """Somebody has lost their link."""

    email = StringField(
        "E-mail address",
        description="The one you applied with.",
        validators=[DataRequired("Enter your e-mail address"), Length(max=254), Email("Enter an e-mail address")],
        render_kw={"autocomplete": "email", "type": "email", "spellcheck": "false"},
    )


class WordsForm(BaseForm):
    """A few words to go with a decision of the applicant's."""

    words = TextAreaField(
        "Why, if you want to say",
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3},
    )


class SupportForm(BaseForm):
    """What the line manager says."""

    answer = RadioField(
        "Do you support this application?",
        choices={
            "yes": "Yes, and I agree to the time that training and mediating will take",
            "no": "No, or not now",
        },
        validators=[DataRequired("Choose an answer")],
    )
    words = TextAreaField(
        "In your own words",
        description="If you do not support it, say why and what would change that.",
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 4},
    )

    def validate_words(self, field: TextAreaField) -> None:
        if self.answer.data == "no" and not field.data:
            raise ValidationError("Say in a few words why not, so that we can tell the applicant what would help")


class OfficeSupportForm(BaseForm):
    """What a line manager told the office."""

    answer = RadioField(
        "The line manager",
        choices={"yes": "supports it and agrees to the time", "no": "does not support it"},
        validators=[DataRequired("Choose what the line manager said")],
    )
    words = TextAreaField(
        "How do you know, and what did they say?",
        description="Such as “by telephone on 3 March”.",
        validators=[DataRequired("Write down how you know"), Length(max=2000)],
        render_kw={"rows": 3},
    )


class LineManagerForm(BaseForm):
    """Another line manager, or a corrected address."""

    line_manager_name = StringField("Name", validators=[DataRequired("Enter the name"), Length(max=200)])
    line_manager_email = StringField(
        "E-mail address",
        validators=[DataRequired("Enter the e-mail address"), Length(max=254), Email("Enter an e-mail address")],
        render_kw={"type": "email", "spellcheck": "false"},
    )


LETTERS = {
    "hold": "Write it, and keep it until I release it",
    "send": "Send it now",
    "none": "Write none",
}


class StageForm(BaseForm):
    """The next step of one application. `version` is that of the application as the page showed it."""

    version = HiddenField()
    to = SelectField("Next step", validators=[InputRequired("Choose the next step")])
    reason = TextAreaField(
        "Reason",
        description="Needed when somebody does not go on. Not sent to anybody.",
        validators=[Optional(), Length(max=2000)],
        render_kw={"rows": 3},
    )
    letters = RadioField("The letter to the applicant", choices=LETTERS, default="hold")

    def __init__(self, *, stages: Sequence[tuple[str, str]], version: int, letters: bool) -> None:
        super().__init__(data={"version": str(version)})
        self.to.choices = list(stages)
        if not letters:
            del self.letters

    @property
    def letters_chosen(self) -> str:
        return str(self.letters.data or "hold") if self.letters else "none"

    @property
    def shown_version(self) -> int | None:
        """None for a form that did not say, such as one sent by a script."""
        text = self.version.data or ""
        return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else None
