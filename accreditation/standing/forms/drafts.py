"""Changing a draft of a scheme: its terms, its settings, one requirement, or its whole text."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from wtforms import (
    BooleanField,
    DecimalField,
    HiddenField,
    IntegerField,
    RadioField,
    SelectField,
    StringField,
    TextAreaField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, Regexp, ValidationError

from accreditation.standing.rules.evidence import EVENT_KINDS, INTERVAL_KINDS
from accreditation.standing.rules.scheme import CERTAINTIES, CONFIRMED_BY
from accreditation.web.forms import BaseForm, DayField, NotBefore, choices_of

MOST_MONTHS, MOST_DAYS = 1200, 3660
NO_REQUIREMENT = {"membership", "suspension", "withdrawal", "leave", "waiver", "extension", "clearance_application"}
"""Kinds of evidence that lie over the requirements, or that no rule is made of."""

APPLIES_TO = (
    ("everyone", "Everyone, from that day on"),
    (
        "new_awards",
        "Only accreditations that begin on that day or later: "
        "whoever is accredited before keeps the old rules until their accreditation ends",
    ),
)

CONFIRMER_CHOICES = [(who, "The mediator’s own word" if who == "mediator" else f"The {who}") for who in CONFIRMED_BY]
WHO_ACTS = ("mediator", "practice manager", "vetting officer", "training provider")


class StateForm(BaseForm):
    """The state of the draft that the page showed."""

    seen = HiddenField(validators=[DataRequired()])

    @property
    def seen_version(self) -> int:
        text = str(self.seen.data)
        return int(text) if text.isascii() and text.isdecimal() else 0


class TermsForm(StateForm):
    effective_from = DayField("First day", validators=[InputRequired("Enter the first day of the change")])
    applies_to = RadioField("Whom does it apply to?", validators=[InputRequired("Choose whom the change applies to")])
    reason = TextAreaField(
        "Why the rules change",
        description="Who decided it and where that is written. Kept with the version for good.",
        validators=[DataRequired("Say why the rules change"), Length(max=2000)],
        render_kw={"rows": 4},
    )

    def __init__(self, *, on: date, retires: bool, **values: Any) -> None:
        super().__init__(**values)
        self.applies_to.choices = choices_of(APPLIES_TO)
        not_before = NotBefore(on, "Rules change from today or a later day on. Enter such a day")
        self.effective_from.validators = [*self.effective_from.validators, not_before]
        if retires:
            del self.applies_to


def _number(label: str, hint: str = "", *, most: int = MOST_DAYS, least: int = 0) -> IntegerField:
    between = NumberRange(least, most, f"Enter a whole number from {least} to {most}")
    return IntegerField(label, description=hint, validators=[Optional(), between])


class SettingsForm(StateForm):
    name = StringField("Name", validators=[DataRequired("Enter the name of the scheme"), Length(max=120)])
    validity_months = _number(
        "An accreditation runs for, in months", "Leave empty for no end", most=MOST_MONTHS, least=1
    )
    window_days = _number("Renewal opens, in days before the end")
    renew_from = RadioField("Renewed in time", validators=[InputRequired("Choose from when a renewal counts")])
    grace_days = _number("A late renewal is still a renewal for, in days")
    leave_cap_days = _number("Leave moves a date by at most, in days")
    attendance_percent = _number(
        "Attendance needed for a result, in percent of the hours",
        "Leave empty where the scheme asks for none. New cohorts take it over.",
        most=100,
        least=1,
    )
    notes = TextAreaField("Notes", validators=[Optional(), Length(max=4000)], render_kw={"rows": 4})

    def __init__(self, **values: Any) -> None:
        super().__init__(**values)
        self.renew_from.choices = choices_of(
            (("end", "The new one starts where the old one ends"), ("event", "From its own date"))
        )

    def chosen(self) -> dict[str, Any]:
        return {
            "name": self.name.data,
            "validity_months": self.validity_months.data,
            "window_days": self.window_days.data,
            "renew_from": self.renew_from.data,
            "grace_days": self.grace_days.data or 0,
            "leave_cap_days": self.leave_cap_days.data,
            "attendance_percent": self.attendance_percent.data,
            "notes": self.notes.data or None,
        }


class RequirementForm(StateForm):
    """One requirement. Which of the figures it has depends on its rule; the others are taken out of the form."""

    label = StringField("Name", validators=[DataRequired("Enter the name of the requirement"), Length(max=120)])
    of = StringField(
        "Which ones count",
        description="Codes, with commas between them. Leave empty for any.",
        validators=[Optional(), Length(max=400)],
    )
    every_months = _number("Every so many months", most=MOST_MONTHS, least=1)
    every_days = _number("Or every so many days", "Instead of months", least=1)
    renew_from = RadioField("Renewed in time", validators=[Optional()])
    quantity = DecimalField("How much", validators=[Optional(), NumberRange(0, 100000, "Enter an amount from 0 up")])
    per_months = _number("Within so many months", "Leave empty for “in all, ever”", most=MOST_MONTHS, least=1)
    first_due_months = _number("First due so many months after the accreditation", most=MOST_MONTHS)
    leave_moves = BooleanField("Leave moves its dates")
    window_days = _number("Renewal opens, in days before the end", "Leave empty for the scheme’s own figure")
    lead_days = _number("Work on it takes, in days", "From beginning it to having it, so that people hear in time")
    lead_only = BooleanField("Missing it alone still allows co-mediation")
    action = StringField(
        "What to do about it",
        description="As people are told, for example: Attend a refresher day",
        validators=[DataRequired("Say what to do about it"), Length(max=200)],
    )
    who_acts = SelectField("Who acts", validators=[InputRequired("Choose who acts")])
    confirmed_by = SelectField(
        "Who confirms what is logged",
        description="Of cases, CPD, supervision and declarations; of anything else it says nothing",
        default="",
        choices=choices_of([("", "As usual: the practice manager"), *CONFIRMER_CHOICES]),
    )
    source = StringField(
        "Source",
        description="Where the figure is written",
        validators=[DataRequired("Say where the figure is written")],
    )
    certainty = SelectField("How sure the figure is", validators=[InputRequired("Choose how sure the figure is")])

    FIGURES: Mapping[str, Sequence[str]] = {
        "once": ("of",),
        "held": ("of",),
        "recurring": ("of", "every_months", "every_days", "renew_from", "leave_moves"),
        "accumulated": ("of", "quantity", "per_months", "first_due_months", "leave_moves"),
        "any_of": (),
        "all_of": (),
    }
    """Which fields belong to a rule. The parts of a composite are changed in the text of the draft."""

    def __init__(self, *, rule: str | None, who_acts: str = "", **values: Any) -> None:
        super().__init__(who_acts=who_acts, **values)
        known = dict.fromkeys([*WHO_ACTS, *([who_acts] if who_acts else [])])
        self.who_acts.choices = choices_of((who, who.capitalize()) for who in known)
        self.certainty.choices = choices_of((code, words.capitalize()) for code, words in CERTAINTIES.items())
        self.renew_from.choices = choices_of((("end", "Keeps the anniversary"), ("event", "Counts from its own date")))
        every = {name for names in self.FIGURES.values() for name in names}
        if rule is not None:
            for name in every - set(self.FIGURES[rule]):
                del self[name]

    def chosen(self, rule: str) -> dict[str, Any]:
        """The fields as the definition has them; None takes one away."""
        values: dict[str, Any] = {
            "label": self.label.data,
            "window_days": self.window_days.data,
            "lead_days": self.lead_days.data or 0,
            "lead_only": self.lead_only.data or None,
            "action": self.action.data,
            "who_acts": self.who_acts.data,
            "confirmed_by": self.confirmed_by.data or None,
            "source": self.source.data,
            "certainty": self.certainty.data,
        }
        for name in self.FIGURES[rule]:
            value = self[name].data
            if name == "of":
                codes = [code.strip() for code in (value or "").split(",") if code.strip()]
                values[name] = codes[0] if len(codes) == 1 else codes or None
            elif name == "leave_moves":
                values[name] = value or None
            else:
                values[name] = value
        return values


class NewRequirementForm(RequirementForm):
    code = StringField(
        "Code",
        description="Short, for example: insurance. It stays the same in later versions.",
        validators=[
            DataRequired("Enter a code"),
            Regexp(r"^[a-z][a-z0-9_-]{1,39}$", message="Use small letters, digits, - and _, beginning with a letter"),
        ],
    )
    rule = RadioField("Kind of rule", validators=[InputRequired("Choose the kind of rule")])
    kind = SelectField("What it asks for", validators=[InputRequired("Choose what it asks for")])

    def __init__(self, **values: Any) -> None:
        super().__init__(rule=None, **values)
        self.rule.choices = choices_of(
            (
                ("once", "Done once, for good"),
                ("held", "In force on the day"),
                ("recurring", "Done again every so many months"),
                ("accumulated", "So much of it within a time"),
            )
        )
        kinds = sorted((EVENT_KINDS | INTERVAL_KINDS) - NO_REQUIREMENT)
        self.kind.choices = choices_of((kind, kind.replace("_", " ").capitalize()) for kind in kinds)
        if not self.is_submitted():
            self.certainty.data, self.renew_from.data = "L", "event"

    def validate_rule(self, field: RadioField) -> None:
        if field.data == "recurring" and not (self.every_months.data or self.every_days.data):
            raise ValidationError("Enter every how many months or days")
        if field.data == "accumulated" and self.quantity.data is None:
            raise ValidationError("Enter how much of it is asked for")

    def whole(self) -> dict[str, Any]:
        values = {"code": self.code.data, "rule": self.rule.data, "kind": self.kind.data}
        return values | self.chosen(self.rule.data)


class TextForm(StateForm):
    text = TextAreaField(
        "The draft as JSON",
        description="As “accreditation standing evaluate” reads it, and “accreditation schemes show --json” prints it.",
        validators=[DataRequired("The text is empty"), Length(max=200_000)],
        render_kw={"rows": 30, "spellcheck": "false", "class": "code"},
    )


class RetireForm(BaseForm):
    effective_from = DayField("First day without it", validators=[InputRequired("Enter the first day without it")])
    reason = TextAreaField(
        "Why it ends", validators=[DataRequired("Say why the version ends"), Length(max=2000)], render_kw={"rows": 4}
    )

    def __init__(self, *, on: date, **values: Any) -> None:
        super().__init__(**values)
        not_before = NotBefore(on, "Rules change from today or a later day on. Enter such a day")
        self.effective_from.validators = [*self.effective_from.validators, not_before]


class ConfirmationForm(BaseForm):
    says = HiddenField(validators=[DataRequired()])
    source = StringField(
        "Where you looked it up",
        description="For example, the body’s rulebook with its date and page",
        validators=[DataRequired("Say where you looked it up"), Length(max=300)],
    )
