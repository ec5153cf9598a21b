"""Accounts and what keeps them safe. No token is stored: sessions by hash, links by what they are made from."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.people.models import Person

INVITATION, PASSWORD_RESET = "invitation", "password_reset"
PROVISIONAL = "@first-administrator.invalid"


class Account(Record):
    """The right of one person to sign in. Its e-mail address is its identity, whatever address letters go to.

    Without a password the person has been invited and has not come yet; with `disabled_at` nobody comes in.
    """

    __tablename__ = "account"
    __table_args__ = (Index("ix_account_email_order", "email", "id"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), unique=True)
    email: Mapped[str] = mapped_column(unique=True, info={"sensitive": True})
    password_hash: Mapped[str | None] = mapped_column(info={"sensitive": True})
    password_set_at: Mapped[datetime | None]
    disabled_at: Mapped[datetime | None]

    person: Mapped[Person] = relationship()

    @property
    def is_provisional(self) -> bool:
        """The first administrator's, made before anyone said who that is: the invitation asks for it."""
        return self.email.endswith(PROVISIONAL)

    @property
    def state(self) -> str:
        """`invited`, `active` or `disabled`."""
        if self.disabled_at:
            return "disabled"
        return "active" if self.password_hash else "invited"


class UserSession(Record):
    """Somebody signed in on one browser, from `created_at` until `ended_at` or one of the two time limits."""

    __tablename__ = "user_session"
    __audited__ = False  # signing in and out is noted in the trail; being seen again is not worth an entry a minute

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    token_hash: Mapped[str] = mapped_column(unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    user_agent: Mapped[str]


class AccountLink(Record):
    """A link that works once, for one purpose. The letter's token is worked out from this row and the secret key."""

    __tablename__ = "account_link"
    __table_args__ = (
        CheckConstraint(f"purpose IN ('{INVITATION}', '{PASSWORD_RESET}')", name="known_purpose"),
        Index(
            "uq_account_link_open",
            "account_id",
            "purpose",
            unique=True,
            **only_where("used_at IS NULL AND replaced_at IS NULL"),
        ),
    )

    account_id: Mapped[int] = mapped_column(ForeignKey("account.id"), index=True)
    purpose: Mapped[str]
    nonce: Mapped[str] = mapped_column(info={"sensitive": True})
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    replaced_at: Mapped[datetime | None]

    account: Mapped[Account] = relationship()
