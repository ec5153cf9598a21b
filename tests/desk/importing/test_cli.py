"""`accreditation import-register`, and an import that is killed half way: in processes of their own."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import openpyxl
import pytest
from sqlalchemy import func, select

from accreditation.core.database import db
from accreditation.desk.importing.cli import import_register
from accreditation.desk.importing.models import ImportDraft
from accreditation.people.models import Person

SAMPLE = Path(__file__).parents[2] / "data" / "existing-register.xlsx"


def run(app, *arguments):
    return app.test_cli_runner().invoke(import_register, [str(argument) for argument in arguments])


def people() -> int:
    db.session.rollback()
    return db.session.scalar(select(func.count(Person.id)))


def test_the_preview_prints_every_row_and_writes_nothing(app, today):
    done = run(app, SAMPLE)
    assert done.exit_code == 0
    assert "Row 38: refused. Date Impossible M9999: 5 things are wrong." in done.output
    assert "J, Date passed: 31/06/2025 is not a date. June has 30 days." in done.output
    assert "Row 27: duplicate." in done.output
    assert "60 new, 1 refused, 1 duplicate, 1 not a person." in done.output
    assert "0 letters would go out." in done.output
    assert "Nothing was written. Add --confirm to import 60 rows." in done.output
    assert people() == 0
    assert db.session.scalar(select(func.count(ImportDraft.id))) == 0


def test_json_has_counts_and_for_each_row_status_column_message_and_remedy(app, today):
    answer = json.loads(run(app, SAMPLE, "--json", "--tracked-from", "1 February 2027").output)
    assert answer["counts"] | {"new": 60, "refused": 1, "duplicate": 1, "skipped": 1} == answer["counts"]
    assert (answer["letters"], answer["confirmed"], answer["tracked_from"]) == (0, False, "2027-02-01")
    rows = {row["row"]: row for row in answer["rows"]}
    assert len(rows) == 63
    assert rows[38]["status"] == "refused"
    assert (rows[38]["column"], len(rows[38]["problems"])) == ("E", 5)
    assert all(problem["remedy"] for problem in rows[38]["problems"])
    assert rows[5]["would_write"][0] == "Added to the register"


def test_confirming_imports_and_doing_it_again_changes_nothing(app, today, tmp_path):
    errors = tmp_path / "errors.xlsx"
    done = run(app, SAMPLE, "--confirm", "--errors", errors)
    assert done.exit_code == 0
    assert "60 rows were imported, 54 with an accreditation." in done.output
    assert openpyxl.load_workbook(errors).active["B2"].value == "M9999"
    assert people() == 60
    again = run(app, SAMPLE, "--confirm", "--json")
    assert json.loads(again.output)["counts"]["unchanged"] == 60
    assert people() == 60


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--scheme", "NONE"], "There is no scheme NONE"),
        (["--tracked-from", "31/06/2025"], "June has 30 days"),
    ],
)
def test_what_cannot_be_done_is_refused_in_words(app, today, arguments, words):
    done = run(app, SAMPLE, *arguments)
    assert done.exit_code != 0
    assert words in f"{done.output} {done.exception}"
    assert people() == 0


def test_a_file_that_is_none_ends_with_one_line_and_exit_code_2(app, tmp_path):
    file = tmp_path / "register.xlsx"
    file.write_bytes(SAMPLE.read_bytes()[:5000])
    done = subprocess.run(
        [sys.executable, "-m", "accreditation", "import-register", str(file)],
        env=environment(app, tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert "damaged or was only partly saved" in done.stderr
    assert "Traceback" not in done.stderr


def environment(app, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        "ACCREDITATION_DATABASE_URL": app.url,
        "ACCREDITATION_DATA_DIR": str(folder),
        "PYTHONPATH": os.pathsep.join(filter(None, sys.path)),
    }


KILLED = """
import os, sys, time
from accreditation.app import create_app
from accreditation.desk.importing.services import writing

written = 0
write = writing.Work.write

def write_and_stop(self, row):
    global written
    reference = write(self, row)
    written += 1
    if written == 30:
        os.write(1, b"half way\\n")
        time.sleep(600)  # held here until the kill comes
    return reference

writing.Work.write = write_and_stop
app = create_app()
app.test_cli_runner().invoke(app.cli.commands["import-register"], [sys.argv[1], "--confirm"])
os.write(1, b"finished\\n")
"""


def test_an_import_that_is_killed_half_way_leaves_nothing_behind(app, tmp_path):
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(SAMPLE)],
        env=environment(app, tmp_path),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout.readline().strip() == "half way"
    os.kill(process.pid, signal.SIGKILL)
    process.communicate()
    time.sleep(0.2)  # PostgreSQL notices the lost connection and rolls back
    assert people() == 0
    assert db.session.scalar(select(func.count(ImportDraft.id))) == 0
    db.session.rollback()
    done = run(app, SAMPLE, "--confirm")
    assert "60 rows were imported" in done.output
    assert people() == 60
