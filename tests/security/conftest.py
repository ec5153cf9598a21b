"""Once is enough where the database is not in question: these tests run on SQLite alone, the races on both."""

import pytest


@pytest.fixture
def url(tmp_path, request):
    """The address of a fresh, empty SQLite database."""
    import shutil

    path = tmp_path / "test.sqlite3"
    shutil.copy(request.getfixturevalue("empty_sqlite"), path)
    return f"sqlite:///{path}"
