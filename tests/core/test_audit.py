"""The audit trail: every change is in it, and nobody can alter it unseen."""

import pytest
from sqlalchemy import select, text, update
from sqlalchemy.exc import DBAPIError

from accreditation.core import audit
from accreditation.core.audit import AuditDetail, AuditEntry, AuditHead
from accreditation.core.database import db, transaction
from accreditation.people import services
from accreditation.people.models import Person
from tests import factories


def entries() -> list[tuple[str, str | None]]:
    return [
        (entry.action, entry.subject_type) for entry in db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq))
    ]


def test_every_changed_row_is_in_the_trail_with_who_did_it(app):
    with audit.acting_as(7, "web"):
        ada = factories.person(name="Ada Okafor", email="ada@example.police.uk")
        with transaction():
            services.rename_person(ada.id, given_name="Ada", family_name="Obi")
    assert entries() == [
        ("added", "person"),
        ("added", "contact_address"),
        ("changed", "person"),  # its version: an address is part of the record
        ("added", "person_name"),
        ("changed", "person"),
    ]
    last = db.session.scalars(select(AuditEntry).order_by(AuditEntry.seq.desc())).first()
    assert (last.actor_id, last.channel, last.about_id) == (7, "web", ada.id)
    assert '"family_name": ["Okafor", "Obi"]' in db.session.get_one(AuditDetail, last.seq).text


def test_sensitive_columns_are_named_and_their_values_are_not(app):
    factories.person(email="ada@example.police.uk")
    texts = " ".join(db.session.scalars(select(AuditDetail.text)))
    assert '"address": "(not shown)"' in texts
    assert "ada@example" not in texts


def test_a_change_that_was_undone_left_no_entry(app):
    with pytest.raises(RuntimeError, match="halfway"), transaction():
        services.find_or_add_unit("Croydon")
        raise RuntimeError("halfway")
    assert entries() == []
    assert audit.verify() == audit.AuditReport(0)


def test_the_tables_themselves_refuse_to_forget(app):
    factories.unit()
    for statement in ("UPDATE audit_entry SET action = 'x'", "DELETE FROM audit_entry"):
        with pytest.raises(DBAPIError, match="append-only"), db.engine.begin() as connection:
            connection.execute(text(statement))


def without_triggers(statement: str) -> None:
    """As somebody with the database file in their hands would."""
    with db.engine.begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text("ALTER TABLE audit_entry DISABLE TRIGGER USER"))
        else:
            connection.execute(text("DROP TRIGGER audit_entry_no_update"))
            connection.execute(text("DROP TRIGGER audit_entry_no_delete"))
        for part in statement.split(";"):
            connection.execute(text(part))


@pytest.mark.parametrize(
    ("attack", "broken_at"),
    [
        ("UPDATE audit_entry SET action = 'removed' WHERE seq = 2", 2),
        ("UPDATE audit_entry SET actor_id = 99 WHERE seq = 3", 3),
        ("DELETE FROM audit_detail WHERE seq = 2; DELETE FROM audit_entry WHERE seq = 2", 2),
        ("DELETE FROM audit_detail WHERE seq = 3; DELETE FROM audit_entry WHERE seq = 3", 3),
        ("UPDATE audit_detail SET text = '{}' WHERE seq = 1", 1),
    ],
)
def test_tampering_is_found_where_it_was_done(app, attack, broken_at):
    for name in ("Croydon", "Brent", "Lambeth"):
        factories.unit(name)
    assert audit.verify() == audit.AuditReport(3)
    db.session.rollback()
    without_triggers(attack)
    assert audit.verify().broken_at == broken_at


def test_details_may_be_erased_without_breaking_the_chain(app):
    factories.unit()
    db.session.rollback()
    with db.engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_detail"))
    assert audit.verify() == audit.AuditReport(1)


def test_a_bulk_change_of_an_audited_table_is_refused(app):
    with pytest.raises(RuntimeError, match="escape the audit trail"), transaction():
        db.session.execute(update(Person).values(left_on=None))


def test_a_row_changed_outside_a_transaction_is_refused(app):
    ada = factories.person()
    db.session.get_one(Person, ada.id).given_name = "Eve"
    with pytest.raises(RuntimeError, match="outside transaction"):
        db.session.flush()
    db.session.rollback()


def test_the_head_says_how_long_the_chain_is(app):
    factories.unit()
    assert db.session.get_one(AuditHead, 1).seq == 1
