"""Laying something over a standing, ending it, taking it back: the shape of the answers, nothing about the world."""

from collections.abc import Sequence
from datetime import date

from wtforms import HiddenField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, Optional, Regexp, ValidationError

from accreditation.core.calendar import days_after
from accreditation.standing.rules.laying import Laid, leave_types
from accreditation.standing.rules.overlays import WAIVING
from accreditation.web.forms import BaseForm, DayField, choices_of

FORM_KEY = r"[\w-]{16,64}"
PRIVATE = (
    "Private: only those who manage suspensions, leave and waivers read it, never the mediator or their line manager"
)
AUTHORITY = "The name or the post of whoever decided, such as Head of the Mediation Service"


class LayForm(BaseForm):
    """One form for all four kinds; the fields that a kind has not are left out."""

    requirement = SelectField("Which requirement", validators=[InputRequired("Choose the requirement")])
    leave_type = SelectField(
        "Kind of leave", description="Private, as the reason is", validators=[InputRequired("Choose the kind of leave")]
    )
    scheme = SelectField("For which scheme", validators=[Optional()])
    starts_on = DayField("First day", validators=[InputRequired("Enter the first day")])
    through = DayField("Last day", validators=[InputRequired("Enter the last day")])
    reason = TextAreaField(
        "Reason", description=PRIVATE, validators=[DataRequired("Enter the reason"), Length(max=2000)]
    )
    authority = StringField(
        "Decided by", description=AUTHORITY, validators=[DataRequired("Enter who decided"), Length(max=200)]
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(f"^{FORM_KEY}$")])

    def __init__(
        self,
        kind: str,
        *,
        schemes: Sequence[tuple[str, str]],
        requirements: Sequence[tuple[str, str]],
        form_key: str,
        on: date,
    ) -> None:
        """`requirements`: "SCHEME requirement" and its label; a scheme "*" means every one."""
        super().__init__()
        self.kind = kind
        if kind in WAIVING:
            self.requirement.choices = choices_of([("", "Choose"), *requirements])
        else:
            del self.requirement
        if kind == "leave":
            self.leave_type.choices = choices_of([("", "Choose"), *leave_types().items()])
        else:
            del self.leave_type
        if kind in WAIVING or len(schemes) < 2:
            del self.scheme
        else:
            self.scheme.choices = choices_of([("", "Every scheme"), *schemes])
        if kind == "suspension":
            self.through.label.text = "Last day, if it is known"
            self.through.description = "Leave empty until somebody lifts it"
            self.through.validators = [Optional()]
            self.through.flags.optional = True
        if not self.form_key.data:
            self.form_key.data = form_key
        if not self.is_submitted() and kind == "suspension":
            self.starts_on.data = on

    def validate_through(self, field: DayField) -> None:
        if field.data and self.starts_on.data and field.data < self.starts_on.data:
            raise ValidationError("The last day must not lie before the first")

    @property
    def laid(self) -> Laid:
        """What the valid form says."""
        assert self.starts_on.data is not None
        scheme, requirement = self.scheme.data or None if "scheme" in self else None, None
        if "requirement" in self:
            scheme, _, requirement = self.requirement.data.partition(" ")
            scheme = None if scheme == "*" else scheme
        return Laid(
            self.kind,
            self.starts_on.data,
            days_after(self.through.data, 1) if self.through.data else None,
            self.reason.data or "",
            self.authority.data or "",
            scheme=scheme,
            requirement=requirement,
            leave_type=self.leave_type.data if "leave_type" in self else None,
        )

    @property
    def answers(self) -> dict[str, str]:
        return answers_of(self)


class EndForm(BaseForm):
    """Lifting a suspension, recording a return, ending a waiver or an extension."""

    ended_on = DayField("First day without it", validators=[InputRequired("Enter the day")])
    reason = TextAreaField(
        "Reason", description=PRIVATE, validators=[DataRequired("Enter the reason"), Length(max=2000)]
    )
    authority = StringField(
        "Decided by", description=AUTHORITY, validators=[DataRequired("Enter who decided"), Length(max=200)]
    )

    def __init__(self, kind: str, *, proposed: date) -> None:
        super().__init__()
        words = {
            "suspension": ("Lifted from", "The first day on which they are no longer suspended"),
            "leave": ("First day back", "The first day on which they are no longer on leave"),
        }
        label, description = words.get(kind, ("Ends before", "The first day on which it no longer counts"))
        self.ended_on.label.text, self.ended_on.description = label, description
        if not self.is_submitted():
            self.ended_on.data = proposed

    @property
    def answers(self) -> dict[str, str]:
        return answers_of(self)


class CancelForm(BaseForm):
    """Taking back what was recorded by mistake."""

    reason = TextAreaField(
        "What was the mistake", description=PRIVATE, validators=[DataRequired("Enter what was wrong"), Length(max=2000)]
    )

    @property
    def answers(self) -> dict[str, str]:
        return answers_of(self)


def answers_of(form: BaseForm) -> dict[str, str]:
    """What was entered, for the hidden fields of a page that shows the effect first."""
    return {
        field.name: field.data.isoformat() if isinstance(field.data, date) else str(field.data or "")
        for field in form
        if field.name not in ("csrf_token", "submit")
    }
