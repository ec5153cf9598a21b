"""The stylesheet: written in parts by subject, served as one file, so that a page asks for it once."""

import hashlib
from functools import lru_cache
from pathlib import Path

from flask import Flask, Response, request
from flask.typing import ResponseReturnValue

NAME = "site.css"
PARTS = Path(__file__).resolve().parent.parent / "static" / "site"


@lru_cache
def stylesheet() -> bytes:
    """All parts in the order of their numbers, which is the order of the cascade."""
    return b"".join(part.read_bytes() for part in sorted(PARTS.glob("*.css")))


@lru_cache
def mark_of_stylesheet() -> str:
    """Another one as soon as any part says something else."""
    return hashlib.sha256(stylesheet()).hexdigest()[:12]


def serve_stylesheet(app: Flask) -> None:
    """Under the address that it would have as a file; every other file is served as before."""
    of_files = app.view_functions["static"]

    def static(filename: str) -> ResponseReturnValue:
        if filename != NAME:
            return app.ensure_sync(of_files)(filename=filename)  # type: ignore[no-any-return]
        response = Response(stylesheet(), mimetype="text/css")
        response.set_etag(mark_of_stylesheet())
        return response.make_conditional(request)

    app.view_functions["static"] = static
