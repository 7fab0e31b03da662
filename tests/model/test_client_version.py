"""Client versions: which show the prompt, run on Windows, can impersonate (semantics (g))."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.model.client_version import parse
from calplan.model.unknown import Tri, any_of
from calplan.model.user import decode
from tests import make

Y, N, U = Tri.YES, Tri.NO, Tri.UNKNOWN

# The eight examples of the specification: 5.2.2 or newer, 5.11.0 or newer, Windows.
EXAMPLES = {
    "5.2.44052.0816(win)": (N, N, Y),
    "5.2.45108.0831(win)": (Y, N, Y),
    "5.2.45106.0831(mac)": (U, N, N),
    "win_5.1.1697.0821": (N, N, Y),
    "5.11.6602": (Y, Y, U),
    "5.12.2 (9281)": (Y, Y, U),
    "6.5.3.8712(win)": (Y, Y, Y),
    "-": (U, U, U),
}
OTHERS = {
    "5.2": (U, N, U),
    "5.2(win)": (U, N, Y),
    "5.2.0": (N, N, U),
    "5.2.1(mac)": (N, N, N),
    "5.2.2": (Y, N, U),
    "5.2.2(linux)": (Y, N, N),
    "5.2.3.45120(win)": (Y, N, Y),
    "5.2.999(win)": (Y, N, Y),
    "5.2.1000(win)": (N, N, Y),
    "5.2.1000": (U, N, U),
    "5.2.45107(win)": (N, N, Y),
    "5.2.45107.0(WIN)": (N, N, Y),
    "5.2.45108(win)": (Y, N, Y),
    "5.2.45120.0906(win)": (Y, N, Y),
    "5.2.45120.0906": (U, N, U),
    "5.2.45120.0906(android)": (U, N, N),
    "win_5.2.45108": (Y, N, Y),
    "WIN_5.2.44052": (N, N, Y),
    "5.1.99999(win)": (N, N, Y),
    "4.6.12(ipad)": (N, N, N),
    "5.3.0(iphone)": (Y, N, N),
    "5.10.9999(chromeos)": (Y, N, N),
    "5.11": (Y, Y, U),
    "5.11.0 (1234)(mac)": (Y, Y, N),
    "5.11.0 (1234) (mac)": (Y, Y, N),
    "10.0": (Y, Y, U),
    "05.02.02(win)": (Y, N, Y),
    "6.0.0(zoomrooms)": (Y, Y, U),
    "rooms_6.0.0": (Y, Y, U),
    "win_6.0.0(mac)": (Y, Y, N),
    "  6.5.3(win)\t": (Y, Y, Y),
    "999999999.999999999.999999999.999999999(win)": (Y, Y, Y),
}
UNREADABLE = (
    "",
    " ",
    "5",
    "5.",
    ".5",
    "5..2",
    "5.2.2.2.2",
    "5.2.x",
    "v5.2.2",
    "5.2.2-beta",
    "5.2.2(win",
    "5.2.2(win)(win)",
    "5.2.2 win",
    "5.2.2()",
    "5.2.2(win64)",
    "_5.2.2",
    "5,2,2",
    "5. 2.2",
    "-5.2.2",
    "+5.2.2",
    "1e3.2",
    "1234567890.1",
    "5.2.1234567890",
    "\uff15.\uff12.\uff12",
    "5.2.²",
    "5.2.2(\uff37\uff29\uff2e)",
    "5.2.2(w\N{LATIN SMALL LETTER DOTLESS I}n)",
    "5.2.2\n(win)",
    "5.2.2\0",
    "null",
    "9" * 5000 + ".1",
)


@pytest.mark.parametrize("text, answers", [*EXAMPLES.items(), *OTHERS.items()])
def test_a_version_answers_as_the_specification_says(text: str, answers: tuple[Tri, Tri, Tri]) -> None:
    version = parse(text)
    found = (U, U, U) if version is None else (version.prompts, version.impersonates, version.windows)
    assert found == answers


@pytest.mark.parametrize("text", UNREADABLE)
def test_text_of_another_form_is_no_version(text: str) -> None:
    assert parse(text) is None


@pytest.mark.parametrize(
    "text, answer", [("5.8.9999", N), ("5.9", Y), ("5.9.0", Y), ("5.10.1(mac)", Y), ("4.9.9", N), ("6.0", Y)]
)
def test_private_details_are_hidden_from_5_9_on(text: str, answer: Tri) -> None:
    version = parse(text)
    assert version is not None
    assert version.hides_private_details is answer


@pytest.mark.parametrize("word", ["win", "mac", "linux", "iphone", "ipad", "android", "chromeos"])
def test_a_platform_word_is_known_before_and_after_the_numbers_in_any_case(word: str) -> None:
    for text in (f"{word}_5.5.0", f"5.5.0({word})", f"{word.upper()}_5.5.0", f"5.5.0 ({word.title()})"):
        version = parse(text)
        assert version is not None
        assert version.platform == word


def test_a_build_of_5_2_never_counts_as_a_patch() -> None:
    for third in (1000, 44052, 45107):
        for text in (f"5.2.{third}(win)", f"5.2.{third}", f"5.2.{third}(mac)"):
            version = parse(text)
            assert version is not None
            assert version.prompts is not Tri.YES


@given(st.text() | st.text(alphabet="0123456789._() winmacWIN-\n\t٣", max_size=40))
def test_reading_a_version_never_raises(text: str) -> None:
    version = parse(text)
    assert version is None or version.prompts in Tri


NUMBERS = st.integers(0, 999_999_999)


@given(NUMBERS, NUMBERS, NUMBERS | st.none(), st.sampled_from(["", "(win)", "(mac)", "(rooms)"]))
def test_numbers_are_read_as_numbers(major: int, minor: int, third: int | None, suffix: str) -> None:
    version = parse(f"{major}.{minor}" + ("" if third is None else f".{third}") + suffix)
    assert version is not None
    assert (version.major, version.minor, version.third) == (major, minor, third)
    assert version.impersonates is (Y if (major, minor) >= (5, 11) else N)


@pytest.mark.parametrize(
    "answers, together",
    [
        ((), U),
        ((U,), U),
        ((N,), N),
        ((Y,), Y),
        ((N, N), N),
        ((N, U), U),
        ((U, Y, N), Y),
        ((N, Y), Y),
    ],
)
def test_any_client_suffices_and_an_unknown_one_leaves_the_answer_open(answers: tuple[Tri, ...], together: Tri) -> None:
    assert any_of(answers) is together


@pytest.mark.parametrize(
    "clients, prompts, windows, impersonates",
    [
        ((), U, U, False),
        (("-",), U, U, False),
        ((make.NEW_MAC,), Y, N, True),
        ((make.NEW_MAC, "-"), Y, U, True),
        ((make.OLD_WINDOWS, make.NEW_MAC), Y, Y, True),
        ((make.OLD_WINDOWS, make.OLD_MAC), N, Y, False),
        ((make.OLD_MAC, "5.2"), U, U, False),
    ],
)
def test_a_user_answers_with_all_his_clients(
    clients: tuple[str, ...], prompts: Tri, windows: Tri, impersonates: bool
) -> None:
    user = decode(make.facts(clients=clients))
    assert (user.prompt_capable, user.windows, user.can_impersonate) == (prompts, windows, impersonates)
