"""Imported once by the server that test processes are forked from, so that each begins with everything loaded."""

from pathlib import Path

import pytest  # noqa: F401  what every test module imports
from sqlalchemy.orm import configure_mappers

from accreditation.config import Config
from tests import factories, racing  # noqa: F401  what most of their targets import
from tests.applications import application

NOWHERE = Config(data_dir=Path(), database_url="sqlite:////dev/null", secret_key="x" * 40, base_url="http://localhost")

application(NOWHERE, NOWHERE.database_url, NOWHERE.data_dir)
configure_mappers()
