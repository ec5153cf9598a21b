"""What fills the letters of accounts, asked for at the moment they are handed over."""

from accreditation.accounts.models import Account, AccountLink
from accreditation.accounts.services.links import address_of, is_open
from accreditation.core import clock
from accreditation.core.database import db
from accreditation.core.outbox import NoLongerTrue, facts_for


@facts_for("email/accounts/invitation.txt", called="Invitation to open an account", own_address=True)
@facts_for("email/accounts/password_reset.txt", called="Link to choose a new password", own_address=True)
def open_link(link_id: int) -> dict[str, object]:
    """The link in full, which exists nowhere else. It goes to the account's address, not where other letters go."""
    link = db.session.get_one(AccountLink, link_id)
    if not is_open(link, clock.now()):
        raise NoLongerTrue("The link has been used, has expired or has been replaced by a newer one.")
    return {"to": link.account.email, "account_link": address_of(link), "expires_at": link.expires_at}


@facts_for("email/accounts/password_changed.txt", called="Notice that a password was changed", own_address=True)
def changed_password(account_id: int) -> dict[str, object]:
    account = db.session.get_one(Account, account_id)
    return {"to": account.email, "changed_at": account.password_set_at}
