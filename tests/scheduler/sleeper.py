"""A process that plans as the leader and pauses with its plan in hand, so that a test can put it to sleep there."""

import time
from pathlib import Path

from scheduler import jobs
from tests.scheduler.chaos import _app


def lead_and_pause(url: str, data_dir: str, folder: str, fenced: bool) -> None:
    """One beat. With the plan made, it says so in a file and goes on when another file is there."""
    place, plan = Path(folder), jobs.what_to_plan

    def made(on: object) -> object:
        found = plan(on)
        (place / "planned").write_text(str(found.letters))
        while not (place / "go on").exists():
            time.sleep(0.02)
        return found

    jobs.what_to_plan = made
    if not fenced:
        jobs.still_leads = lambda name, epoch: True
    jobs.tick(_app(url, data_dir, ""))
