"""Fields as a screen reader finds them: labels, groups, hints and errors tied together."""

import re
from datetime import date

import pytest
from flask import Flask, render_template_string
from wtforms import BooleanField, Form, FormField, IntegerField, RadioField, StringField
from wtforms.validators import InputRequired, Optional

from accreditation.config import template_folder
from accreditation.web.forms import BaseForm, CheckboxesField, DayField, NotAfter, NotBefore
from accreditation.web.render import prepare_templates

PAGE = """{% from "macros/forms.html" import field, summary %}{{ summary(form) }}
{% for f in form if f.type != "CSRFTokenField" %}{{ field(f) }}{% endfor %}"""


class Hours(Form):
    hours = IntegerField("Hours", [InputRequired("Enter the hours")])


class AwardForm(BaseForm):
    name = StringField("Full name", [InputRequired("Enter the full name")], description="As on the certificate.")
    decided_on = DayField("Date of the decision", [InputRequired("Enter the date of the decision")])
    scheme = RadioField("Scheme", [InputRequired("Choose a scheme")], choices={"a": "Workplace", "b": "Family"})
    topics = CheckboxesField("Topics", [Optional()], choices={"1": "Role play", "2": "Law"})
    agreed = BooleanField("I have read the terms", [InputRequired("Tick the box")])
    supervision = FormField(Hours, "Supervision")


@pytest.fixture
def page():
    app = Flask("forms", template_folder=str(template_folder()))
    app.config.update(SECRET_KEY="forms", WTF_CSRF_ENABLED=False)
    prepare_templates(app)

    def rendered(form_class=AwardForm, refused=(), **typed):
        with app.test_request_context("/", method="POST", data=typed):
            form = form_class()
            form.validate_on_submit()
            form.form_errors.extend(refused)
            return render_template_string(PAGE, form=form)

    return rendered


def tag_with(html, needle):
    return next(tag for tag in re.findall(r"<[a-z][^>]*>", html) if needle in tag)


def test_hint_and_error_are_read_out_with_the_field(page):
    field = tag_with(page(), 'id="name"')
    assert 'aria-describedby="name-hint name-error"' in field
    assert 'aria-invalid="true"' in field
    assert '<label for="name">Full name</label>' in page()


def test_a_field_that_is_right_keeps_its_hint_and_what_was_typed(page):
    field = tag_with(page(name=" Ada Okafor "), 'id="name"')
    assert 'aria-describedby="name-hint"' in field
    assert "aria-invalid" not in field
    assert 'value="Ada Okafor"' in field


@pytest.mark.parametrize(("name", "kind"), [("scheme", "radio"), ("topics", "checkbox")])
def test_choices_are_a_group_with_a_name(page, name, kind):
    html = page()
    group = html[: html.index(f'id="{name}-0"')].rsplit("<fieldset", 1)[1]
    assert "<legend>" in group
    assert html.count(f'type="{kind}"') >= 2
    assert re.search(rf'<label for="{name}-1">', html)


def test_the_group_carries_its_error(page):
    group = tag_with(page(), 'aria-describedby="scheme-error"')
    assert group.startswith("<fieldset")
    assert 'role="radiogroup"' in group


def test_the_summary_leads_to_every_field_that_is_wrong(page):
    html = page(refused=["Ada Okafor has no clearance that runs long enough."])
    summary = html[: html.index("</ul>")]
    for target in ("#name", "#decided_on", "#scheme-0", "#agreed", "#supervision-hours"):
        assert f'href="{target}"' in summary
        assert f'id="{target[1:]}"' in html
    assert "<li>Ada Okafor has no clearance that runs long enough.</li>" in summary
    assert 'role="alert"' in summary


def test_no_errors_no_summary(page):
    good = {"name": "Ada", "decided_on": "2 Feb 2027", "scheme": "a", "agreed": "y", "supervision-hours": "4"}
    assert "There is a problem" not in page(**good)


def test_an_optional_field_says_so(page):
    assert re.search(r"<legend>Topics <span class=\"optional\">\(optional\)</span>", page())


def test_what_was_typed_is_escaped(page):
    assert "<script>" not in page(name="<script>alert(1)</script>", decided_on='"><script>')


@pytest.mark.parametrize("typed", ["14 March 2027", "14 mar 2027", "14/3/2027", "2027-03-14", " 14.03.2027 "])
def test_a_day_is_read_as_people_write_it_and_shown_back_in_words(page, typed):
    assert 'value="14 March 2027"' in page(decided_on=typed)


@pytest.mark.parametrize("typed", ["14/3/27", "31/6/2027", "soon"])
def test_a_day_that_cannot_be_read_is_kept_and_explained(page, typed):
    html = page(decided_on=typed)
    assert f'value="{typed}"' in html
    assert 'aria-describedby="decided_on-hint decided_on-error"' in html


def test_two_digits_are_no_year(page):
    assert "two digits" in page(decided_on="14/3/27") or "four digits" in page(decided_on="14/3/27")


@pytest.mark.parametrize(
    ("typed", "refused"),
    [
        ("31 January 2027", True),
        ("1 February 2027", False),
        ("3 February 2027", False),
        ("4 February 2027", True),
    ],
)
def test_bounds_of_a_day_are_inclusive(page, typed, refused):
    class Bounded(BaseForm):
        on = DayField("Day", [NotBefore(date(2027, 2, 1)), NotAfter(date(2027, 2, 3))])

    assert ("There is a problem" in page(Bounded, on=typed)) is refused
