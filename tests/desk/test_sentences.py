"""Short words for lists."""

import pytest

from accreditation.desk.rules.sentences import breakdown, date_in, headline, shortly, without_date
from accreditation.standing.rules.verdict import Verdict


@pytest.mark.parametrize(
    ("sentence", "short", "dated"),
    [
        ("May work until 14 March 2027", "May work", "until 14 Mar 2027"),
        ("May co-mediate only, until 3 May 2027", "May co-mediate only", "until 3 May 2027"),
        ("May not work: lapsed since 3 January 2027", "Lapsed", "since 3 Jan 2027"),
        ("May not work: suspended", "Suspended", ""),
        ("Not yet accredited", "Not yet accredited", ""),
    ],
)
def test_a_sentence_splits_into_a_tag_and_a_date(sentence, short, dated):
    assert (without_date(sentence), date_in(sentence)) == (short, dated)


def test_counts_in_full_and_not():
    counts = {Verdict.DEPLOYABLE: 1204, Verdict.LAPSED: 3, Verdict.CO_MEDIATION_ONLY: 2}
    assert breakdown(counts, in_full=True) == "1,204 may work, 2 may co-mediate only, 3 lapsed"
    assert breakdown(counts, in_full=False) == "1,206 may work, 3 may not work"


def test_those_not_yet_accredited_are_told_apart():
    counts = {Verdict.DEPLOYABLE: 113, Verdict.NOT_ACCREDITED: 49, Verdict.LEFT: 2}
    said = "113 may work, 2 left the service. The other 49 are not yet accredited"
    assert breakdown(counts, in_full=True) == said
    assert breakdown({Verdict.NOT_ACCREDITED: 49}, in_full=True) == "49 not yet accredited"


def test_many_words_become_few():
    assert shortly(["a", "b", "c"]) == "a, b, c"
    assert shortly(["a", "b", "c", "d"]) == "a, b and 2 more"
    assert shortly([]) == ""


@pytest.mark.parametrize(
    ("lapsed", "soon", "said"),
    [
        (0, 0, "Nobody has lapsed, and nobody lapses within 30 days."),
        (1, 0, "1 has lapsed, nobody else lapses within 30 days."),
        (0, 1, "Nobody has lapsed, 1 lapses within 30 days."),
        (3, 5, "3 have lapsed, 5 more lapse within 30 days."),
    ],
)
def test_the_one_fact_of_the_home_page(lapsed, soon, said):
    assert headline(lapsed, soon, 30) == said
