"""How far a long read has come: a line on a terminal that is gone at the end, lines now and then in CI."""

import contextlib
from io import StringIO
from pathlib import Path

import pytest

from calplan.cli import progress
from calplan.cli.chosen import choose
from calplan.cli.exit_codes import StopError
from calplan.cli.main import run
from calplan.cli.progress import ERASE, NowAndThen, Overwriting, ProgressLine
from calplan.cli.wiring import Opened, open_account
from calplan.providers.errors import UnreachableError
from calplan.providers.observing import News, Progress, Wait
from calplan.render.progress import time_in_words
from tests.cli.make import calplan, folder


class Ticking:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


class Terminal(StringIO):
    """Takes what is written to a terminal without a size."""

    def isatty(self) -> bool:
        return True


def users(done: int, total: int | None = 12_000) -> Progress:
    return Progress(source="Zoom", what="active users", done=done, total=total)


def on_a_terminal(*told: tuple[float, News], columns: int = 80) -> list[str]:
    """The states of the line, one after the other; an empty one where it was erased."""
    stream, clock = StringIO(), Ticking()
    with ProgressLine(Overwriting(stream, lambda: columns, 0.0), clock) as line:
        for clock.now, news in told:
            line(news)
    return [state.removesuffix("\r") for state in stream.getvalue().split(ERASE)[1:]]


def in_a_log(*told: tuple[float, News]) -> list[str]:
    lines: list[str] = []
    clock = Ticking()
    with ProgressLine(NowAndThen(lines.append, 0.0), clock) as line:
        for clock.now, news in told:
            line(news)
    return lines


def test_a_line_shows_the_rate_and_the_time_that_is_left_and_is_gone_at_the_end() -> None:
    assert on_a_terminal((0.0, users(0)), (2.0, users(4000)), (4.0, users(8000))) == [
        "Zoom: 4,000 of 12,000 active users, 2,000/s, 4 s left",
        "Zoom: 8,000 of 12,000 active users, 2,000/s, 2 s left",
        "",
    ]


def test_a_read_that_is_over_within_a_second_shows_nothing() -> None:
    assert on_a_terminal((0.0, users(0)), (0.5, users(4000)), (0.99, users(12_000))) == []


def test_a_line_is_redrawn_ten_times_in_a_second_at_most() -> None:
    states = on_a_terminal(*((number / 100, users(number)) for number in range(301)))
    assert 20 <= len(states) <= 22


def test_without_a_total_nobody_says_how_long_it_takes() -> None:
    assert on_a_terminal((0.0, users(0, None)), (2.0, users(9, None)))[0] == "Zoom: 9 active users, 4.5/s"


def test_what_was_kept_from_an_earlier_read_counts_for_no_rate() -> None:
    assert on_a_terminal((0.0, users(10_000)), (2.0, users(10_020)))[0].endswith("10/s, 3 min 18 s left")


def test_another_piece_of_work_has_a_rate_of_its_own() -> None:
    other = Progress(source="Google", what="users", done=0, total=10)
    assert on_a_terminal((0.0, users(0)), (2.0, users(4000)), (3.0, other))[1] == "Google: 0 of 10 users"


def test_the_same_work_begun_again_has_a_rate_of_its_own() -> None:
    told = ((0.0, users(0)), (100.0, users(100)), (200.0, users(0)), (202.0, users(200)))
    assert on_a_terminal(*told)[2] == "Zoom: 200 of 12,000 active users, 100/s, 1 min 58 s left"


@pytest.mark.parametrize(
    "asked, said",
    [(True, "Zoom asks to wait 12 s"), (False, "Zoom does not answer as it should; trying again in 12 s")],
)
def test_a_pause_is_shown_at_once_if_it_is_long(asked: bool, said: str) -> None:
    wait = Wait(source="Zoom", seconds=11.3, asked=asked)
    assert on_a_terminal((0.0, wait), (11.3, users(1))) == [said, "Zoom: 1 of 12,000 active users", ""]
    assert in_a_log((0.0, wait)) == [said]


def test_a_short_pause_at_the_beginning_is_not_shown() -> None:
    assert on_a_terminal((0.0, Wait(source="Zoom", seconds=0.4, asked=True))) == []


