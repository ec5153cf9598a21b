"""One application for each kind of database and test process, put back after each test as it was when it was made.

Making it takes a tenth of a second (127 addresses to compile), and so do its templates: more than most tests take.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import create_engine, event

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.database import db, engine_options, prepare_engine


class KeptApplication:
    def __init__(self, config: Config, url: str) -> None:
        self._config = config
        self.app: Flask = create_app(replace(config, database_url=url))
        self._as_made = (
            dict(self.app.config),
            dict(self.app.extensions),
            dict(self.app.view_functions),
            self.app.jinja_env.loader,
        )

    def begin(self, url: str, data_dir: Path) -> Flask:
        """The application as it was made, on this database and with this folder of its own."""
        settings, extensions, views, loader = self._as_made
        for now, then in (
            (self.app.config, settings),
            (self.app.extensions, extensions),
            (self.app.view_functions, views),
        ):
            now.clear()
            now.update(then)
        if self.app.jinja_env.loader is not loader:
            self.app.jinja_env.loader = loader
        self.app.config["SETTINGS"] = replace(self._config, database_url=url, data_dir=data_dir)
        self.app.config["SQLALCHEMY_DATABASE_URI"] = url
        engine = create_engine(url, **engine_options(url))
        prepare_engine(engine)
        if url.startswith("sqlite"):
            event.listen(engine, "connect", _without_waiting_for_the_disk)
        db._app_engines[self.app] = {None: engine}
        return self.app


def _without_waiting_for_the_disk(connection: Any, _: object) -> None:
    """A test's database outlives no power cut. Processes that tests start and kill keep waiting for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


_kept: dict[str, KeptApplication] = {}


def application(config: Config, url: str, data_dir: Path) -> Flask:
    backend = url.partition(":")[0]
    if backend not in _kept:
        _kept[backend] = KeptApplication(config, url)
    return _kept[backend].begin(url, data_dir)
