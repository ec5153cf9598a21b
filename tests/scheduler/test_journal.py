"""The journal of sent letters outside the database: for nobody else to read, never overwritten, kept by the disk."""

import os

import pytest

from scheduler.services import journal
from scheduler.services.journal import NAME, Sent, SentJournal, read_journal, was_sent


def test_it_is_for_nobody_else_to_read(tmp_path):
    book = SentJournal(tmp_path)
    book.add(Sent("<a@x>", 1))
    book.close()
    assert (tmp_path / NAME).stat().st_mode & 0o777 == 0o600


def test_two_workers_write_one_after_the_other_and_not_over_each_other(tmp_path):
    books = [SentJournal(tmp_path) for _ in range(2)]
    for number in range(6):
        books[number % 2].add(Sent(f"<{number}@x>", number))
    for book in books:
        book.close()
    assert [sent.person_id for sent in read_journal(tmp_path)] == list(range(6))


def test_the_disk_is_asked_within_a_second_and_at_the_end(tmp_path, monkeypatch):
    asked, moment = [], [100.0]
    monkeypatch.setattr(os, "fsync", asked.append)
    monkeypatch.setattr(journal.time, "monotonic", lambda: moment[0])
    book = SentJournal(tmp_path)
    for after, times in ((0, 1), (0.4, 1), (0.7, 2), (0.1, 2)):
        moment[0] += after
        book.add(Sent("<a@x>", 1))
        assert len(asked) == times
    book.close()
    book.close()  # a second time there is nothing to do
    assert len(asked) == 3


@pytest.mark.parametrize(
    ("message_id", "there"), [("<b@x>", True), ("<a@x>", False), ("<c@x>", False), ("b@x", False), ("<b@", False)]
)
def test_only_the_very_letter_among_the_last_ones_was_sent(tmp_path, monkeypatch, message_id, there):
    assert not was_sent(tmp_path, message_id)  # before anything was
    book = SentJournal(tmp_path)
    book.add(Sent("<a@x>", 1))
    first = (tmp_path / NAME).stat().st_size
    book.add(Sent("<b@x>", 1))
    book.close()
    monkeypatch.setattr(journal, "LOOKED_BACK", (tmp_path / NAME).stat().st_size - first)
    assert was_sent(tmp_path, message_id) == there


def test_what_a_power_cut_left_half_written_is_left_out_and_what_follows_is_read(tmp_path):
    with (tmp_path / NAME).open("w") as torn:
        torn.write('{"at":"2026-11-27T10:00:00+00:00","id":"<a@x>","to":1,"about":[]}\n{"at":"2026-11-2\n')
    book = SentJournal(tmp_path)
    book.add(Sent("<b@x>", 2))
    book.close()
    assert [sent.message_id for sent in read_journal(tmp_path)] == ["<a@x>", "<b@x>"]
