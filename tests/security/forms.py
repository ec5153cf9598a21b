"""The forms of a page, filled in as somebody in a hurry would: so that a test comes to what is shown after a POST."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

GUESSES = (
    (("csrf_token",), None),
    (("email",), "somebody@example.com"),
    (("time", "starts", "ends"), "10:00"),
    (("_on", "date", "day", "through", "from", "until"), "2 March 2027"),
    (("hours", "minutes", "quantity", "capacity", "number", "places"), "1"),
)
"""By what the name of a field contains: what is typed into it. Anything else gets words."""
WORDS = "Some words"


@dataclass
class Form:
    """Where it goes, and what a browser would send with its first button."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    has_button: bool = False

    @property
    def kind(self) -> tuple[str, tuple[str, ...]]:
        return self.action, tuple(sorted(self.fields))


class _Reader(HTMLParser):
    def __init__(self, path: str) -> None:
        super().__init__()
        self.path, self.forms, self.form, self.select = path, [], None, None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.form = Form(said.get("action") or self.path) if said.get("method", "get").lower() == "post" else None
        elif self.form is not None:
            self._field(tag, said)

    def _field(self, tag: str, said: dict[str, str]) -> None:
        assert self.form is not None
        name = said.get("name", "")
        if tag == "option" and self.select and said.get("value") and not self.form.fields.get(self.select):
            self.form.fields[self.select] = said["value"]
        elif not name or "disabled" in said:
            return
        elif tag == "select":
            self.select = name
            self.form.fields.setdefault(name, "")
        elif tag == "textarea":
            self.form.fields[name] = WORDS
        elif tag == "button" and not self.form.has_button:
            self.form.has_button, self.form.fields[name] = True, said.get("value", "")
        elif tag == "input" and said.get("type") in ("radio", "checkbox"):
            self.form.fields.setdefault(name, said.get("value", "y"))
        elif tag == "input" and said.get("type") not in ("file", "submit"):
            self.form.fields[name] = said.get("value") or _guess(name)

    def handle_endtag(self, tag: str) -> None:
        if tag == "select":
            self.select = None
        elif tag == "form" and self.form is not None:
            self.form.fields.pop("csrf_token", None)  # the test's browser sends its own
            self.forms.append(self.form)
            self.form = None


def _guess(name: str) -> str:
    return next((typed or "" for parts, typed in GUESSES if any(part in name for part in parts)), WORDS)


def forms_on(path: str, page: str) -> list[Form]:
    """Every form of the page that is sent by POST."""
    reader = _Reader(path)
    reader.feed(page)
    return reader.forms
