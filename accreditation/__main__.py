"""The console script `accreditation`."""

import logging
import sys

from flask.cli import FlaskGroup

from accreditation import serving
from accreditation.app import create_app
from accreditation.config import BadConfiguration
from accreditation.core.errors import DomainError
from accreditation.standing import cli as standing

accreditation = FlaskGroup(
    name="accreditation",
    help="The register that in-house mediation services run on.",
    create_app=create_app,
    add_default_commands=False,
    add_version_option=False,
    load_dotenv=False,
    set_debug_flag=False,
)
accreditation.params.clear()  # how to find the application is no question here
for command in (*serving.commands, *standing.commands):
    accreditation.add_command(command)  # `standing evaluate` needs no application and no folder


def main() -> None:
    """Run a command. A refusal is one line on standard error and exit code 2, never a traceback."""
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    logging.getLogger("alembic").setLevel(logging.WARNING)
    try:
        accreditation(prog_name="accreditation")
    except (DomainError, BadConfiguration) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)


if __name__ == "__main__":
    main()
