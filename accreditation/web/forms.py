"""What every form is made of. A form checks what can be seen in the form; the day is passed in by the view."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from flask_wtf import FlaskForm
from wtforms import Field, SelectMultipleField, StringField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # its types are a version behind
from wtforms.validators import ValidationError
from wtforms.widgets import CheckboxInput, ListWidget, TextInput

from accreditation.core.dates import NotADay, read_day
from accreditation.web import words


class BaseForm(FlaskForm):
    """A form whose text fields come without spaces around them. Refusals of a service go to `form_errors`."""

    class Meta(FlaskForm.Meta):
        def bind_field(self, form: Any, unbound_field: Any, options: dict[str, Any]) -> Field:
            # Passwords keep their spaces; everything else that is typed loses those around it.
            if (
                issubclass(unbound_field.field_class, StringField)
                and unbound_field.field_class.__name__ != "PasswordField"
            ):
                unbound_field.kwargs.setdefault("filters", [strip])
            bound: Field = unbound_field.bind(form=form, **options)
            return bound


def strip(value: object) -> object:
    """Text without the spaces around it; anything else as it is."""
    return value.strip() if isinstance(value, str) else value


def choices_of(pairs: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    """Values with their labels, as the fields with choices take them."""
    return [SelectChoice(value, label) for value, label in pairs]


class DayField(Field):
    """A date in one text field: "14 March 2027", "14 mar 2027", "14/3/2027" or "2027-03-14".

    `data` is a date or None. A date is shown back in words; what could not be read is shown back as typed.
    """

    widget = TextInput()

    def __init__(self, label: str | None = None, validators: list[Any] | None = None, **options: Any) -> None:
        options.setdefault("description", "For example, 14 March 2027 or 14/3/2027")
        options.setdefault("render_kw", {"autocomplete": "off"})
        super().__init__(label, validators, **options)

    def _value(self) -> str:
        if isinstance(self.data, date):
            return words.day(self.data)
        return str(self.raw_data[0]) if self.raw_data else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        self.data: date | None = None
        if valuelist and valuelist[0].strip():
            try:
                self.data = read_day(valuelist[0])
            except NotADay as reason:
                raise ValueError(" ".join(reason.reasons)) from reason


class CheckboxesField(SelectMultipleField):
    """Any number of choices, as checkboxes in a fieldset."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


class NotBefore:
    """The date must not lie before that day; the message says what to enter instead."""

    def __init__(self, first: date, message: str | None = None) -> None:
        self.first = first
        self.message = message or f"The date must be {words.day(first)} or later"

    def __call__(self, form: Any, field: DayField) -> None:
        if field.data is not None and field.data < self.first:
            raise ValidationError(self.message)


class NotAfter:
    """The date must not lie after that day."""

    def __init__(self, last: date, message: str | None = None) -> None:
        self.last = last
        self.message = message or f"The date must be {words.day(last)} or earlier"

    def __call__(self, form: Any, field: DayField) -> None:
        if field.data is not None and field.data > self.last:
            raise ValidationError(self.message)