def test_a_log_gets_one_line_in_ten_seconds() -> None:
    assert in_a_log(*((float(second), users(second * 100)) for second in range(31))) == [
        "Zoom: 1,000 of 12,000 active users, 100/s, 1 min 50 s left",
        "Zoom: 2,000 of 12,000 active users, 100/s, 1 min 40 s left",
        "Zoom: 3,000 of 12,000 active users, 100/s, 1 min 30 s left",
    ]


def test_a_narrow_terminal_gets_no_second_line() -> None:
    assert on_a_terminal((0.0, users(0)), (2.0, users(4000)), columns=30)[0] == "Zoom: 4,000 of 12,000 acti..."


def test_signs_that_steer_a_terminal_do_not_reach_it() -> None:
    evil = Progress(source="a\x1b[2J.db", what="users", done=5)
    assert on_a_terminal((2.0, evil))[0] == "a\\x1b[2J.db: 5 users"


@pytest.mark.parametrize(
    "seconds, said",
    [
        (0.0, "1 s"),
        (59.0, "59 s"),
        (59.5, "1 min 00 s"),
        (200.0, "3 min 20 s"),
        (3599.5, "1 h 00 min"),
        (3900, "1 h 05 min"),
    ],
)
def test_times_are_said_as_people_say_them(seconds: float, said: str) -> None:
    assert time_in_words(seconds) == said


def told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no time pass before a line is shown."""
    for name in ("QUICK", "REDRAWN", "NOW_AND_THEN"):
        monkeypatch.setattr(progress, name, 0.0)


def on_streams(*words: str | Path, err: StringIO) -> tuple[str, str]:
    """What a command writes to standard output, and to this standard error."""
    with contextlib.redirect_stdout(StringIO()) as out, contextlib.redirect_stderr(err):
        run([str(word) for word in words])
    return out.getvalue(), err.getvalue()


@pytest.mark.parametrize("form", ["text", "json", "ndjson", "csv"])
def test_what_is_shown_on_the_way_changes_no_byte_of_the_result(
    form: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1800000000")
    corp = folder(tmp_path / "corp")
    calplan("plan", corp)
    quiet, nothing = on_streams("plan", corp, "-o", form, err=StringIO())
    told_at_once(monkeypatch)
    shown, line = on_streams("plan", corp, "-o", form, err=Terminal())
    monkeypatch.setenv("CALPLAN_IN_AUTOMATION", "1")
    logged, lines = on_streams("plan", corp, "-o", form, err=StringIO())
    assert shown == logged == quiet
    assert nothing == ""
    assert line == f"{ERASE}corp.db: 4 of 4 users\r{ERASE}"
    assert lines == "corp.db: 4 of 4 users\n"


@pytest.mark.parametrize(
    "error, raised", [(UnreachableError("gone"), StopError), (KeyboardInterrupt(), KeyboardInterrupt)]
)
def test_nothing_is_left_where_reading_ends_early(
    error: BaseException, raised: type[BaseException], tmp_path: Path
) -> None:
    chosen = choose((folder(tmp_path / "corp"),))
    stream, clock = StringIO(), Ticking()
    line = ProgressLine(Overwriting(stream, lambda: 80, 0.0), clock)
    opened = Opened(platform=open_account(chosen.account).platform, line=line)
    clock.now = 2.0

    def read() -> None:
        with opened.reading():
            line(users(5))
            raise error

    with pytest.raises(raised):
        read()
    assert stream.getvalue() == f"{ERASE}Zoom: 5 of 12,000 active users\r{ERASE}"


def test_a_log_that_is_asked_for_is_not_written_over(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_at_once(monkeypatch)
    corp = folder(tmp_path / "corp")
    monkeypatch.setenv("CALPLAN_LOG", "info")
    assert "corp.db: 4 of 4 users\n" in on_streams("plan", corp, err=Terminal())[1]


def test_a_terminal_that_cannot_erase_gets_lines(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_at_once(monkeypatch)
    monkeypatch.setenv("TERM", "dumb")
    corp = folder(tmp_path / "corp")
    assert "\x1b" not in on_streams("plan", corp, err=Terminal())[1]


def test_an_apply_begins_each_line_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told_at_once(monkeypatch)
    corp = folder(tmp_path / "corp")
    shown = on_streams("apply", corp, "--auto-approve", err=Terminal())[1]
    assert "corp.db: 4 of 4 users" in shown
    assert all(state in ("", "corp.db: 4 of 4 users\r") or state[-1] == "\n" for state in shown.split(ERASE))
    assert calplan("plan", corp, "--detailed-exitcode").code.value == 0
