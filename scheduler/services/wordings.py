"""The words of reminders as this service writes them: kept in versions, filled at hand-over."""

from collections.abc import Mapping
from datetime import date

from sqlalchemy import func, select

from accreditation.core import audit, clock, outbox
from accreditation.core.calendar import days_after
from accreditation.core.database import db, insert_if_absent, read_once
from accreditation.core.errors import Conflict, DomainError
from accreditation.core.outbox import facts_for
from accreditation.people.models import Person
from accreditation.web.words import day as day_words
from scheduler.models import LetterWording
from scheduler.queries.history import TESTED
from scheduler.rules.usual_words import USUAL, Words
from scheduler.rules.wordings import FOLDER, PLACES, fill, places_of, reasons_against

TEST = "email/wording/test.txt"


def current_wording(letter: str) -> LetterWording | None:
    """The newest version; None: nobody has written any. One without words means the product's own."""
    newest = select(LetterWording).where(LetterWording.template == letter).order_by(LetterWording.number.desc())
    return db.session.scalars(newest.limit(1)).first()


def usual_words(letter: str) -> Words:
    """The product's own, with places: what a service begins with."""
    return USUAL[letter]


def words_to_start_from(letter: str, number: int | None = None) -> Words:
    """The words of that version, by number; None: those in force. Where it has none, the product's own."""
    found = find_wording(letter, number) if number is not None else current_wording(letter)
    if found is None or found.subject is None or found.body is None:
        return usual_words(letter)
    return Words(found.subject, found.body)


def find_wording(letter: str, number: int) -> LetterWording | None:
    one = select(LetterWording).where(LetterWording.template == letter, LetterWording.number == number)
    return db.session.scalar(one)


def wordings_of(letter: str) -> list[tuple[LetterWording, Person | None]]:
    """Every version with who wrote it, the newest first."""
    rows = (
        select(LetterWording, Person)
        .outerjoin(Person, Person.id == LetterWording.written_by)
        .where(LetterWording.template == letter)
        .order_by(LetterWording.number.desc())
    )
    return [(row[0], row[1]) for row in db.session.execute(rows)]


def is_usual(letter: str, subject: str, body: str) -> bool:
    """Whether these are the product's own words."""
    usual = usual_words(letter)
    return (subject.strip(), body.strip().replace("\r\n", "\n")) == (usual.subject, usual.body)


def save_words(letter: str, words: Words, *, after: str, written_by: int) -> str:
    """Put these in force, and say what happened. The product's own are none of the service's: those are put back.

    `after`: the number that was shown, as it came back. Raises DomainError with every reason.
    """
    newest = int(after) if after.isdecimal() else -1
    if not is_usual(letter, *words):
        write_wording(letter, *words, after=newest, written_by=written_by)
        return "Saved. Every letter that is written from now on has these words."
    now = current_wording(letter)
    if now is None or now.subject is None:
        return "Nothing was saved: these are the usual words, and they are in force."
    write_wording(letter, None, None, after=newest, written_by=written_by)
    return "Saved. The letter has its usual words again."


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
    if "reference" in PLACES[letter] and facts.get("reference", "") is None:
        return None  # about a cohort, not a mediator: the service's words name a mediator
    said = said_of(letter, facts)
    return fill(wording.subject, said), fill(wording.body, said), wording.number


def said_of(letter: str, facts: Mapping[str, object]) -> dict[str, str]:
    """Every place of this letter in words."""
    counted = dict(facts) | {
        "is": _verb(ALWAYS.get(letter, facts.get("items", 1)), bool(facts.get("is_past"))),
        "changes": "changed" if facts.get("is_past") else "changes",
        "first": "it is" if facts.get("items") == 1 else "the first is",
        "attention": _attention(facts.get("items")),
    }
    return {name: _said(name, counted.get(name)) for name in places_of(letter)}


ALWAYS = {"results_due": 2, "follow_up_due": 1}
"""Letters that speak of results, or of a follow-up, however many reminders they are about."""


def _verb(items: object, is_past: bool) -> str:
    return ("was" if is_past else "is") if items == 1 else ("were" if is_past else "are")


def _attention(items: object) -> str:
    if not items:
        return "nothing needs your attention"
    return "an item needs your attention" if items == 1 else f"{items} items need your attention"


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
