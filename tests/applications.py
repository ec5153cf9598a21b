"""One application for each test process, put back after each test as it was when it was made.

Making the first takes nearly two seconds (300 addresses to compile, everything to load), and so do its templates: more
than most tests take.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import Engine, create_engine, event

from accreditation.app import create_app
from accreditation.config import Config
from accreditation.core.database import db, engine_options, prepare_engine
from tests.hashing import hash_quickly

hash_quickly()

STATEMENTS_KEPT = 3000


class KeptApplication:
    def __init__(self, config: Config, url: str) -> None:
        self.app: Flask = create_app(replace(config, database_url=url))
        self._as_made = (
            dict(self.app.config),
            dict(self.app.extensions),
            dict(self.app.view_functions),
            self.app.jinja_env.loader,
        )
        self._first: dict[str, Engine] = {}

    def begin(self, config: Config, url: str, data_dir: Path) -> Flask:
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
        self.app.config["SETTINGS"] = replace(config, database_url=url, data_dir=data_dir)
        self.app.config.update(
            SECRET_KEY=config.secret_key,
            MAIL_FROM=config.mail_from,
            SMTP_URL=config.smtp_url,
            BASE_URL=config.base_url,
            SQLALCHEMY_DATABASE_URI=url,
        )
        engine = self._engine(url)
        if url.startswith("sqlite"):
            event.listen(engine, "connect", _without_waiting_for_the_disk)
        db._app_engines[self.app] = {None: engine}
        return self.app

    def _engine(self, url: str) -> Engine:
        """A new engine, so that nobody listens to it yet, which knows the statements that those before it compiled.

        Without them a fifth of all time goes into compiling what an earlier test had compiled. They are kept for
        a dialect, which must have met its database once to know it.
        """
        engine = create_engine(url, **engine_options(url), query_cache_size=STATEMENTS_KEPT)
        prepare_engine(engine)
        first = self._first.setdefault(engine.dialect.name, engine)
        if first.dialect.server_version_info is None:
            self._first[engine.dialect.name] = engine
        else:
            engine.dialect, engine._compiled_cache = first.dialect, first._compiled_cache
        return engine


def _without_waiting_for_the_disk(connection: Any, _: object) -> None:
    """A test's database outlives no power cut. Processes that tests start and kill keep waiting for the disk."""
    connection.execute("PRAGMA synchronous = OFF")


_kept: list[KeptApplication] = []


def application(config: Config, url: str, data_dir: Path) -> Flask:
    if not _kept:
        _kept.append(KeptApplication(config, url))
    return _kept[0].begin(config, url, data_dir)
