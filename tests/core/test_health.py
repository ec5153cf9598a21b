"""What `doctor` says of a service that cannot run yet."""

from dataclasses import replace

from accreditation.app import create_app
from accreditation.core.database import db


def test_a_database_without_its_schema_is_told_what_to_do_and_asked_nothing_more(config, tmp_path):
    url = f"sqlite:///{tmp_path / 'blank.sqlite3'}"
    blank = create_app(replace(config, data_dir=tmp_path, database_url=url))
    with blank.app_context():
        said = blank.test_cli_runner().invoke(args=["doctor"])
        assert said.exit_code == 1
        assert said.output.startswith("failed   Database schema: at nothing, not ")
        assert said.output.endswith("run “accreditation migrate”\n")
        assert said.output.count("\n") == 1
        db.session.remove()
        db.engine.dispose()
