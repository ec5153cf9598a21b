"""Imported once by the server that worker processes are forked from, so that each begins with everything loaded."""

from pathlib import Path

from accreditation.app import create_app
from accreditation.config import Config

NOWHERE = Config(data_dir=Path(), database_url="sqlite:////dev/null", secret_key="x" * 40, base_url="http://localhost")

create_app(NOWHERE)
