"""What is wrong, and what came of it."""

from wtforms import HiddenField, RadioField, TextAreaField
from wtforms.validators import InputRequired, Length, Regexp

from accreditation.desk.raising.rules import ABOUT, OUTCOMES
from accreditation.web.forms import BaseForm, choices_of


class RaiseForm(BaseForm):
    """Beside a fact the form does not ask what it is about: the fact says so."""

    about = RadioField("What is it about?", choices=choices_of(ABOUT.items()), validators=[InputRequired("Choose one")])
    text = TextAreaField(
        "What is wrong, and what should it be?",
        description="For example: the refresher day of 3 March is missing, and I signed in. Name no party: a case by "
        "its reference only.",
        validators=[InputRequired("Enter what is wrong, and what it should be"), Length(max=2000)],
        render_kw={"rows": 4},
    )
    form_key = HiddenField(validators=[InputRequired(), Regexp(r"^[\w-]{16,64}$")])

    def __init__(self, *, form_key: str, beside_a_fact: bool) -> None:
        super().__init__()
        if beside_a_fact:
            del self.about
        if not self.form_key.data:
            self.form_key.data = form_key


class AnswerForm(BaseForm):
    """What came of it; the mediator reads both."""

    outcome = RadioField(
        "What came of it?", choices=choices_of(OUTCOMES.items()), validators=[InputRequired("Choose what came of it")]
    )
    answer = TextAreaField(
        "Answer to the mediator",
        description="They read it on their own page, with your name. What was changed or why it stands.",
        validators=[InputRequired("Enter the answer, as the mediator will read it"), Length(max=2000)],
        render_kw={"rows": 4},
    )
