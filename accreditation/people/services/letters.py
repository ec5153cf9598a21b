"""The letter of this room: to an address that letters go to no longer, so that nobody's is changed unseen."""

from sqlalchemy import select

from accreditation.core import outbox
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for
from accreditation.people.models import ContactAddress

ADDRESS_CHANGED = "email/people/address_changed.txt"


def tell_old_address(person_id: int, address_id: int) -> None:
    """Queue the notice to the address that has just ended. It never says the new one."""
    outbox.queue(person_id, ADDRESS_CHANGED, about_id=address_id, key=f"address_changed:{address_id}")


@facts_for(ADDRESS_CHANGED, called="Notice to the old address", own_address=True)
def address_changed(address_id: int) -> dict[str, object]:
    """Raises NoLongerTrue where the address is in use again, or is one at which nothing arrives."""
    old = db.session.get(ContactAddress, address_id)
    if old is None or old.ended_at is None:
        raise NoLongerTrue("The address is not kept any more.")
    if old.undeliverable_since is not None:
        raise NoLongerTrue("Letters to the old address do not arrive.")
    in_use = ContactAddress.ended_at.is_(None) & (ContactAddress.address == old.address)
    if db.session.scalar(select(ContactAddress.id).where(ContactAddress.person_id == old.person_id, in_use)):
        raise NoLongerTrue("Letters go to this address again.")
    return {"to": old.address, "changed_at": old.ended_at}
