"""The form for a letter's own words."""

from wtforms import HiddenField, StringField, SubmitField, TextAreaField

from accreditation.web.forms import BaseForm


class WordingForm(BaseForm):
    subject = StringField("Subject", description="What can be read before the letter is opened: never what it is about")
    body = TextAreaField(
        "Text",
        description="The name of the service and whom to ask stand under it by themselves",
        render_kw={"rows": 12},
    )
    after = HiddenField()
    who = StringField(
        "Preview as somebody real",
        description="A reference, such as M0123. Nothing is sent. Empty: somebody invented",
    )
    look = SubmitField("Preview")
    save = SubmitField("Save these words")
