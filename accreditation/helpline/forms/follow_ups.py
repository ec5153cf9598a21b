"""Handing follow-ups over: one of them, or all that somebody owes."""

from collections.abc import Collection
from datetime import date

from wtforms import HiddenField, SelectField, SubmitField, TextAreaField
from wtforms.validators import InputRequired, Length, Optional, ValidationError

from accreditation.core.private_text import names_in
from accreditation.helpline.rules import signposting
from accreditation.web.forms import BaseForm, DayField, choices_of

NOTE = "For advisers alone. No names of parties: a case by its reference only."


class _NoteForm(BaseForm):
    """A note that goes with what is handed over: names are warned of once, vetting matters refused."""

    note = TextAreaField("Note", description=NOTE, validators=[Optional(), Length(max=2000)])
    looked_at = HiddenField()
    vetting_unit = ""

    def validate_note(self, field: TextAreaField) -> None:
        if reason := signposting(field.data, unit=self.vetting_unit):
            raise ValidationError(reason)

    def names_to_look_at(self, known: Collection[str]) -> list[str]:
        """Words that look like somebody's name and were not warned of yet; empty: there is nothing to look at."""
        names = names_in(self.note.data, known=known)
        if set(names) <= set((self.looked_at.data or "").split("|")):
            return []
        self.looked_at.data = "|".join(names)
        return names


class HandOverForm(_NoteForm):
    """To whom, by when, and a note."""

    to_id = SelectField("Who owes it", validators=[InputRequired("Choose an adviser")])
    due_on = DayField("Follow up by", validators=[InputRequired("Enter the day by which it is due")])
    owner_then = HiddenField()
    submit = SubmitField("Save")

    def __init__(
        self, advisers: list[tuple[str, str]], *, owner: int | None, due_on: date | None, vetting_unit: str
    ) -> None:
        self.vetting_unit = vetting_unit
        super().__init__(data={"due_on": due_on, "owner_then": str(owner or "")})
        self.to_id.choices = choices_of([("", "Choose"), *advisers])

    @property
    def owner(self) -> int | None:
        """Who owed it when the form was opened."""
        then = self.owner_then.data or ""
        return int(then) if then.isdecimal() and len(then) < 12 else None


class HandOverAllForm(_NoteForm):
    """Everything that one adviser owes, to another."""

    from_id = SelectField("What is owed by", validators=[InputRequired("Choose who owes it")])
    to_id = SelectField("Goes to", validators=[InputRequired("Choose an adviser")])
    submit = SubmitField("Hand over")

    def __init__(self, owing: list[tuple[str, str]], advisers: list[tuple[str, str]], *, vetting_unit: str) -> None:
        self.vetting_unit = vetting_unit
        super().__init__()
        self.from_id.choices = choices_of([("", "Choose"), *owing])
        self.to_id.choices = choices_of([("", "Choose"), *advisers])
