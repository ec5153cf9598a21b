"""The forms of accounts. What a form cannot see, such as whether a password is right, is the service's business."""

from wtforms import EmailField, IntegerField, PasswordField, SelectField, StringField, SubmitField
from wtforms.validators import DataRequired, Length, NumberRange, Optional, Regexp, ValidationError

from accreditation.accounts.rules.addresses import LONGEST_EMAIL, normal_email
from accreditation.accounts.rules.passwords import LONGEST, SHORTEST
from accreditation.core.holidays import OPEN_DAYS
from accreditation.people.rules import address_problem
from accreditation.web.forms import BaseForm, choices_of

LONGEST_NAME = 100
A_TIME = r"([01]\d|2[0-3]):[0-5]\d$"
MIDNIGHT = "00:00"
PASSWORD_HINT = f"At least {SHORTEST} characters. Three words that have nothing to do with each other will do."


def looks_deliverable(form: BaseForm, field: StringField) -> None:
    """An address of the right shape; whether anybody reads it, a letter will show."""
    if problem := address_problem(field.data or ""):
        raise ValidationError(problem)


def new_password(label: str = "New password") -> PasswordField:
    """A password that is being chosen: typed once, so that it can be pasted and a manager can fill it in."""
    return PasswordField(
        label,
        [DataRequired("Enter a password"), Length(max=LONGEST, message=f"Use at most {LONGEST} characters")],
        description=PASSWORD_HINT,
        render_kw={"autocomplete": "new-password", "spellcheck": "false", "autocapitalize": "none"},
    )


