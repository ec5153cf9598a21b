"""People the service deals with: mediators, applicants, staff. Identity is the reference, not a name or an address."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from accreditation.core.database import Record, only_where
from accreditation.core.permissions import Role, Scope


def one_of(column: str, values: list[str]) -> str:
    return f"{column} IN ({', '.join(repr(value) for value in values)})"


class Unit(Record):
    """A borough, department or other part of the organisation that people belong to."""

    __tablename__ = "unit"

    name: Mapped[str] = mapped_column(unique=True)


class Provider(Record):
    """A training provider: the body that trains cohorts and records their results."""

    __tablename__ = "provider"

    name: Mapped[str] = mapped_column(unique=True)


class Person(Record):
    """A mediator, an applicant on a cohort, or a member of staff. `left_on`: the first day no longer in the service.

    `merged_into_id`: the record that counts for this one now, never one that is merged itself. It follows from the
    links (models.merging) and is written with them; `accreditation check` proves it.
    """

    __tablename__ = "person"
    __table_args__ = (
        CheckConstraint("holder_kind IN ('employee', 'contractor')", name="known_holder_kind"),
        CheckConstraint("merged_into_id <> id", name="merged_into_another"),
        Index("ix_person_name_order", "sort_name", "id"),
        Index("ix_person_unit_name_order", "unit_id", "sort_name", "id"),
        Index("ix_person_merged_into", "merged_into_id", "id", **only_where("merged_into_id IS NOT NULL")),
    )

    reference: Mapped[str] = mapped_column(unique=True)
    given_name: Mapped[str]
    family_name: Mapped[str]
    sort_name: Mapped[str]
    search_text: Mapped[str]
    pay_number: Mapped[str | None] = mapped_column(unique=True)
    unit_id: Mapped[int | None] = mapped_column(ForeignKey("unit.id"))
    holder_kind: Mapped[str | None]
    left_on: Mapped[date | None]
    version: Mapped[int] = mapped_column(default=1)
    merged_into_id: Mapped[int | None] = mapped_column(ForeignKey("person.id"))

    merged_into: Mapped["Person | None"] = relationship(
        remote_side="Person.id", lazy="selectin", viewonly=True, join_depth=1
    )
    unit: Mapped[Unit | None] = relationship()
    addresses: Mapped[list["ContactAddress"]] = relationship(
        order_by="ContactAddress.id", viewonly=True, back_populates="person"
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def counted(self) -> "Person":
        """The record that counts for this person: this one, or the one it is merged into."""
        return self.merged_into or self

    @property
    def name(self) -> str:
        """What the person is called: of a merged record, the name on the one that counts, however old this one is."""
        return self.counted.own_name

    @property
    def own_name(self) -> str:
        """The name on this very record: only for pages on which two records are told apart."""
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def email(self) -> str | None:
        """The address on the record that counts, or None."""
        return next((row.address for row in self.counted.addresses if row.ended_at is None), None)


class PersonName(Record):
    """A name somebody had, kept with the moment from which it was no longer theirs."""

    __tablename__ = "person_name"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    given_name: Mapped[str] = mapped_column(info={"sensitive": True})
    family_name: Mapped[str] = mapped_column(info={"sensitive": True})
    until: Mapped[datetime]


class ContactAddress(Record):
    """An e-mail address for letters, current while `ended_at` is null. Two people may share one."""

    __tablename__ = "contact_address"
    __table_args__ = (
        Index("uq_contact_address_current", "person_id", unique=True, **only_where("ended_at IS NULL")),
        Index("ix_contact_address_address", "address"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    address: Mapped[str] = mapped_column(info={"sensitive": True})
    since: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    undeliverable_since: Mapped[datetime | None]
    undeliverable_reason: Mapped[str | None]

    person: Mapped[Person] = relationship(viewonly=True, back_populates="addresses")


class GrantRow(Record):
    """A role given to somebody, for the days [starts_on, ends_on)."""

    __tablename__ = "role_grant"
    __table_args__ = (
        CheckConstraint(one_of("role", [role.value for role in Role]), name="known_role"),
        CheckConstraint(one_of("scope", [scope.value for scope in Scope]), name="known_scope"),
        CheckConstraint("(scope = 'service') = (scope_id IS NULL)", name="scope_has_its_id"),
    )

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"), index=True)
    role: Mapped[str]
    scope: Mapped[str]
    scope_id: Mapped[int | None]
    starts_on: Mapped[date]
    ends_on: Mapped[date | None]
    granted_by: Mapped[int | None] = mapped_column(ForeignKey("person.id"))
