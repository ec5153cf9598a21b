"""The headers that keep a browser on our side. One strict policy: nothing inline, nothing from elsewhere."""

from flask import Flask, Response, request

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self'",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
        "require-trusted-types-for 'script'",
        "trusted-types 'none'",
    )
)
A_YEAR = 31_536_000  # seconds
OTHERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Not "no-referrer": the check of forms over https compares the referrer (STACK.md, finding 7).
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}


def guard_responses(app: Flask, *, uses_https: bool) -> None:
    """Every response gets the headers. Pages are kept by no cache; files of ours for a year, their address changes."""

    @app.after_request
    def add(response: Response) -> Response:
        for name, value in OTHERS.items():
            response.headers.setdefault(name, value)
        if uses_https:
            response.headers.setdefault("Strict-Transport-Security", f"max-age={A_YEAR}; includeSubDomains")
        if request.endpoint == "static" and response.status_code in (200, 304):
            response.headers["Cache-Control"] = (
                f"public, max-age={A_YEAR}, immutable" if "v" in request.args else "public, max-age=300"
            )
        elif "Cache-Control" not in response.headers or response.headers["Cache-Control"] == "no-cache":
            response.headers["Cache-Control"] = "no-store"
        return response
