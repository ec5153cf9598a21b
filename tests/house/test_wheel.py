"""The wheel holds everything: installed on its own, away from the checkout, it migrates and shows its pages."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

ASK = """
from accreditation.app import create_app
from accreditation.core.migrate import migrate
import accreditation, pathlib
assert "site-packages" in accreditation.__file__, accreditation.__file__
app = create_app()
migrate(app.config["SQLALCHEMY_DATABASE_URI"])
client = app.test_client()
skipped = {"static"}
for rule in app.url_map.iter_rules():
    if "GET" in rule.methods and not rule.arguments and rule.endpoint not in skipped:
        answer = client.get(rule.rule)
        assert answer.status_code < 500, (rule.rule, answer.status_code)
pages = app.jinja_env.list_templates(extensions=["html", "txt"])
assert len(pages) > 20 and all(app.jinja_env.get_template(name) for name in pages)
assert client.get("/static/site.css").status_code == 200
print("pages answer")
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT],
        check=True,
        capture_output=True,
    )
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_all_four_packages_and_the_templates(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    for expected in (
        "accreditation/app.py",
        "cohorts/__init__.py",
        "vetting/__init__.py",
        "scheduler/__init__.py",
        "accreditation/templates/base.html",
        "accreditation/migrations/versions/0001_the_house.py",
    ):
        assert expected in names
    assert not [name for name in names if name.startswith("tests/")]


def test_every_page_opens_from_an_installed_wheel(wheel, tmp_path):
    place = tmp_path / "place"
    venv.create(place, with_pip=False)
    site = next((place / "lib").glob("python*")) / "site-packages"
    zipfile.ZipFile(wheel).extractall(site)
    # Its dependencies come from this environment: what is tested is what the wheel itself brings.
    ours = next(Path(path) for path in sys.path if path.endswith("site-packages"))
    (site / "dependencies.py").write_text(f"import sys\nsys.path.append({str(ours)!r})\n")
    (site / "dependencies.pth").write_text("import dependencies\n")
    environment = {**os.environ, "ACCREDITATION_DATA_DIR": str(tmp_path / "data")}
    answer = subprocess.run(
        [place / "bin" / "python", "-c", ASK], cwd=tmp_path, env=environment, capture_output=True, text=True
    )
    assert "pages answer" in answer.stdout, answer.stderr
