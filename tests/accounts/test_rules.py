"""Passwords, addresses and browsers: values in, answers out."""

import pytest

from accreditation.accounts.rules.addresses import normal_email
from accreditation.accounts.rules.browsers import browser_name
from accreditation.accounts.rules.passwords import LONGEST, password_problems
from accreditation.accounts.services import passwords
from accreditation.accounts.services.passwords import fits, hash_password
from accreditation.core.throttle import network_of
from tests.hashing import AS_SHIPPED

ABOUT = ("ada@harbour.police.uk", "Ada Okafor", "M0001", "Harbour Mediation")


@pytest.mark.parametrize(
    "password",
    [
        "four blue kettles",
        "correct horse police battery",
        "x7#Kq9!vLm2$",
        "zażółć gęślą jaźń",
        " spaces at both ends ",
        "ünïcödé kettle gate",
        "p" + "word and more " * 9,
        "a long one: " + "kettle lantern " * 60,
    ],
)
def test_a_password_of_some_length_is_taken_whatever_it_consists_of(password):
    assert password_problems(password, ABOUT) == []


@pytest.mark.parametrize(
    "password",
    [
        "",
        "elevenchars",
        "x" * (LONGEST + 1),
        "aaaaaaaaaaaaaaaa",
        "123456789012",
        "qwertyuiop12",
        "password1234",
        "P@ssw0rd2027!",
        "Mediator2027!",
        "accreditation1",
        "AdaOkafor2027",
        "harbour harbour",
        "policepolicepolice",
        "abcdefghijkl",
    ],
)
def test_a_password_that_is_short_or_guessed_early_is_refused_with_a_remedy(password):
    assert len(password_problems(password, ABOUT)) == 1


@pytest.mark.parametrize(("length", "refused"), [(11, True), (12, False), (13, False), (LONGEST, False)])
def test_the_length_is_counted_to_the_character(length, refused):
    assert bool(password_problems(("kv7 qz3 " * LONGEST)[:length])) is refused


def test_a_password_counts_to_its_last_character_and_is_not_cut_at_72_bytes():
    known = hash_password("k" * 30 + "é" * 50 + "end")
    assert fits("k" * 30 + "é" * 50 + "end", known)
    assert not fits("k" * 30 + "é" * 50 + "enD", known)
    assert not fits("k" * 30 + "é" * 50, known)


def test_the_same_keys_are_the_same_password_on_every_machine():
    assert fits("cafe\u0301 au lait", hash_password("café au lait"))


def test_without_a_hash_nothing_fits():
    assert not fits("", None)
    assert not fits("the password of nobody in particular", None)
    assert not fits("x", "not a hash")


def test_the_hash_is_argon2id_with_the_agreed_cost(monkeypatch):
    monkeypatch.setattr(passwords, "_hasher", AS_SHIPPED)
    assert hash_password("x").startswith("$argon2id$v=19$m=19456,t=2,p=1$")


@pytest.mark.parametrize(
    ("one", "other"),
    [("Ada@Example.COM", "ada@example.com"), (" ada@x.uk ", "ada@x.uk"), ("cafe\u0301@x.uk", "café@x.uk")],
)
def test_an_address_has_one_spelling(one, other):
    assert normal_email(one) == other


@pytest.mark.parametrize(
    ("address", "network"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        (None, "unknown"),
        ("nonsense", "unknown"),
    ],
)
def test_tries_are_counted_by_network(address, network):
    assert network_of(address) == network


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140 Safari/537 Edg/140", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) AppleWebKit Version/18 Safari/604", "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux"),
        ("<script>", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_a_browser_is_named_so_that_its_owner_knows_it(said, shown):
    assert browser_name(said) == shown
