"""The service with one slow page, as a process of its own: `python -m tests.scheduler.slow_app`."""

import time

from accreditation.app import create_app
from accreditation.core.permissions import Permission
from accreditation.serving import run
from accreditation.web.guards import requires


@requires(Permission.PUBLIC)
def slow(viewer: object) -> str:
    print("in the slow page", flush=True)
    time.sleep(1.5)
    return "finished"


if __name__ == "__main__":
    app = create_app()
    app.add_url_rule("/slow", view_func=slow)
    with app.app_context():
        run(app, "127.0.0.1", 0, with_scheduler=True)
