"""Who is reminded of what, and when: the rules, what switching one on would do, and who gets what on any day."""

from datetime import date

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.dates import read_day
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.settings import get_setting, set_setting
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural
from scheduler.forms.rules import HoursForm, NewRuleForm, SwitchOnForm
from scheduler.models import AUDIENCES, SUBJECTS
from scheduler.queries.backlog import backlog_of, would_get
from scheduler.queries.hours import sending_hours, weekly_time
from scheduler.queries.letters import reminders_owed_on
from scheduler.queries.rules import get_rule, rules_by_subject
from scheduler.queries.why import AUDIENCE_WORDS, SUBJECT_WORDS
from scheduler.rules.ladders import stage_words
from scheduler.rules.wordings import CALLED
from scheduler.services.foreseeing import foresee
from scheduler.services.owing import letter_of_rule
from scheduler.services.rules import add_rule, switch_off, switch_on
from scheduler.views.blueprint import bp

SHOWN = 200


@bp.get("/reminders/rules")
@requires(Permission.VIEW_REMINDERS)
def rules(viewer: Viewer) -> ResponseReturnValue:
    """Who is reminded of what, and when."""
    return render_template(
        "scheduler/rules.html",
        rules=rules_by_subject(),
        subject_words=SUBJECT_WORDS,
        audience_words=AUDIENCE_WORDS,
        stage_words=stage_words,
        hours=sending_hours(),
        letter_of_rule=letter_of_rule,
        called=CALLED,
        may_manage=viewer.may_somewhere(Permission.MANAGE_REMINDERS),
    )


@bp.route("/reminders/rules/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_REMINDERS)
def new_rule(viewer: Viewer) -> ResponseReturnValue:
    """Add a stage. It is off until its backlog has been looked at."""
    form = NewRuleForm(
        subjects=[(code, SUBJECT_WORDS[code]) for code in SUBJECTS],
        audiences=[(code, AUDIENCE_WORDS[code].capitalize()) for code in AUDIENCES],
    )
    if form.validate_on_submit():
        try:
            with transaction():
                rule_id = add_rule(form.subject.data, form.audience.data, form.stage).id
        except DomainError as refusal:
            form.form_errors.extend(refusal.reasons)
        else:
            return redirect(url_for("scheduler.switch_rule_on", rule_id=rule_id))
    return render_template("scheduler/new_rule.html", form=form)


@bp.post("/reminders/rules/<int:rule_id>")
@requires(Permission.MANAGE_REMINDERS)
def switch(viewer: Viewer, rule_id: int) -> ResponseReturnValue:
    """Switch one stage off."""
    with transaction():
        rule = switch_off(rule_id)
        words = f"{SUBJECT_WORDS[rule.subject]}, {stage_words(rule.stage)}"
    flash(f"{words}: switched off.", "success")
    return redirect(url_for("scheduler.rules"))


@bp.route("/reminders/rules/<int:rule_id>/switch-on", methods=["GET", "POST"])
@requires(Permission.MANAGE_REMINDERS)
def switch_rule_on(viewer: Viewer, rule_id: int) -> ResponseReturnValue:
    """What is due already, and what should happen with it: a rule never blasts."""
    rule, today = get_rule(rule_id), clock.today()
    form = SwitchOnForm()
    words = f"{SUBJECT_WORDS[rule.subject]}, {stage_words(rule.stage)}"
    if form.validate_on_submit():
        with transaction():
            due = switch_on(rule_id, on=today, backlog=form.backlog.data)
        then = (
            ""
            if not due
            else f" {plural(due, 'reminder').capitalize()} "
            + ("held." if form.backlog.data == "held" else "taken as known.")
        )
        flash(f"{words}: switched on.{then}", "success")
        return redirect(url_for("scheduler.rules"))
    reminders = [one for bundle in backlog_of(rule, today) for one in bundle.reminders] if not rule.active else []
    return render_template(
        "scheduler/switch_on.html",
        form=form,
        rule=rule,
        words=words,
        audience=AUDIENCE_WORDS[rule.audience],
        total=len(reminders),
        rows=would_get(viewer, reminders, today, at_most=SHOWN),
        stage_words=stage_words,
    )


@bp.get("/reminders/preview")
@requires(Permission.VIEW_REMINDERS)
def preview(viewer: Viewer) -> ResponseReturnValue:
    """Who gets what on any day to come, if nothing changes before."""
    today = clock.today()
    day, problem = _day_asked(request.args.get("on", ""), today)
    foreseen = foresee(viewer, day, today=today, now=clock.now()) if not problem else None
    reminders = foreseen.reminders if foreseen else []
    return render_template(
        "scheduler/preview.html",
        day=day,
        today=today,
        asked=request.args.get("on", ""),
        problem=problem,
        total=len(reminders),
        rows=would_get(viewer, reminders, day, how=foreseen.how if foreseen else None),
        foreseen=foreseen,
        owed_today=reminders_owed_on(today, viewer) if day == today and not problem else 0,
        shown=foreseen.gathered[:SHOWN] if foreseen else [],
        audience_words=AUDIENCE_WORDS,
        stage_words=stage_words,
        hours=sending_hours(),
    )


def _day_asked(text: str, today: date) -> tuple[date, str | None]:
    if not text.strip():
        return today, None
    try:
        day = read_day(text)
    except DomainError as problem:
        return today, " ".join(problem.reasons)
    if day < today:
        return today, "Choose today or a day to come. What was sent is in the list of letters."
    return day, None


SETTINGS = (
    "reminders_on", "weekly_letter_on", "reminder_breaker", "letters_per_minute",
    "reply_to_scheduler", "reply_to_cohorts", "reply_to_refreshers", "reply_to_awards", "reply_to_practice",
    "reply_to_helpline",
)  # fmt: skip


@bp.route("/reminders/hours", methods=["GET", "POST"])
@requires(Permission.MANAGE_REMINDERS)
def hours(viewer: Viewer) -> ResponseReturnValue:
    """When reminders go out, how many at once, and where answers go."""
    now = sending_hours()
    form = HoursForm(
        data={"reminders_from": now.opens, "reminders_until": now.closes, "weekly_letter_at": weekly_time().at}
        | {name: get_setting(name) for name in SETTINGS}
    )
    if form.validate_on_submit():
        with transaction():
            for name in ("reminders_from", "reminders_until", "weekly_letter_at"):
                set_setting(name, f"{form[name].data:%H:%M}")
            for name in SETTINGS:
                set_setting(name, str(form[name].data if form[name].data is not None else ""))
        flash(f"Saved. Reminders go out {sending_hours().words}.", "success")
        return redirect(url_for("scheduler.rules"))
    return render_template("scheduler/hours.html", form=form)
