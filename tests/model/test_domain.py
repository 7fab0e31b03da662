"""Domains are compared after UTS #46 mapping and by equality alone (semantics (h))."""

from collections.abc import Iterator
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.domain import BadDomainError, Domain, domain_of

SAME = (
    ("foo.com", "FOO.com", "foo.com.", "Foo.Com.", " foo.com ", "\tfoo.com\n", "foo\N{IDEOGRAPHIC FULL STOP}com"),
    (
        "foo.com",
        "foo\N{FULLWIDTH FULL STOP}com",
        "foo\N{HALFWIDTH IDEOGRAPHIC FULL STOP}com",
        "\uff46\uff4f\uff4f.com",
        "fo\N{SOFT HYPHEN}o.com",
    ),
    ("Faß.de", "faß.de", "xn--fa-hia.de", "XN--FA-HIA.DE", "faß.de."),
    ("bücher.example", "BÜCHER.example", "bu\N{COMBINING DIAERESIS}cher.example", "xn--bcher-kva.example"),
    ("例え.テスト", "xn--r8jz45g.xn--zckzah"),
)
DIFFERENT = (
    ("foo.com", "mail.foo.com"),
    ("su.edu", "nsu.edu"),
    ("faß.de", "fass.de"),
    ("foo.com", "foo.co"),
    ("paypal.com", "p\N{CYRILLIC SMALL LETTER A}ypal.com"),
)
BAD = (
    "",
    " ",
    ".",
    "..",
    ".foo.com",
    "foo..com",
    "foo.com..",
    "not a domain",
    "foo_bar.com",
    "foo,bar.com",
    "*.foo.com",
    "@foo.com",
    "a@foo.com",
    "https://foo.com",
    "foo.com/",
    "foo.com:443",
    "-foo.com",
    "foo-.com",
    "xn--.com",
    "xn--a.com",
    "xn--fass-.de",
    "a" * 64 + ".com",
    ".".join(["a" * 60] * 5),
    "a." * 600 + "com",
    "foo\0.com",
    "foo\ud800.com",
    "\N{ZERO WIDTH JOINER}.com",
    "foo\N{RIGHT-TO-LEFT OVERRIDE}.com",
)


def pairs() -> Iterator[tuple[str, str]]:
    for group in SAME:
        yield from product(group, repeat=2)


@pytest.mark.parametrize("left, right", sorted(set(pairs())))
def test_spellings_of_one_domain_are_equal(left: str, right: str) -> None:
    assert Domain.parse(left) == Domain.parse(right)
    assert str(Domain.parse(left)) == Domain.parse(right).name


@pytest.mark.parametrize("left, right", DIFFERENT)
def test_domains_that_only_resemble_each_other_are_different(left: str, right: str) -> None:
    assert Domain.parse(left) != Domain.parse(right)


def test_domains_are_sorted_by_name() -> None:
    names = ["b.example", "c.example", "a.example"]
    assert [one.name for one in sorted(map(Domain.parse, names))] == sorted(names)


@pytest.mark.parametrize("text", BAD)
def test_text_that_is_no_domain_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(BadDomainError, match=r"."):
        Domain.parse(text)
    assert domain_of(f"ann@{text}") is None or "@" in text


def test_the_reason_tells_nothing_from_too_much_to_look_at() -> None:
    too_long = "longer than any domain name"
    for text, reason in ((" ", "no domain name"), ("a." * 500 + "c", too_long), ("a." * 499 + "cc", f"(?!{too_long})")):
        with pytest.raises(BadDomainError, match=f"^{reason}"):
            Domain.parse(text)


@pytest.mark.parametrize(
    "address, name",
    [
        ("ann@corp.example", "corp.example"),
        ("ann@CORP.example.", "corp.example"),
        ('"a@b"@corp.example', "corp.example"),
        ("ann@old.example@corp.example", "corp.example"),
        ("@corp.example", "corp.example"),
        ("ann@localhost", "localhost"),
    ],
)
def test_the_domain_of_an_address_follows_its_last_at_sign(address: str, name: str) -> None:
    found = domain_of(address)
    assert found is not None
    assert found.name == name


@pytest.mark.parametrize("address", ["", "ann", "ann@", "@", "ann@corp example", "corp.example"])
def test_an_address_without_a_domain_has_none(address: str) -> None:
    assert domain_of(address) is None


@given(st.text() | st.text(alphabet="xn--aß.。İ\u0301\u200d\ud800@ :_\0é中א\u0627", max_size=80))
def test_reading_the_domain_of_an_address_never_raises(text: str) -> None:
    for address in (text, f"ann@{text}", f"ann@xn--{text}", f"ann@{text}.example"):
        found = domain_of(address)
        assert found is None or Domain.parse(found.name) == found


@given(st.text(min_size=1, max_size=20))
def test_the_normal_form_is_ascii_in_lower_case_without_a_final_dot(text: str) -> None:
    try:
        name = Domain.parse(text).name
    except BadDomainError:
        return
    assert name.isascii()
    assert name == name.lower()
    assert not name.endswith(".")


def test_the_parents_of_a_domain_are_cut_at_dots_alone() -> None:
    assert [str(one) for one in Domain.parse("a.b.corp.example").parents] == [
        "b.corp.example",
        "corp.example",
        "example",
    ]
    assert Domain.parse("example").parents == ()


@pytest.mark.parametrize(
    "text, written",
    [
        ("Corp.example.", "corp.example"),
        ("xn--fa-hia.example", "faß.example"),
        ("公司.cn", "公司.cn"),
        ("xn--55qx5d.xn--fiqs8s", "公司.中国"),
    ],
)
def test_a_domain_can_be_shown_as_people_write_it(text: str, written: str) -> None:
    assert Domain.parse(text).as_written == written


def test_a_label_that_stands_for_no_letters_is_shown_as_it_is() -> None:
    assert Domain("xn--a.example").as_written == "xn--a.example"
