"""Serving pages: waitress with four threads, the scheduler beside it, and an end that finishes what was begun."""

import gc
import logging
import signal
import threading
import time
from types import FrameType
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import with_appcontext
from waitress.channel import HTTPChannel
from waitress.server import BaseWSGIServer, create_server
from waitress.wasyncore import dispatcher, loop

from accreditation.core.database import db
from accreditation.core.errors import DomainError
from accreditation.core.migrate import schema_is_current
from accreditation.core.sheets.children import keep_none_ready, keep_one_ready
from scheduler.jobs import Ticker

THREADS = 4  # more only hurt: one interpreter runs one at a time
GRACE_SECONDS = 20  # how long requests in flight may take to finish


@click.command("serve")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@with_appcontext
def serve_command(host: str, port: int) -> None:
    """Run pages and scheduler in one process."""
    run(current_app._get_current_object(), host, port, with_scheduler=True)  # type: ignore[attr-defined]


@click.command("web")
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", default=8000, show_default=True, type=click.IntRange(0, 65535))
@with_appcontext
def web_command(host: str, port: int) -> None:
    """Run the pages alone; the scheduler is then a process of its own (`accreditation scheduler`)."""
    run(current_app._get_current_object(), host, port, with_scheduler=False)  # type: ignore[attr-defined]


def run(app: Flask, host: str, port: int, *, with_scheduler: bool) -> None:
    """Serve until SIGTERM or Ctrl+C, then finish the requests and the letter in hand.

    Raises DomainError when the database is not ready or the address is taken.
    """
    if not schema_is_current():
        raise DomainError("The database schema is not up to date. Run “accreditation migrate” first, then start again.")
    db.session.remove()
    for name in ("waitress.queue", "apscheduler"):
        logging.getLogger(name).setLevel(logging.ERROR)
    sockets: dict[int, Any] = {}
    try:
        server = create_server(app, map=sockets, host=host, port=port, threads=THREADS, ident="")
    except OSError as error:
        raise DomainError(
            f"{host}:{port} cannot be used: {error.strerror}. Choose another port with --port."
        ) from error
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> None:
        ended.set()
        doors[0].pull_trigger()  # wakes the loop below

    doors = [door for door in sockets.values() if isinstance(door, BaseWSGIServer)]
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    gc.collect()
    gc.freeze()  # what is loaded by now stays: the collector need not look at it again
    keep_one_ready()  # for whoever uploads a workbook first
    ticker = Ticker(app) if with_scheduler else None
    if ticker:
        ticker.start()
    shown = f"[{host}]" if ":" in host else host
    print(f"The register is at http://{shown}:{doors[0].effective_port} – stop it with Ctrl+C.", flush=True)
    try:
        while not ended.is_set():
            loop(timeout=1, use_poll=True, map=sockets, count=1)
        print("Stopping: what was begun is finished.", flush=True)
        for door in doors:
            dispatcher.close(door)  # nobody new; the connections stay
        deadline = time.monotonic() + GRACE_SECONDS
        while time.monotonic() < deadline and any(_is_busy(channel) for channel in list(sockets.values())):
            loop(timeout=0.1, use_poll=True, map=sockets, count=1)
    finally:
        if ticker:
            ticker.stop()
        keep_none_ready()
        server.task_dispatcher.shutdown()


def _is_busy(channel: object) -> bool:
    """Whether a request is being answered on it, or an answer is not all sent."""
    return isinstance(channel, HTTPChannel) and bool(channel.requests or channel.total_outbufs_len)


commands: list[click.Command] = [serve_command, web_command]
