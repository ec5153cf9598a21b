"""Forms of the practice log."""

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from wtforms import DecimalField, HiddenField, RadioField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from accreditation.core.calendar import days_after, last_good_day
from accreditation.core.private_text import names_in, reference_names
from accreditation.practice.forms.looking import WarnsOfNames
from accreditation.practice.models import PracticeEntry
from accreditation.practice.rules.cases import OUTCOMES
from accreditation.practice.rules.entries import CODES, KINDS, LONGEST_REFERENCE, MOST_HOURS, Details
from accreditation.practice.rules.line_managers import LONGEST_NAME
from accreditation.web.forms import BaseForm, DayField, NotAfter, choices_of

LEGENDS = {
    "case": "Your part in it",
    "cpd": "Category",
    "supervision": "Kind of session",
    "declaration": "What you declare",
}
HOURS = NumberRange(Decimal("0.25"), MOST_HOURS, f"Enter hours from 0.25 to {MOST_HOURS}")


class EntryForm(BaseForm):
    """One of the four kinds; which fields it needs is decided by the kind.

    `looked_at` holds what the page warned of, so that the warning is given once for the same words.
    """

    code = RadioField("What kind", validators=[InputRequired("Choose one")])
    done_on = DayField("Day", validators=[InputRequired("Enter the day")])
    through = DayField("Last day", validators=[Optional()])
    hours = DecimalField("Hours", description="For example, 1.5", places=None, validators=[])
    case_reference = StringField(
        "Case reference",
        description="The reference only: no names of parties",
        validators=[Optional(), Length(max=LONGEST_REFERENCE)],
    )
    outcome = RadioField("How it ended", validators=[Optional()])
    note = StringField("Note", validators=[Optional(), Length(max=200)])
    reason = StringField(
        "What was wrong",
        description="It stays beside the entry; the mediator reads it",
        validators=[DataRequired("Enter what was wrong"), Length(max=200)],
    )
    on_word_of = StringField("On whose word", validators=[Optional(), Length(max=LONGEST_NAME)])
    looked_at = HiddenField()
    submit = SubmitField("Log it")

    def __init__(
        self,
        *,
        kind: str,
        on: date,
        entry: PracticeEntry | None = None,
        correcting: bool = False,
        by_word: str | None = None,
        held_on: date | None = None,
    ) -> None:
        super().__init__(data=_values_of(entry) or {"done_on": held_on})
        self.kind = kind
        self.code.choices = choices_of(_codes(kind, entry).items())
        self.code.label.text = LEGENDS[kind]
        self.done_on.validators = [*self.done_on.validators, NotAfter(on)]
        self.note.description = "For example, the title of the course" if kind == "cpd" else "No names of parties"
        if not correcting:
            del self.reason
        if by_word is None:
            del self.on_word_of
        else:
            self.on_word_of.description = (
                f"The scheme has the {by_word} confirm this. What they said holds while only the note changes. Enter "
                "who has told you that the correction is right, or leave it empty: it waits for them, and counts then"
            )
        if kind == "case":
            self.hours.label.text = "Hours it took"
            self.hours.validators = [Optional(), HOURS]
            self.hours.flags.optional = True
            self.outcome.choices = choices_of([("", "It goes on"), *OUTCOMES.items()])
            self.outcome.data = self.outcome.data or ""
            self.done_on.label.text = "Day of the mediation"
            self.done_on.description = "The last session so far. For example, 14 March 2027 or 14/3/2027"
        else:
            del self.case_reference, self.outcome
        if kind in ("cpd", "supervision"):
            self.hours.validators = [InputRequired("Enter the hours"), HOURS]
        if kind == "declaration":
            del self.hours
            self.done_on.label.text = "First day"
            self.through.description = (
                "Leave empty where it has none. Insurance always has one: it is on the certificate"
            )
        else:
            del self.through

    def validate_through(self, field: DayField) -> None:
        if field.data and self.done_on.data and field.data < self.done_on.data:
            raise ValidationError("The last day must not lie before the first")
        if not field.data and self.code.data == "insurance":
            raise ValidationError("Enter the last day of the insurance")

    def validate_outcome(self, field: RadioField) -> None:
        if field.data and not self.case_reference.data:
            raise ValidationError("Enter the case reference above: the outcome belongs to the case")

    def details(self) -> Details:
        """What was entered, once the form has been found valid."""
        assert self.done_on.data
        counts = Decimal(1) if self.kind in ("case", "declaration") else self.hours.data
        assert counts is not None
        is_case = self.kind == "case"
        through = self.through.data if "through" in self else None
        return Details(
            kind=self.kind,
            done_on=self.done_on.data,
            quantity=counts,
            code=self.code.data,
            case_reference=self.case_reference.data or None if is_case else None,
            note=self.note.data or None,
            hours=self.hours.data if is_case else None,
            outcome=self.outcome.data or None if is_case else None,
            ends_on=days_after(through, 1) if through else None,
        )

    def names_to_look_at(self, known: Collection[str]) -> list[str]:
        """Words that look like somebody's name. The title of a course may name whom it likes."""
        found = reference_names(self.case_reference.data) if "case_reference" in self else []
        if self.kind in ("case", "supervision"):
            found += names_in(self.note.data, known=known)
        return found

    @property
    def was_shown(self) -> set[str]:
        """What an earlier page warned of."""
        return set((self.looked_at.data or "").split("|")) - {""}


def _codes(kind: str, entry: PracticeEntry | None) -> dict[str, str]:
    """Those of the kind, and the entry's own where it came with an import."""
    known = CODES[kind]
    return known if entry is None or not entry.code or entry.code in known else {**known, entry.code: entry.code}


def _values_of(entry: PracticeEntry | None) -> dict[str, object]:
    if entry is None:
        return {}
    return {
        "code": entry.code,
        "done_on": entry.done_on,
        "through": last_good_day(entry.ends_on) if entry.ends_on else None,
        "hours": entry.hours if entry.kind == "case" else entry.quantity,
        "case_reference": entry.case_reference,
        "outcome": entry.outcome or "",
        "note": entry.note,
        "on_word_of": None,  # what somebody said of the wrong entry is not said of the right one
    }


class ChooseForm(BaseForm):
    """Whom and what to record for: the office's way in."""

    reference = StringField("Mediator’s reference", validators=[DataRequired("Enter a reference, such as M0001")])
    kind = SelectField("What", choices=choices_of(KINDS.items()), validators=[InputRequired("Choose what to record")])
    submit = SubmitField("Continue")


class ReasonForm(WarnsOfNames):
    """Why, for the mediator to read."""

    reason = StringField(
        "Reason, as the mediator will read it", validators=[DataRequired("Enter a reason"), Length(max=200)]
    )

    def words_to_look_at(self) -> list[str | None]:
        return [self.reason.data]


class DecisionForm(ReasonForm):
    """Not confirming an entry: back to the mediator, or not at all."""

    what = RadioField(
        "What is to be done",
        choices=choices_of(
            [
                ("return", "Return it: the mediator puts it right, and it waits for you again"),
                ("turn_down", "Turn it down: it does not count"),
            ]
        ),
        default="return",
        validators=[InputRequired("Choose what is to be done")],
    )


class BareForm(BaseForm):
    """Nothing but the proof that the request came from our page."""
