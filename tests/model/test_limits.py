"""Limits and ages as an Account document writes them."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.limits import Limit, Limits, MaxEvidenceAge, Tolerance, parse_age


@pytest.mark.parametrize(
    "text, population, largest",
    [
        ("0", 1000, 0),
        ("5", 1000, 5),
        ("5", 3, 5),
        ("5%", 100, 5),
        ("5%", 119, 5),
        ("5%", 120, 6),
        ("5%", 19, 0),
        ("1%", 99, 0),
        ("1%", 100, 1),
        ("100%", 7, 7),
        ("0%", 7, 0),
        ("0% or 3", 7, 3),
        ("5% or 10", 100, 10),
        ("5% or 10", 200, 10),
        ("5% or 10", 219, 10),
        ("5% or 10", 220, 11),
        ("5% or 10", 0, 10),
        ("33%", 10**9, 330_000_000),
    ],
)
def test_the_largest_number_that_passes_is_rounded_down_and_never_below_the_floor(
    text: str, population: int, largest: int
) -> None:
    assert Limit.parse(text).largest(population) == largest


@pytest.mark.parametrize("text", ["0", "5", "999999999", "0%", "5%", "100%", "5% or 10"])
def test_a_limit_is_printed_as_it_was_written(text: str) -> None:
    assert str(Limit.parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-1",
        "+1",
        "5 %",
        "5 % or 10",
        "101%",
        "1000%",
        "5%or 10",
        "10 or 5%",
        "5% or 10%",
        "five",
        "1.5%",
        "5\n",
        "\u0665",
        "1" * 10,
        "5% or " + "1" * 10,
        "0x5",
        "1e3",
        "5% OR 10",
    ],
)
def test_text_of_another_form_is_no_limit(text: str) -> None:
    with pytest.raises(ValueError, match="a limit is"):
        Limit.parse(text)


@given(st.integers(0, 100), st.integers(0, 10**9 - 1), st.integers(0, 10**9))
def test_a_percentage_is_counted_in_whole_numbers(percent: int, floor: int, population: int) -> None:
    largest = Limit.parse(f"{percent}% or {floor}").largest(population)
    assert largest == floor or (largest * 100 <= percent * population < (largest + 1) * 100)
    assert largest >= floor


@given(st.text(alphabet="0123456789%or -.\n", max_size=12))
def test_reading_a_limit_gives_a_limit_or_a_reason(text: str) -> None:
    try:
        limit = Limit.parse(text)
    except ValueError:
        return
    assert Limit.parse(str(limit)) == limit


def test_the_defaults_are_those_of_the_specification() -> None:
    limits = Limits()
    shown = tuple(map(str, (limits.disconnected, limits.silent, limits.blocked, limits.unknown, limits.pairs)))
    assert shown == ("5% or 5", "0", "0", "1%", "50")
    ages = MaxEvidenceAge()
    assert (ages.users, ages.portal, ages.tenant) == tuple(map(parse_age, ("24h", "30d", "7d")))
    tolerance = Tolerance()
    assert (str(tolerance.surprises), str(tolerance.false_alarms)) == ("0", "5%")


@pytest.mark.parametrize(
    "text, age",
    [
        ("90s", timedelta(seconds=90)),
        ("30m", timedelta(minutes=30)),
        ("24h", timedelta(days=1)),
        ("7d", timedelta(days=7)),
        ("0s", timedelta(0)),
        ("999999d", timedelta(days=999_999)),
    ],
)
def test_an_age_is_a_number_and_a_unit(text: str, age: timedelta) -> None:
    assert parse_age(text) == age


@pytest.mark.parametrize("text", ["", "24", "h", "24 h", "1.5h", "-1h", "24H", "1w", "24h\n", "1234567d", "\u0662h"])
def test_text_of_another_form_is_no_age(text: str) -> None:
    with pytest.raises(ValueError, match="an age is"):
        parse_age(text)
