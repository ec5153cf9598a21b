"""The form for a letter's own words."""

from wtforms import HiddenField, StringField, SubmitField, TextAreaField

from accreditation.web.forms import BaseForm


class WordingForm(BaseForm):
    subject = StringField("Subject", description="What can be read before the letter is opened: never what it is about")
    body = TextAreaField("Text", description="The name of the service and whom to ask stand under it by themselves")
    after = HiddenField()
    look = SubmitField("Preview")
    save = SubmitField("Save these words")
