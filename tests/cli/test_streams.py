"""Output that nobody reads, that finds no room, or that goes to a terminal; and being interrupted."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import PROGRAM, USERS, at_a_terminal, calplan, folder, in_a_shell, saved, start, surroundings, user

COLOUR = "\x1b["
MANY = tuple(user(f"user{number:04}@corp.example") for number in range(3000))


def applied(corp: Path) -> bool:
    return calplan("plan", corp, "--detailed-exitcode").code is ExitCode.DONE


@pytest.mark.parametrize(
    "line", ["plan corp --users all | head -1", "plan corp -o csv | true", "--help | true", "plan --help | true"]
)
def test_a_reader_who_leaves_early_is_no_fault(line: str, tmp_path: Path) -> None:
    folder(tmp_path / "corp", users=MANY)
    said = in_a_shell(f"set -o pipefail; calplan {line}")
    assert said.returncode == 0, said.stderr
    assert "fault" not in said.stderr
    assert "Traceback" not in said.stderr


@pytest.mark.parametrize("streams", ["| head -1", "2>&1 | true", "<&- >&- 2>&-", ">/dev/full", "2>/dev/full"])
def test_an_apply_is_not_stopped_by_where_its_words_go(streams: str, tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    saved(corp)
    said = in_a_shell(f"set -o pipefail; calplan apply corp.plan {streams}; echo status $? >>status")
    assert Path("status").read_text("utf-8") == "status 0\n", said.stderr
    assert applied(corp)


def test_a_plan_that_finds_no_room_on_standard_output_says_so_and_is_64(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    said = in_a_shell("calplan plan corp >/dev/full")
    assert said.returncode == 64
    assert "error: standard output cannot be written: No space left on device" in said.stderr


def test_an_apply_whose_plan_nobody_can_see_is_not_begun(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    assert in_a_shell("calplan apply corp --auto-approve >/dev/full").returncode == 64
    assert not applied(corp)


@pytest.mark.parametrize("streams", [">&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_fault(streams: str, tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    assert in_a_shell(f"calplan plan corp --out corp.plan {streams}").returncode == 0
    assert calplan("show", "corp.plan").code is ExitCode.DONE
    assert in_a_shell(f"calplan apply corp {streams} <&-").returncode == 64


def test_the_result_goes_to_standard_output_and_all_else_to_standard_error(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    first = start("plan", corp, "--out", "corp.plan")
    assert "note[U-ABSENT]" in first.stderr
    assert "Saved to corp.plan" in first.stderr
    assert first.stdout.startswith("Plan for corp")
    assert first.stdout.endswith("Gates: 0 refused.\n")
    assert start("plan", corp).stderr == ""


def test_a_pipe_gets_neither_colour_nor_line_breaks(tmp_path: Path) -> None:
    corp = folder(tmp_path / "corp")
    said = start("plan", corp, COLUMNS="20")
    assert COLOUR not in said.stdout
    assert max(map(len, said.stdout.splitlines())) > 120


def test_a_terminal_gets_colour_and_lines_that_fit_and_no_address_is_cut(tmp_path: Path) -> None:
    long = "a.very.long.name.of.somebody.who.signs.in@a-very-long-name-of-a-company.and-of-its-branch.example"
    folder(tmp_path / "corp", users=[*USERS, user(long)])
    shown = at_a_terminal("plan", "corp")
    assert shown.status == 0
    assert COLOUR in shown.screen
    lines = re.sub(r"\x1b\[[0-9;]*m", "", shown.screen).splitlines()
    words = [line for line in lines if len(line) > 80 and " " in line.strip()]
    assert long in shown.screen
    assert all(line.startswith(("Plan: ", "note[", " --> ", "  = help")) for line in words), words


@pytest.mark.parametrize(
    "words, more, coloured",
    [
        ((), {}, True),
        ((), {"NO_COLOR": "1"}, False),
        ((), {"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ((), {"TERM": "dumb"}, False),
        (("--color", "never"), {}, False),
        (("--color", "always"), {"NO_COLOR": "1"}, True),
    ],
)
def test_a_terminal_is_coloured_unless_somebody_objects(
    words: tuple[str, ...], more: dict[str, str], coloured: bool, tmp_path: Path
) -> None:
    folder(tmp_path / "corp")
    assert (COLOUR in at_a_terminal("plan", "corp", *words, **more).screen) is coloured


def test_a_pipe_is_coloured_only_if_asked(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    assert COLOUR in start("plan", "corp", FORCE_COLOR="1").stdout
    assert COLOUR in start("plan", "corp", "--color", "always").stdout
    calplan("plan", "corp", "-o", "text=plan.txt")
    assert COLOUR not in Path("plan.txt").read_text("utf-8")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_a_terminal_that_lacks_signs_is_shown_escapes(encoding: str, tmp_path: Path) -> None:
    folder(tmp_path / "corp", users=[user("j\u00fcrgen@corp.example"), user("\u660e@corp.example")])
    program = [*PROGRAM, "plan", "corp", "--users", "all"]
    said = subprocess.run(
        program, capture_output=True, check=False, env=surroundings(PYTHONIOENCODING=encoding, PYTHONUTF8="0")
    )
    assert said.returncode == 0, said.stderr
    assert "\u660e" in said.stdout.decode(encoding) or "\\u660e" in said.stdout.decode(encoding)


def test_standard_output_may_be_named_as_a_file(tmp_path: Path) -> None:
    folder(tmp_path / "corp")
    said = in_a_shell("calplan plan corp -o json=/dev/stdout | cat")
    assert said.stdout.startswith("{")
    assert Path("/dev/stdout").is_symlink()


LISTENS = """
import signal
from calplan.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
"""
"""A job in the background is started deaf to interrupts, and so are tests that run in one."""


def test_a_plan_that_is_interrupted_is_130_and_leaves_nothing_half_written(tmp_path: Path) -> None:
    folder(tmp_path / "corp", users=(user(f"user{number:06}@corp.example") for number in range(40_000)))
    child = subprocess.Popen(
        [sys.executable, "-c", f"{LISTENS}main.main()", "plan", "corp", "--out", "corp.plan"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        env=surroundings(),
    )
    deadline = time.monotonic() + 20
    while not list(Path("corp").glob("*.db*")) and not list(Path("corp").glob(".*")) and time.monotonic() < deadline:
        time.sleep(0.01)
    child.send_signal(signal.SIGINT)
    _, err = child.communicate(timeout=30)
    assert child.returncode == 130, err
    assert err.splitlines()[-1] == "interrupted; nothing was written"
    assert "Traceback" not in err
    assert not Path("corp.plan").exists()
    assert os.listdir() == ["corp"]  # noqa: PTH208 - names, not paths
