"""A QR code of an address, as SVG inside the page: nothing is fetched, and it prints sharp."""

from io import BytesIO

import segno
from markupsafe import Markup


def qr_code(address: str, title: str) -> Markup:
    """`title` is what a screen reader says. Fifteen in a hundred of the squares may be smudged."""
    code, drawn = segno.make(address, error="m", micro=False), BytesIO()
    code.save(
        drawn, kind="svg", xmldecl=False, svgns=True, scale=4, border=4, title=title, svgclass="qr", omitsize=True
    )
    return Markup(drawn.getvalue().decode())  # noqa: S704 - squares drawn by the library, which escapes the title
