"""What a worker left behind that died or lost its lease: taken back, or in doubt where the letter may have gone out."""

from collections import Counter

from sqlalchemy import select

from accreditation.core import clock
from accreditation.core.database import db, transaction
from accreditation.core.outbox import Letter
from scheduler.services.attempts import attempt, may_have_gone_out, note
from scheduler.services.journal import was_sent
from scheduler.services.steps import data_folder, end
from scheduler.services.workers import is_gone


def recover_letters() -> Counter[str]:
    """Take back what a worker left behind that died or lost its lease: the states the letters are in now, counted.

    Only a letter whose end may have gone out is in doubt.
    """
    in_hand = select(Letter.id, Letter.claim_token, Letter.claimed_until).where(
        Letter.state.in_(("claimed", "handing_over"))
    )
    now = clock.now()
    left = [
        row.id
        for row in db.session.execute(in_hand)
        if row.claim_token is None or row.claimed_until is None or row.claimed_until < now or is_gone(row.claim_token)
    ]
    found: Counter[str] = Counter()
    for letter_id in left:
        with transaction():
            letter = db.session.get_one(Letter, letter_id, with_for_update=True)
            token, until = letter.claim_token, letter.claimed_until
            if letter.state not in ("claimed", "handing_over"):
                continue
            if token and until and until >= now and not is_gone(token):
                continue
            if letter.state == "handing_over" and token and may_have_gone_out(letter_id, token):
                if was_sent(data_folder(), letter.message_id):
                    words = "The mail server took it; the machine stopped before that was written down here."
                    note([attempt(letter_id, token, "replied", 250, words, "sent")])
                    found[end(letter, "sent", words, now)] += 1
                    continue
                words = "The machine stopped after the whole letter had gone out, before the mail server's answer."
                note([attempt(letter_id, token, "dot", None, words, "in_doubt")])
                found[end(letter, "in_doubt", words, now)] += 1
            else:
                letter.state, letter.claim_token, letter.claimed_until = "queued", None, None
    return found
