"""The words of reminders as this service writes them: kept in versions, filled at hand-over."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from accreditation.core import audit, clock, outbox
from accreditation.core.calendar import days_after
from accreditation.core.database import db, insert_if_absent, read_once
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import facts_for
from accreditation.web.words import day as day_words
from scheduler.models import LetterWording
from scheduler.queries.history import TESTED
from scheduler.rules.wordings import FOLDER, PLACES, fill, places_of, reasons_against

TEST = "email/wording/test.txt"


def current_wording(letter: str) -> LetterWording | None:
    """The newest version; None: nobody has written any. One without words means the product's own."""
    newest = select(LetterWording).where(LetterWording.template == letter).order_by(LetterWording.number.desc())
    return db.session.scalars(newest.limit(1)).first()


def write_wording(letter: str, subject: str | None, body: str | None, *, after: int, written_by: int) -> LetterWording:
    """A new version, from now on; None and None: the product's own words again.

    `after`: the number that was shown. Raises DomainError with every reason, Conflict when somebody was quicker.
    """
    if subject is not None and (reasons := reasons_against(letter, subject, body or "")):
        raise DomainError(*reasons)
    newest = db.session.scalar(select(func.max(LetterWording.number)).where(LetterWording.template == letter)) or 0
    new_id = None
    if newest == after:
        new_id = insert_if_absent(
            LetterWording,
            template=letter,
            number=newest + 1,
            subject=subject.strip() if subject is not None else None,
            body=body.strip().replace("\r\n", "\n") if body is not None else None,
            written_at=clock.now(),
            written_by=written_by,
        )
    if new_id is None:
        raise Conflict("Somebody else has changed these words in the meantime. Look at theirs first.")
    audit.note("wrote the words of a letter", subject=("letter_wording", new_id), letter=letter, version=newest + 1)
    return db.session.get_one(LetterWording, new_id)


def own_words(template: str, facts: Mapping[str, object]) -> tuple[str, str, int] | None:
    """Subject, text and version in the service's own words, filled; None where it has none for this letter."""
    letter = template.removeprefix(FOLDER).removesuffix(".txt")
    if not template.startswith(FOLDER) or letter not in PLACES:
        return None
    wording = read_once(f"wording of {letter}", lambda: current_wording(letter))
    if wording is None or wording.subject is None or wording.body is None:
        return None
    said = said_of(letter, facts)
    return fill(wording.subject, said), fill(wording.body, said), wording.number


def said_of(letter: str, facts: Mapping[str, object]) -> dict[str, str]:
    """Every place of this letter in words."""
    return {name: _said(name, facts.get(name)) for name in places_of(letter)}


def _said(name: str, value: object) -> str:
    if name == "items":
        return "an item" if value == 1 else f"{value} items"
    if isinstance(value, date):
        return str(day_words(value))
    return "" if value is None else str(value)


def sample_facts(on: date, *, base_url: str) -> dict[str, object]:
    """What a preview and a test are filled with: nobody real."""
    due_by = days_after(on, 30)
    return {
        "name": "Ada Okafor", "link": f"{base_url}/me", "due_by": due_by, "on": due_by, "items": 1, "is_past": False,
        "reference": "M0001", "list": f"2 cohorts wait for results:\n{base_url}/cohorts?results=outstanding",
    }  # fmt: skip


def send_test(letter: str, *, to: int) -> int:
    """Queue the letter as it is worded now to the person who asks, filled with somebody invented: the letter's id."""
    about = list(PLACES).index(letter)
    made = outbox.queue(to, TEST, about_id=about, key=f"test:{letter}:{to}:{clock.now().isoformat()}")
    if made is None:
        raise Conflict("A test is on its way already.")
    audit.note(TESTED, subject=("letter", made), about_id=to, letter=letter)
    return made


@facts_for(TEST, called="Test of a letter")
def test_letter(about_id: int) -> dict[str, object]:
    """Which letter it is a test of: composing fills it as the letter itself would be."""
    return {"tested": list(PLACES)[about_id]}