class SignInForm(BaseForm):
    email = EmailField(
        "E-mail address",
        [DataRequired("Enter your e-mail address"), Length(max=LONGEST_EMAIL, message="This is too long")],
        render_kw={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"},
    )
    password = PasswordField(
        "Password", [DataRequired("Enter your password")], render_kw={"autocomplete": "current-password"}
    )
    submit = SubmitField("Sign in")


class ForgottenPasswordForm(BaseForm):
    email = EmailField(
        "E-mail address",
        [DataRequired("Enter your e-mail address"), Length(max=LONGEST_EMAIL, message="This is too long")],
        description="The one you sign in with.",
        render_kw={"autocomplete": "username", "spellcheck": "false", "autocapitalize": "none"},
    )
    submit = SubmitField("Send me a link")


class ChoosePasswordForm(BaseForm):
    password = new_password()
    submit = SubmitField("Save the password")


class FirstAdministratorForm(BaseForm):
    """The invitation that a new installation prints: who its holder is, is asked here."""

    given_name = StringField(
        "First name",
        [DataRequired("Enter your first name"), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "given-name"},
    )
    family_name = StringField(
        "Last name",
        [DataRequired("Enter your last name"), Length(max=LONGEST_NAME)],
        render_kw={"autocomplete": "family-name"},
    )
    email = EmailField(
        "E-mail address",
        [DataRequired("Enter your e-mail address"), Length(max=LONGEST_EMAIL), looks_deliverable],
        description="You will sign in with it.",
        render_kw={"autocomplete": "username", "spellcheck": "false"},
    )
    password = new_password("Password")
    submit = SubmitField("Create my account")


class ChangePasswordForm(BaseForm):
    present = PasswordField(
        "Present password",
        [DataRequired("Enter your present password")],
        render_kw={"autocomplete": "current-password"},
    )
    password = new_password()
    submit = SubmitField("Change the password")


def role_field() -> SelectField:
    return SelectField("Role", [DataRequired("Choose a role")])


def reach_field() -> SelectField:
    return SelectField(
        "For",
        [DataRequired("Choose what the role is for")],
        description="A mediator's role is for their own record, a training provider's for that provider's cohorts.",
    )


class RoleForm(BaseForm):
    """A role and what it is for. `reaches` are (value, words) such as ("unit:3", "Croydon")."""

    role = role_field()
    reach = reach_field()
    submit = SubmitField("Give this role")

    def __init__(self, *, roles: list[tuple[str, str]], reaches: list[tuple[str, str]]) -> None:
        super().__init__()
        self.role.choices = choices_of([("", "Choose a role"), *roles])
        self.reach.choices = choices_of([("", "Choose"), *reaches])


class InviteForm(RoleForm):
    email = EmailField(
        "E-mail address",
        [DataRequired("Enter their e-mail address"), Length(max=LONGEST_EMAIL), looks_deliverable],
        description="They will sign in with it. The invitation goes there, and works for seven days.",
        render_kw={"autocomplete": "off", "spellcheck": "false"},
    )
    given_name = StringField("First name", [Length(max=LONGEST_NAME)])
    family_name = StringField("Last name", [Length(max=LONGEST_NAME)])
    reference = StringField(
        "Reference of somebody in the register",
        [Optional(), Length(max=40)],
        description="For example M0042. Leave it empty for somebody the register does not have yet, and give a name.",
    )
    role = role_field()  # once more, so that what is wrong is listed in the order of the page
    reach = reach_field()
    submit = SubmitField("Send the invitation")

    def validate_family_name(self, field: StringField) -> None:
        if not self.reference.data and not field.data:
            raise ValidationError("Enter their last name, or the reference of somebody in the register")

    @property
    def address(self) -> str:
        return normal_email(self.email.data or "")


class SettingsForm(BaseForm):
    service_name = StringField(
        "Name of the service",
        [DataRequired("Enter the name of the service"), Length(max=80)],
        description="It stands at the head of every page and in every letter.",
    )
    service_phone = StringField(
        "Telephone of the practice office", [Optional(), Length(max=40)], description="Stands at the end of letters."
    )
    helpline_phone = StringField("Telephone of the helpline", [Optional(), Length(max=40)])
    helpline_hours = StringField(
        "Hours of the helpline",
        [Optional(), Length(max=100)],
        description="As mediators read it. Leave it empty, and it is said from the times and days below.",
    )
    helpline_opens = StringField(
        "The helpline is answered from",
        [Optional(), Regexp(A_TIME, message="Enter a time such as 09:00")],
        description="London time, such as 09:00. The rota shows a gap where nobody answers. Empty: no gaps are shown.",
    )
    helpline_closes = StringField(
        "and until",
        [Optional(), Regexp(A_TIME, message="Enter a time such as 17:00")],
        description="Such as 17:00; 00:00 is the midnight after the day.",
    )
    helpline_open_days = SelectField("on", choices=choices_of(OPEN_DAYS.items()))
    helpline_names = SelectField(
        "Mediators read who answers the helpline",
        choices=choices_of((("no", "No: whether somebody answers, and until when"), ("yes", "Yes, by name"))),
    )
    helpline_keep_months = IntegerField(
        "Months for which advice of the helpline is kept",
        [Optional(), NumberRange(1, 120, "Enter a number of months from 1 to 120")],
        description="24 where nothing is entered. Then the text is removed; the contact itself is counted for ever.",
    )
    raised_keep_months = IntegerField(
        "Months for which corrections that mediators raised are kept",
        [DataRequired("Enter a number of months"), NumberRange(1, 120, "Enter a number of months from 1 to 120")],
        description="From the answer on. Then both texts are removed; what it was about and what came of it is counted "
        "for ever.",
    )
    equality_cut_months = IntegerField(
        "Months after an intake closes until equality answers are nobody’s",
        [DataRequired("Enter a number of months"), NumberRange(1, 60, "Enter a number of months from 1 to 60")],
        description="From then on no answer can be tied to an application any more. The form tells applicants this "
        "number: whoever has answered was told the one that held then.",
    )
    equality_keep_months = IntegerField(
        "Months after that until those answers are deleted",
        [DataRequired("Enter a number of months"), NumberRange(1, 60, "Enter a number of months from 1 to 60")],
        description="Published figures stay.",
    )
    vetting_contact = StringField(
        "How to reach the vetting unit",
        [Optional(), Length(max=100)],
        description="A telephone or an address. Advisers of the helpline send vetting matters there and note none.",
    )
    cover_wanted = StringField(
        "Mediators wanted",
        [Optional(), Regexp(r"\d{1,6}$", message="Enter a whole number, such as 150, or 0 for none")],
        description="How many who may work the service wants. The forecast marks the weeks with fewer; 0 for none.",
    )
    cohort_capacity = IntegerField(
        "Places on a new cohort",
        [DataRequired("Enter the number of places"), NumberRange(1, 500, "Enter a number from 1 to 500")],
        description="Suggested when a cohort is planned. Each cohort can have another number.",
    )
    refresher_offer_hours = IntegerField(
        "Hours for which a freed seat on a refresher day is held",
        [DataRequired("Enter a number of hours"), NumberRange(1, 240, "Enter a number of hours from 1 to 240")],
        description="For whoever it is offered to. Hours of weekends and bank holidays do not count.",
    )
    refresher_late_notice = StringField(
        "Notice for giving back a seat on a refresher day",
        [Regexp(r"\d{1,3} (day|hour)s?$", message="Enter a number of days or hours, such as 2 days or 36 hours")],
        description="A seat given back later than that is recorded as a late apology.",
    )
    refresher_confirm_days = IntegerField(
        "Days to confirm a seat on a refresher day that was moved",
        [DataRequired("Enter a number of days"), NumberRange(1, 60, "Enter a number of days from 1 to 60")],
    )
    clearance_lead_days = IntegerField(
        "Days from asking for a clearance to its decision",
        [DataRequired("Enter a whole number of days"), NumberRange(1, 730, "Enter a number of days from 1 to 730")],
        description="Until 20 decisions are recorded here. From then on this service’s own history says it.",
    )
    main_scheme = SelectField("Main scheme", description="The one that pages show when nobody asked for another.")
    submit = SubmitField("Save")

    def __init__(self, *, schemes: list[tuple[str, str]], **values: str) -> None:
        super().__init__(data=values)
        self.main_scheme.choices = choices_of(schemes)

    def validate_helpline_opens(self, field: StringField) -> None:
        if not self.helpline_closes.data:
            raise ValidationError("Enter until when it is answered too, or neither")

    def validate_helpline_closes(self, field: StringField) -> None:
        opens, closes = self.helpline_opens.data, field.data or ""
        if not opens:
            raise ValidationError("Enter from when it is answered too, or neither")
        if closes not in (MIDNIGHT, "") and closes <= opens:
            raise ValidationError("Enter a time after the one from which it is answered")
