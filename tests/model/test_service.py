"""Services and their keys: what can be written at all, what is compared, which URLs are trusted."""

from dataclasses import FrozenInstanceError, fields
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.connection import Authentication, Connection
from calplan.model.permissions import SCOPE_NAMES, Permission, Permissions, same_level
from calplan.model.service import (
    CHOOSABLE_TYPES,
    EWS_TYPES,
    OFFICE365_TYPES,
    BadEwsUrlError,
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Key,
    Office365Ews,
    Office365Graph,
    SecretReference,
    Service,
    ServiceType,
    key_of,
    same_key,
    type_of,
)
from calplan.model.unknown import UNKNOWN, Tri
from tests import make

GOOD = {
    "https://mail.contoso.com/EWS/Exchange.asmx": "mail.contoso.com",
    "HTTPS://Mail.CONTOSO.com/EWS/Exchange.asmx": "mail.contoso.com",
    "https://mail.contoso.com:443/EWS/Exchange.asmx": "mail.contoso.com",
    "https://mail.contoso.com:0443/": "mail.contoso.com",
    "https://mail.contoso.com:/x": "mail.contoso.com",
    "https://mail.contoso.com:8443/EWS/Exchange.asmx": "mail.contoso.com:8443",
    "https://mail.contoso.com./EWS/Exchange.asmx": "mail.contoso.com",
    "https://mail.contoso.com": "mail.contoso.com",
    "https://192.0.2.7/EWS/Exchange.asmx": "192.0.2.7",
    "https://[2001:DB8::1]/EWS/Exchange.asmx": "[2001:db8::1]",
    "https://[2001:db8::1]:444/EWS/Exchange.asmx": "[2001:db8::1]:444",
    "https://xn--bcher-kva.example/EWS": "xn--bcher-kva.example",
}
HOSTILE = (
    "",
    "mail.contoso.com",
    "//mail.contoso.com/EWS",
    "http://mail.contoso.com/EWS",
    "ftp://mail.contoso.com/EWS",
    "javascript:alert(1)",
    "https:",
    "https://",
    "https:///EWS",
    "https:mail.contoso.com",
    "https://:443/EWS",
    "https://./EWS",
    "https://.:444/EWS",
    "https://user@mail.contoso.com/EWS",
    "https://user:secret@mail.contoso.com/EWS",
    "https://@mail.contoso.com/EWS",
    "https://mail.contoso.com@evil.example/EWS",
    "https://mail.contoso.com/EWS?x=1",
    "https://mail.contoso.com/EWS?",
    "https://mail.contoso.com/EWS#x",
    "https://mail.contoso.com/EWS#",
    "https://mail.contoso.com\\@evil.example/EWS",
    "https://mail.contoso.com\\EWS",
    "https://mail.contoso.com:99999/EWS",
    "https://mail.contoso.com:0/EWS",
    "https://mail.contoso.com:-1/EWS",
    "https://mail.contoso.com:abc/EWS",
    "https://mail.contoso.com:443:443/EWS",
    "https://[::1/EWS",
    "https://[x]/EWS",
    " https://mail.contoso.com/EWS",
    "https://mail.contoso.com/EWS ",
    "https://mail.contoso.com/E WS",
    "https://mail.contoso.com/EWS\n",
    "https://mail.contoso.com/\tEWS",
    "https://mail\0.contoso.com/EWS",
    "https://mail.contoso.com\x7f/EWS",
    "https://bücher.example/EWS",
    "https://mail\N{FULLWIDTH FULL STOP}contoso.com/EWS",
    "https://mail.contoso.com\N{FRACTION SLASH}EWS",
)


@pytest.mark.parametrize("text, host", GOOD.items())
def test_a_good_url_has_its_host_in_normal_form(text: str, host: str) -> None:
    url = EwsUrl.parse(text)
    assert url.host == host
    assert url.text.startswith(f"https://{host}")
    assert EwsUrl.parse(url.text) == url


@pytest.mark.parametrize("text", HOSTILE)
def test_an_unsafe_url_is_refused_without_repeating_it(text: str) -> None:
    with pytest.raises(BadEwsUrlError) as refused:
        EwsUrl.parse(text)
    assert "secret" not in str(refused.value)
    assert "evil" not in str(refused.value)


@given(st.text() | st.text(alphabet="htps:/.@?#[]%\\ a0-_~é", max_size=40).map("https://".__add__))
def test_reading_a_url_gives_a_url_or_a_reason(text: str) -> None:
    try:
        url = EwsUrl.parse(text)
    except BadEwsUrlError:
        return
    assert url.text.isascii()
    assert "@" not in url.text.split("/")[2]


def test_the_path_of_a_url_keeps_its_case() -> None:
    assert EwsUrl.parse("https://MAIL.example/EWS/Exchange.asmx").text.endswith("/EWS/Exchange.asmx")


SERVICES: tuple[Service, ...] = (
    make.google(),
    make.google("read", "read"),
    make.graph(),
    make.graph("none", "read"),
    make.office365_ews(),
    make.exchange(),
    make.exchange("https://owa.corp.example/EWS/Exchange.asmx"),
    make.MAPI,
)


def test_two_services_have_equal_keys_only_if_they_are_the_same() -> None:
    for left, right in product(SERVICES, repeat=2):
        assert same_key(key_of(left), key_of(right)) is (Tri.YES if left == right else Tri.NO)


