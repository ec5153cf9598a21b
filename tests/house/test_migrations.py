"""The migrations make exactly what the models say, on both databases, all of it or nothing."""

from dataclasses import replace
from random import Random

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, inspect, text

from accreditation.app import create_app
from accreditation.core import migrate as migrating
from accreditation.core.database import Base, db
from accreditation.core.errors import DomainError
from accreditation.core.migrate import migrate, newest_revision, revision_of
from accreditation.people.rules import search_text, search_words


@pytest.fixture(params=["sqlite", "postgresql"])
def two_databases(request, config, tmp_path):
    """One made by the migrations, one by the models, and nothing else done to either."""
    create_app(config)  # so that every room's models are known
    if request.param == "sqlite":
        migrated, modelled = (f"sqlite:///{tmp_path / name}.sqlite3" for name in ("migrated", "modelled"))
    else:
        server = request.getfixturevalue("postgres")
        migrated, modelled = server.create("migrated"), server.create("modelled")
    migrate(migrated)
    app = create_app(replace(config, database_url=modelled))
    with app.app_context():
        Base.metadata.create_all(db.engine)
        db.engine.dispose()
    engines = [create_engine(url) for url in (migrated, modelled)]
    yield engines
    for engine in engines:
        engine.dispose()
    if request.param == "postgresql":
        server.drop("migrated")
        server.drop("modelled")


def index_in_words(index: dict) -> str:
    options = {name: str(value) for name, value in index["dialect_options"].items()}
    return f"{index['name']} {index['column_names']} {bool(index['unique'])} {options}"


def described(engine: Engine) -> dict[str, object]:
    inspector = inspect(engine)
    tables = sorted(set(inspector.get_table_names()) - {"alembic_version"})
    if engine.dialect.name == "sqlite":
        query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' ORDER BY name"
    else:
        query = "SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal ORDER BY tgname"
    with engine.connect() as connection:
        triggers = [tuple(row) for row in connection.execute(text(query))]
        head = connection.execute(text("SELECT id, seq, hash FROM audit_head")).all()
    return {
        "columns": {
            table: sorted((c["name"], str(c["type"]), c["nullable"]) for c in inspector.get_columns(table))
            for table in tables
        },
        "indexes": {table: sorted(map(index_in_words, inspector.get_indexes(table))) for table in tables},
        "checks": {
            table: sorted((str(c["name"]), c["sqltext"]) for c in inspector.get_check_constraints(table))
            for table in tables
        },
        "unique": {
            table: sorted(str(c["column_names"]) for c in inspector.get_unique_constraints(table)) for table in tables
        },
        "foreign keys": {
            table: sorted(
                (str(c["constrained_columns"]), c["referred_table"]) for c in inspector.get_foreign_keys(table)
            )
            for table in tables
        },
        "triggers": triggers,
        "head": head,
    }


def test_migrations_and_models_say_the_same(two_databases):
    migrated, modelled = map(described, two_databases)
    for subject, found in migrated.items():
        assert found == modelled[subject], subject


def test_autogenerate_finds_nothing_left_to_migrate(two_databases):
    with two_databases[0].connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), Base.metadata) == []


def test_migrating_twice_changes_nothing(two_databases):
    url = two_databases[0].url.render_as_string(hide_password=False)
    assert migrate(url) == (newest_revision(), newest_revision())


BEFORE_FOLDED_NAMES = "0039"
LETTERS = "abcoO'’-–. ÉéñłıßΣ李ʼ\u00ad\U0001f600%_9"


def test_whoever_was_there_is_found_by_the_rule_of_today(old_database):
    """More people than are rewritten at once, some of whom nothing changes for."""
    random = Random(40)
    names = [("Ada", "Okafor"), ("Maeve", "O’Brien"), ("", "Smith-Jones"), ("😀", "%")]
    while len(names) < 5100:
        given, family = ("".join(random.choices(LETTERS, k=random.randint(1, 9))) for _ in range(2))
        names.append((given, family))
    people = [
        {"id": n, "r": f"M{n:04}", "g": given, "f": family, "p": f"12/{n}" if n % 3 else None, "t": f" ada m{n:04} "}
        for n, (given, family) in enumerate(names, start=1)
    ]
    people[0]["t"] = search_text("Ada", "Okafor", "M0001", "12/1")
    engine = create_engine(old_database)
    with engine.begin() as connection:
        connection.execute(
            text(
                "INSERT INTO person (id, reference, given_name, family_name, sort_name, search_text, pay_number, "
                "version) VALUES (:id, :r, :g, :f, '', :t, :p, 1)"
            ),
            people,
        )
        words = [{"id": one["id"], "w": word} for one in people for word in search_words(one["t"])]
        connection.execute(text("INSERT INTO person_word (person_id, word) VALUES (:id, :w)"), words)
    assert migrate(old_database)[0] == BEFORE_FOLDED_NAMES
    wanted = {one["id"]: search_text(one["g"], one["f"], one["r"], one["p"]) for one in people}
    with engine.connect() as connection:
        assert dict(connection.execute(text("SELECT id, search_text FROM person")).all()) == wanted
        kept = connection.execute(text("SELECT person_id, word FROM person_word")).all()
    engine.dispose()
    assert sorted(kept) == sorted((whose, word) for whose, said in wanted.items() for word in search_words(said))


@pytest.fixture(params=["sqlite", "postgresql"])
def old_database(request, tmp_path, monkeypatch):
    """As the version before made it."""
    server = None
    if request.param == "sqlite":
        url = f"sqlite:///{tmp_path / 'old.sqlite3'}"
    else:
        server = request.getfixturevalue("postgres")
        url = server.create("before_folded_names")
    upgrade = migrating.command.upgrade
    with monkeypatch.context() as patch:
        patch.setattr(migrating.command, "upgrade", lambda settings, _: upgrade(settings, BEFORE_FOLDED_NAMES))
        migrate(url)
    yield url
    if server:
        server.drop("before_folded_names")


def test_a_database_from_a_newer_version_is_refused(two_databases):
    engine = two_databases[0]
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(DomainError, match="Install the newer version"):
        migrate(engine.url.render_as_string(hide_password=False))


def test_a_database_of_something_else_is_left_alone(tmp_path):
    url = f"sqlite:///{tmp_path / 'other.sqlite3'}"
    with create_engine(url).begin() as connection:
        connection.execute(text("CREATE TABLE theirs (id integer)"))
    with pytest.raises(DomainError, match="something else"):
        migrate(url)


def test_a_step_that_would_leave_orphans_is_undone(tmp_path, monkeypatch):
    url = f"sqlite:///{tmp_path / 'orphans.sqlite3'}"

    def half_a_migration(settings, _):
        connection = settings.attributes["connection"]
        connection.execute(text("CREATE TABLE parent (id integer primary key)"))
        connection.execute(text("CREATE TABLE child (parent_id integer references parent (id))"))
        connection.execute(text("INSERT INTO child VALUES (1)"))

    monkeypatch.setattr("accreditation.core.migrate.command.upgrade", half_a_migration)
    with pytest.raises(DomainError, match="refer to nothing in child"):
        migrate(url)
    with create_engine(url).connect() as connection:
        assert revision_of(connection) is None
        assert inspect(connection).get_table_names() == []
