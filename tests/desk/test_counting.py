"""A count is worked out again when something has changed that could move it, and only then."""

from accreditation.core import audit
from accreditation.core.database import transaction
from accreditation.core.settings import set_setting
from accreditation.desk.queries.stamp import counted_once
from accreditation.people import services
from tests import factories


def test_only_what_moves_a_count_is_counted_again(app):
    asked = []

    def times_asked() -> int:
        asked.append("again")
        return counted_once("how many", lambda: len(asked))

    assert times_asked() == 1
    assert times_asked() == 1
    with transaction():
        audit.note("signed in")
    assert times_asked() == 1  # the trail is longer, nobody's standing is another
    ada = factories.person(name="Ada Okafor")
    assert times_asked() == 4
    croydon = factories.unit("Croydon")
    assert times_asked() == 5
    with transaction():
        services.change_details(ada.id, pay_number=None, unit_id=croydon.id, holder_kind=None)
    assert times_asked() == 6
    factories.evidence(ada.id, "training", code="INHOUSE-WPM", starts_on=factories.TODAY)
    assert times_asked() == 7
    with transaction():
        set_setting("service_name", "Mediation in Croydon")
    assert times_asked() == 8
    assert times_asked() == 8
