"""How a scheme is assessed, as a form: parts with their criteria, attempts, moderation, appeals."""

from collections.abc import Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, IntegerField, SelectField, StringField, TextAreaField
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from accreditation.web.forms import BaseForm, choices_of
from cohorts.models import Assessment
from cohorts.rules.assessment import ComponentPlan

SPARE_ROWS = 2
"""Empty parts below those that are filled in, so that more can be added without a script."""

USUAL = (
    ComponentPlan(
        "Observed role-play",
        True,
        ("Opens fairly and explains the process", "Listens and reflects", "Stays impartial", "Helps to find options"),
    ),
    ComponentPlan("Portfolio", True, ("Complete", "Reflects on own practice")),
    ComponentPlan("Written assignment", True, ("Knows confidentiality and its limits",)),
)
"""What a new one starts with; every word of it can be changed."""


class ComponentRow(BaseForm):
    """One part; its parent's token is enough."""

    class Meta(BaseForm.Meta):
        csrf = False

    title = StringField("Part", validators=[Optional(), Length(max=80)])
    required = BooleanField("Has to be passed", default=True)
    criteria = TextAreaField(
        "Criteria", description="One on each line.", validators=[Optional(), Length(max=4000)], render_kw={"rows": 4}
    )


class AssessmentForm(BaseForm):
    scheme = SelectField("Scheme", validators=[InputRequired("Choose the scheme")])
    title = StringField(
        "Course",
        description="Such as “Foundation course” or “Return to practice”.",
        validators=[DataRequired("Enter the name of the course"), Length(max=100)],
    )
    components = FieldList(FormField(ComponentRow), min_entries=0, max_entries=12)
    may_refer = BooleanField(
        "Somebody can be referred", description="Without it the outcome is pass or fail and nothing between."
    )
    attempts_max = IntegerField(
        "Most attempts",
        description="Somebody who was absent or deferred has not used one. Leave it empty for no limit.",
        validators=[Optional(), NumberRange(1, 20, "Enter a number from 1 to 20, or leave it empty")],
    )
    cooling_off_days = IntegerField(
        "Days between two attempts",
        default=0,
        validators=[InputRequired("Enter the number of days, 0 for none"), NumberRange(0, 730, "Enter 0 to 730 days")],
    )
    moderated = BooleanField(
        "Results are moderated before they are released",
        description="By somebody who neither recorded nor submitted them.",
    )
    independent = BooleanField("An assessor must not have trained the candidate")
    appeal_days = IntegerField(
        "Days to appeal after a release",
        default=28,
        validators=[InputRequired("Enter the number of days, 0 for none"), NumberRange(0, 365, "Enter 0 to 365 days")],
    )

    def __init__(self, *, schemes: Sequence[tuple[str, str]], assessment: Assessment | None = None) -> None:
        super().__init__(data=_answers(assessment))
        self.scheme.choices = choices_of(schemes)
        if assessment:  # what it is for is settled
            del self.scheme
        if not self.is_submitted():
            for _ in range(SPARE_ROWS):
                self.components.append_entry({"required": True})

    @property
    def plan(self) -> dict[str, Any]:
        """What the services take. Parts without a title are left out."""
        plain = {
            name: self[name].data
            for name in (
                "title", "may_refer", "attempts_max", "cooling_off_days", "moderated", "independent", "appeal_days"
            )
        }  # fmt: skip
        if self.scheme is not None:
            plain["scheme"] = self.scheme.data
        return plain | {
            "components": [
                ComponentPlan(row["title"], row["required"], _lines(row["criteria"]))
                for row in self.components.data
                if row["title"]
            ]
        }


def _lines(text: str | None) -> tuple[str, ...]:
    return tuple(line.strip()[:200] for line in (text or "").splitlines() if line.strip())


def _answers(assessment: Assessment | None) -> dict[str, object]:
    if assessment is None:
        return {"may_refer": True, "moderated": True, "independent": True, "components": _rows(USUAL)}
    parts = [
        ComponentPlan(part.title, part.required, tuple(one.text for one in part.criteria))
        for part in assessment.components
    ]
    return {
        "title": assessment.title,
        "may_refer": assessment.may_refer,
        "attempts_max": assessment.attempts_max,
        "cooling_off_days": assessment.cooling_off_days,
        "moderated": assessment.moderated,
        "independent": assessment.independent,
        "appeal_days": assessment.appeal_days,
        "components": _rows(parts),
    }


def _rows(parts: Sequence[ComponentPlan]) -> list[dict[str, object]]:
    return [{"title": part.title, "required": part.required, "criteria": "\n".join(part.criteria)} for part in parts]
