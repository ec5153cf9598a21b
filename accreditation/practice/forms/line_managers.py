"""What a line manager says of each entry, and whom the office names."""

import re
from collections.abc import Iterable
from typing import Any

from flask import request
from wtforms import Form, FormField, HiddenField, RadioField, StringField, TextAreaField
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from accreditation.practice.forms.looking import WarnsOfNames
from accreditation.practice.models import LineManager, PracticeEntry
from accreditation.practice.queries.confirming import details_of
from accreditation.practice.rules.line_managers import LONGEST_NAME, LONGEST_WORDS, Answer, mark_of
from accreditation.web.forms import BaseForm, choices_of, strip


class OneAnswer(Form):
    """One entry: right, not right, or left for later."""

    answer = RadioField(
        "Your answer",
        choices=choices_of(
            [("confirm", "Confirm: this is right"), ("query", "Query: this is not right"), ("", "Leave it for now")]
        ),
        default="",
        validators=[Optional()],
    )
    words = TextAreaField(
        "What is not right",
        description="For a query. The mediator and the service read it. No names of parties.",
        filters=[strip],
        validators=[Length(max=LONGEST_WORDS)],
        render_kw={"rows": 2},
    )
    seen = HiddenField()

    def validate_words(self, field: TextAreaField) -> None:
        if self.answer.data == "query" and not field.data:
            raise ValidationError("Say what is not right, so that it can be put right")


MOST_SENT = 100
"""Entries that are looked at of what one page sends: more than any page has."""

GONE = "An entry that you answered does not wait for you any more. Look at what is left"
CHANGED = "This entry was changed after you opened the page. Look at it again"


class AnswersForm(WarnsOfNames):
    """A part for each entry, named by its id, so that the order of a page never decides which is answered."""

    entries: tuple[PracticeEntry, ...] = ()

    @property
    def lines(self) -> list[tuple[PracticeEntry, Any]]:
        return [(entry, self[_part(entry.id)]) for entry in self.entries]

    def validate(self, extra_validators: object = None) -> bool:
        """What was read must still be what is there: else the answer is taken back, and the page says so once."""
        sound = bool(super().validate(extra_validators))
        for entry, part in self.lines:
            mark, said = mark_of(details_of(entry)), part.form
            if said.seen.data != mark:
                sound = sound and not said.answer.data
                if said.answer.data:
                    said.answer.errors = [CHANGED]
                said.answer.data, said.seen.data = "", mark
        if any(value and name.endswith("-answer") and name.rpartition("-")[0] not in self for name, value in _sent()):
            self.form_errors.append(GONE)
            sound = False
        return sound

    def words_to_look_at(self) -> list[str | None]:
        return [part.form.words.data for _, part in self.lines if part.form.answer.data == "query"]

    def answers(self) -> list[Answer]:
        """What was answered, once the form has been found valid; what was left for later is left out."""
        found = [(entry, part.form) for entry, part in self.lines if part.form.answer.data]
        return [
            Answer(entry.id, said.seen.data or "", said.answer.data == "confirm", said.words.data or "")
            for entry, said in found
        ]


def _sent() -> list[tuple[str, str]]:
    return list(request.form.items())


def _part(entry_id: int) -> str:
    return f"entry{entry_id}"


_SEEN = re.compile(r"entry([0-9]{1,9})-seen")


def entries_sent() -> list[int]:
    """The ids of the entries that the page which was sent had on it, however many wait by now and wherever."""
    return [int(found[1]) for name, _ in _sent() if (found := _SEEN.fullmatch(name))][:MOST_SENT]


def answers_form(entries: Iterable[PracticeEntry]) -> AnswersForm:
    """The form for these entries, none of them answered yet."""
    asked = tuple(entries)
    parts: dict[str, object] = {_part(entry.id): FormField(OneAnswer) for entry in asked}
    made = type("AnswersForm", (AnswersForm,), {**parts, "entries": asked})
    form: AnswersForm = made(
        data={_part(entry.id): {"seen": mark_of(details_of(entry)), "answer": ""} for entry in asked}
    )
    return form


class NameForm(BaseForm):
    """Who confirms what a mediator logs, where the schemes name the line manager."""

    name = StringField("Name", validators=[DataRequired("Enter the line manager’s name"), Length(max=LONGEST_NAME)])
    address = StringField(
        "E-mail address",
        description="The letter with the link goes there, so take it from your own directory, not from the mediator",
        validators=[DataRequired("Enter the line manager’s e-mail address"), Length(max=254)],
        render_kw={"type": "email", "spellcheck": "false", "autocomplete": "off"},
    )

    def __init__(self, named: LineManager | None = None) -> None:
        super().__init__(data={"name": named.name, "address": named.address} if named else {})
