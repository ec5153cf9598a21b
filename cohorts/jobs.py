"""What the room does by the clock: equality figures once a month, and what ends by schedule."""

from datetime import date

from accreditation.core.chores import chore
from accreditation.core.database import transaction
from cohorts.queries.equality import collections, find_state
from cohorts.services.equality.cutting import cut_tie, delete_old_answers, is_due_to_be_cut, shuffle_answers
from cohorts.services.equality.publishing import publish_figures


@chore
def keep_equality(on: date) -> list[str]:
    """Publish what is due of each intake, cut the ties whose time has come, delete old answers; what was done.

    One intake to a transaction. Any number of processes may do this at once.
    """
    done = []
    for collection in collections():
        state = find_state(collection.key)
        if state is not None and state.cut_on is not None:
            continue
        if is_due_to_be_cut(collection, on):
            with transaction():
                if cut_tie(collection, on=on):
                    done.append(f"{collection.title}: the tie of answers and applications is cut")
        elif (
            state is None
            or state.looked_on is None
            or (state.looked_on.year, state.looked_on.month)
            != (
                on.year,
                on.month,
            )
        ):
            with transaction():
                published = publish_figures(collection, on=on)
                shuffle_answers(collection)
            if published:
                done.append(f"{collection.title}: {published} columns of figures published")
    with transaction():
        gone = delete_old_answers(on=on)
    if gone:
        done.append(f"{gone} forms that belonged to nobody any more deleted")
    return done