def test_neither_path_nor_impersonation_is_part_of_the_key() -> None:
    plain = key_of(make.exchange())
    assert key_of(make.exchange("https://mail.corp.example/other")) == plain
    assert key_of(make.exchange(impersonation=make.impersonation())) == plain
    assert key_of(make.exchange(impersonation=UNKNOWN)) == plain


def test_services_without_choice_have_no_permissions_to_set() -> None:
    named = {service: {one.name for one in fields(service)} for service in (Office365Ews, ExchangeEws, ExchangeMapi)}
    assert named == {Office365Ews: {"ews_url"}, ExchangeEws: {"ews_url", "impersonation"}, ExchangeMapi: set()}
    assert {one.name for one in fields(Google)} == {one.name for one in fields(Office365Graph)} == {"permissions"}


def test_the_types_are_told_apart_as_their_names_say() -> None:
    for one in ServiceType:
        assert (one in EWS_TYPES) is one.value.endswith("-ews")
        assert (one in OFFICE365_TYPES) is one.value.startswith("office365-")
        assert (one in CHOOSABLE_TYPES) is not one.value.endswith(("-ews", "-mapi"))


def test_every_service_type_has_a_class() -> None:
    assert {type_of(service) for service in SERVICES} == set(ServiceType)


def test_both_permissions_none_cannot_be_written() -> None:
    for calendar, contacts in product(Permission, repeat=2):
        if calendar is contacts is Permission.NONE:
            with pytest.raises(ValueError, match="no integration"):
                Permissions(calendar=calendar, contacts=contacts)
        else:
            assert Permissions(calendar=calendar, contacts=contacts).calendar is calendar


def test_scopes_are_the_real_names_and_write_does_not_stand_in_for_read() -> None:
    scopes = {
        ("read", "read"): {"Calendars.Read", "Contacts.Read"},
        ("write", "read"): {"Calendars.ReadWrite", "Contacts.Read"},
        ("read", "write"): {"Calendars.Read", "Contacts.ReadWrite"},
        ("write", "write"): {"Calendars.ReadWrite", "Contacts.ReadWrite"},
        ("none", "read"): {"Contacts.Read"},
        ("write", "none"): {"Calendars.ReadWrite"},
        ("unknown", "read"): {"Contacts.Read"},
    }
    for chosen, names in scopes.items():
        assert make.levels(*chosen).scopes == names
        assert names <= SCOPE_NAMES


def test_levels_are_compared_as_far_as_they_are_known() -> None:
    for left, right in product(Permission, repeat=2):
        known = Tri.YES if left is right else Tri.NO
        assert same_level(left, right) is (Tri.UNKNOWN if Permission.UNKNOWN in (left, right) else known)


HOSTS = ("a.example", "b.example", UNKNOWN)
KEYS: tuple[Key, ...] = (
    *(
        Key(service=service, ews_host=None, permissions=(calendar, contacts))
        for service in (ServiceType.GOOGLE, ServiceType.OFFICE365_GRAPH)
        for calendar, contacts in product(Permission, repeat=2)
    ),
    *(
        Key(service=service, ews_host=host, permissions=None)
        for service in (ServiceType.OFFICE365_EWS, ServiceType.EXCHANGE_EWS)
        for host in HOSTS
    ),
    Key(service=ServiceType.EXCHANGE_MAPI, ews_host=None, permissions=None),
)


def three_valued(left: Key, right: Key) -> Tri:
    """Different if any known part differs, else unknown if any part is unknown, else equal."""
    parts: list[tuple[object, object]] = [(left.service, right.service), (left.ews_host, right.ews_host)]
    if left.permissions and right.permissions:
        parts += [*zip(left.permissions, right.permissions, strict=True)]
    vague = (UNKNOWN, Permission.UNKNOWN)
    if any(one != two and one not in vague and two not in vague for one, two in parts):
        return Tri.NO
    return Tri.UNKNOWN if any(one in vague or two in vague for one, two in parts) else Tri.YES


def test_keys_are_compared_in_three_values() -> None:
    for left, right in product(KEYS, repeat=2):
        expected = three_valued(left, right) if left.service is right.service else Tri.NO
        assert same_key(left, right) is same_key(right, left) is expected, (left, right)
    for key in KEYS:
        assert same_key(key, UNKNOWN) is same_key(UNKNOWN, key) is Tri.UNKNOWN


def test_a_connection_is_compared_by_what_counts_for_its_service() -> None:
    for service in ServiceType:
        held = Connection(service=service, ews_host="a.example", calendar=Permission.READ, contacts=Permission.WRITE)
        key = held.key
        assert (key.ews_host is None) == (not service.value.endswith("ews"))
        assert (key.permissions is None) == (service.value not in ("google", "office365-graph"))
        assert held.auth is Authentication.UNKNOWN


def test_values_of_the_model_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        make.google().permissions = make.levels("read", "read")  # type: ignore[misc]


def test_where_a_password_lies_is_no_part_of_the_comparison() -> None:
    reference = SecretReference(kind="env", parts=(("name", "CALPLAN_SECRET_EWS"),))
    plain = make.impersonation()
    assert plain == type(plain)(
        account=plain.account, exchange_version="2016", password_version=1, password_from=reference
    )
    assert make.impersonation(password_version=2) != plain
