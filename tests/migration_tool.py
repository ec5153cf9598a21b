"""Write the next migration from the models: `python -m tests.migration_tool NUMBER NAME` (0002 some_name).

Autogenerate overlooks triggers, and on a table that exists also CHECK constraints: read what it wrote, and add them.
"""

import sys
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from alembic.autogenerate import produce_migrations, render_python_code
from alembic.autogenerate.api import AutogenContext
from alembic.migration import MigrationContext
from alembic.operations import ops
from sqlalchemy import TypeDecorator, create_engine

from accreditation.app import create_app
from accreditation.config import PACKAGE, Config
from accreditation.core.audit import GENESIS
from accreditation.core.database import APPEND_ONLY, REFUSE_ON_POSTGRESQL, Base, append_only_ddl
from accreditation.core.migrate import migrate

VERSIONS = PACKAGE / "migrations" / "versions"


def render(type_: str, value: object, _: AutogenContext) -> str | bool:
    """Migrations import nothing of ours: our own column types are written as what they are in the database."""
    return f"sa.{value.impl!r}" if type_ == "type" and isinstance(value, TypeDecorator) else False


def write(number: str, name: str) -> Path:
    earlier = sorted(path.stem.split("_")[0] for path in VERSIONS.glob("0*.py") if not path.stem.startswith(number))
    with TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/before.sqlite3"
        create_app(replace(Config.from_environment(), database_url=url))
        if earlier:
            migrate(url)
        with create_engine(url).connect() as connection:
            context = MigrationContext.configure(
                connection, opts={"render_item": render, "render_as_batch": bool(earlier)}
            )
            script = produce_migrations(context, Base.metadata)
            assert script.upgrade_ops is not None
            body = render_python_code(
                script.upgrade_ops, render_as_batch=bool(earlier), render_item=render, migration_context=context
            )
            created = {op.table_name for op in script.upgrade_ops.ops if isinstance(op, ops.CreateTableOp)}
    path = VERSIONS / f"{number}_{name}.py"
    path.write_text(
        f'"""{name.replace("_", " ").capitalize()}."""\n\nimport sqlalchemy as sa\nfrom alembic import op\n\n'
        f"revision = {number!r}\ndown_revision = {earlier[-1] if earlier else None!r}\n"
        f"branch_labels = None\ndepends_on = None\n\n\ndef upgrade() -> None:\n    {body.strip()}\n"
        + triggers(created, first=not earlier)
    )
    return path


def triggers(created: set[str], *, first: bool) -> str:
    lines = []
    if first:
        lines.append(f"    op.execute(\"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{GENESIS}')\")")
    for dialect in ("postgresql", "sqlite"):
        statements = [REFUSE_ON_POSTGRESQL] if first and dialect == "postgresql" else []
        for table in sorted(created):
            if table in APPEND_ONLY:
                statements += append_only_ddl(table, dialect)
        if statements:
            lines.append(f'    if op.get_bind().dialect.name == "{dialect}":')
            lines += [f"        op.execute({statement!r})" for statement in statements]
    return "\n".join(lines) + "\n" if lines else ""


if __name__ == "__main__":
    print(write(*sys.argv[1:3]))
