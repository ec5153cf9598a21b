"""Recording a past log of the helpline: look, take the rows to correct, record. For advisers alone."""

from io import BytesIO

from flask import flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import FileStorage

from accreditation.core import clock
from accreditation.core.database import transaction
from accreditation.core.errors import DomainError
from accreditation.core.permissions import Permission
from accreditation.core.sheets import LIMITS, XLSX, read_workbook
from accreditation.helpline.exports import rows_to_correct
from accreditation.helpline.forms import LogForm
from accreditation.helpline.queries.log import LogPlan, plan_log, table_of
from accreditation.helpline.services.log import record_log
from accreditation.helpline.views.blueprint import bp
from accreditation.people.rules import Viewer
from accreditation.web.guards import requires
from accreditation.web.words import plural

SHOWN = 200
"""Rows of each kind that the page shows; the file with the rows to correct has all of them."""


@bp.route("/helpline/log", methods=["GET", "POST"])
@requires(Permission.USE_HELPLINE)
def past_log(viewer: Viewer) -> ResponseReturnValue:
    """What a log would do, row by row; the rows to correct as a file; or, pressed so, its recording."""
    form, plan, unread = LogForm(), None, []
    if form.validate_on_submit():
        try:
            file: FileStorage = form.file.data
            table = table_of(read_workbook(file.stream.read(LIMITS.upload + 1)))
            unread = table.unread
            plan = plan_log(table, on=clock.today(), at=clock.now())
            if request.form.get("step") == "correct" and plan.having("wrong"):
                content = BytesIO(rows_to_correct(table, plan))
                return send_file(content, XLSX, as_attachment=True, download_name="helpline-log-to-correct.xlsx")
            if request.form.get("step") == "record":
                with transaction():
                    done = record_log(
                        table,
                        on=clock.today(),
                        at=clock.now(),
                        leave_out=bool(form.leave_out.data),
                        names_seen=bool(form.names_seen.data),
                        imported_by=viewer.person_id,
                    )
                return _recorded(done)
        except DomainError as refusal:
            form.file.errors = [*form.file.errors, *refusal.reasons]
    return render_template("helpline/log.html", form=form, plan=plan, unread=unread, shown=SHOWN)


def _recorded(done: LogPlan) -> ResponseReturnValue:
    new, there, wrong = (len(done.having(state)) for state in ("new", "there", "wrong"))
    said = [f"{plural(new, 'contact was', 'contacts were')} recorded."]
    if there:
        said.append(f"{there:,} had been recorded before.")
    if wrong:
        said.append(f"{plural(wrong, 'row was', 'rows were')} left out.")
    flash(" ".join(said), "success" if new else "info")
    return redirect(url_for("helpline.contacts"))
