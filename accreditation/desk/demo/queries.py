"""What there is of a demo in this database."""

from typing import Literal

from sqlalchemy import select

from accreditation.accounts.models import Account
from accreditation.accounts.services.passwords import may_enter
from accreditation.core.database import db
from accreditation.core.settings import get_setting
from accreditation.desk.demo.filling.people import SignIn, sign_ins
from accreditation.people.models import Person


def is_empty() -> bool:
    """Whether nobody stands in this database yet, not even an invited administrator."""
    return db.session.scalar(select(Person.id).limit(1)) is None and db.session.scalar(select(Account.id)) is None


def state_of_demo() -> Literal["none", "interrupted", "filled"]:
    if not get_setting("demo_seed"):
        return "none"
    return "filled" if get_setting("demo_filled_on") else "interrupted"


def known_sign_ins() -> list[SignIn]:
    """The demo's sign-ins whose password is still the one it began with. None in a service that is no demo."""
    if state_of_demo() != "filled":
        return []
    found = sign_ins(int(get_setting("demo_seed")))
    return [sign_in for sign_in in found if may_enter(sign_in.email, sign_in.password)]
