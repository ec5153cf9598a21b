"""What an administrator sets on screen. Every setting has a default here, so that an empty table is a working one."""

from sqlalchemy import select
from sqlalchemy.orm import Mapped, mapped_column

from accreditation.core.database import Base, db, read_once, rows_of

DEFAULTS = {
    "service_name": "Mediation register",
    "service_phone": "",
    "main_scheme": "INHOUSE-WPM",
    "helpline_phone": "",
    "helpline_hours": "",  # when somebody answers, as mediators read it; empty: by the three below
    "helpline_opens": "",  # London; the rota has a gap where nobody answers from then on …
    "helpline_closes": "",  # … and until then
    "helpline_open_days": "working_days",  # or "weekdays", bank holidays too, or "every_day"
    "helpline_names": "no",  # or "yes": mediators read who answers
    "helpline_keep_months": "24",  # after so many months the advice of a contact is removed; it is counted for ever
    "raised_keep_months": "24",  # so long after the answer, what a mediator raised and what was answered is removed
    "vetting_contact": "",  # how the vetting unit is reached, as advisers of the helpline tell it
    "cohort_capacity": "12",  # places on a new cohort (DOMAIN.md section 4: "up to 12")
    "refresher_offer_hours": "24",  # hours on working days for which a freed seat is held for whoever it is offered to
    "refresher_late_notice": "2 days",  # or "36 hours": a seat given back later than that is a late apology
    "refresher_confirm_days": "7",  # days to confirm a seat after the day has been moved
    "cover_wanted": "0",  # mediators who may work that the service wants to have; 0: no number is set
    "reminder_breaker": "25",  # so many reminders on one day go out without a person's word
    "reminders_from": "08:00",  # London; reminders go out from then on …
    "reminders_until": "18:00",  # … and until before this
    "reminders_on": "working_days",  # or "every_day"
    "weekly_letter_on": "0",  # the day on which weekly letters and digests go, 0: Monday … 4: Friday
    "weekly_letter_at": "08:00",  # … and the time in London; within the hours for reminders
    "letters_per_minute": "0",  # so many are handed to the mail server at most, by all schedulers together; 0: no limit
    "equality_cut_months": "12",  # so long after an intake closes, equality answers can be tied to applications
    "equality_keep_months": "12",  # so long after that, the answers nobody can tie any more are kept
    "reply_to_scheduler": "",  # where answers to reminders go; empty: nowhere
    "reply_to_cohorts": "",  # … to letters about training and applications
    "reply_to_refreshers": "",
    "reply_to_awards": "",
    "reply_to_practice": "",
    "reply_to_helpline": "",
    "clearance_overdue": "block",  # or "review": a clearance stays open, and its review date becomes a deadline
    "clearance_reinstate_months": "12",  # for so long a clearance that lapsed with its holder's leaving can come back
    "clearance_early_months": "6",  # a renewal may be asked for so much earlier, to level the load
    "clearance_lead_days": "63",  # from submission to decision, until the service's own history says better
    "reference_prefix": "M",  # of the references given out here: M0001
    "demo_seed": "",  # what the demo was made from; empty in a service that works
    "demo_filled_on": "",
}


class Setting(Base):
    __tablename__ = "setting"

    name: Mapped[str] = mapped_column(primary_key=True)
    value: Mapped[str]


def get_setting(name: str) -> str:
    """Raises KeyError for a name that is not a setting."""
    return read_once("settings", _all_settings).get(name, DEFAULTS[name])


def _all_settings() -> dict[str, str]:
    return dict(rows_of(EVERY_SETTING).all())


EVERY_SETTING = select(Setting.name, Setting.value)  # put together once: every request asks for them


def set_setting(name: str, value: str) -> None:
    """Inside the caller's transaction. Raises KeyError for a name that is not a setting."""
    DEFAULTS[name]
    row = db.session.get(Setting, name)
    if row is None:
        db.session.add(Setting(name=name, value=value))
    else:
        row.value = value
