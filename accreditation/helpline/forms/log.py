"""The upload of a past log. The file is chosen anew for each step: nothing of it is kept until it is recorded."""

from flask_wtf.file import FileField, FileRequired
from wtforms import BooleanField

from accreditation.web.forms import BaseForm


class LogForm(BaseForm):
    file = FileField(
        "The log",
        validators=[FileRequired("Choose the spreadsheet")],
        description="An .xlsx or .csv file of at most 5 MB with one row for each contact: when, mediator, about, "
        "minutes. Other sheets and blank rows do no harm.",
    )
    leave_out = BooleanField("Leave out the rows to be corrected")
    names_seen = BooleanField("I have looked at the words that look like names, and they name no party")
