"""Every command that colours asks the same question, and every variable is heard everywhere."""

import contextlib
from io import StringIO
from pathlib import Path

import pytest

from calplan.cli.main import run
from calplan.cli.terminal import asked_for
from tests.cli.make import LIVE, LOCKED, calplan, folder, saved, user, write

COLOUR = "\x1b["
COMMANDS = {
    "plan": ("plan", "corp"),
    "show": ("show", "corp.plan"),
    "impact": ("impact", "corp"),
    "why": ("why", "ann@corp.example", "corp"),
    "drift": ("drift", "corp"),
    "check": ("check", "corp"),
    "test": ("test", "corp"),
    "validate": ("validate", "corp"),
}
RULE = {"id": "ONE", "severity": "warn", "expression": "policy.integration.locked == false", "message": "m"}


class Terminal(StringIO):
    """Takes what is written to a terminal without a size."""

    def isatty(self) -> bool:
        return True


@pytest.fixture
def corp(tmp_path: Path) -> None:
    path = folder(tmp_path / "corp")
    write(path / "rules.yaml", "Guardrails", {"name": "rules"}, {"rules": [RULE]})
    given = {"settings": LIVE, "users": [user("ann@corp.example")]}
    scenario = {"given": given, "when": {"policy": LOCKED}, "then": {"counts": {"blocked": 0}}}
    write(path / "scenario.yaml", "Scenario", {"name": "one"}, scenario)
    saved(path)


def coloured(stream: StringIO, *words: str) -> bool:
    with contextlib.redirect_stdout(stream), contextlib.redirect_stderr(StringIO()):
        run(words)
    assert stream.getvalue(), words
    return COLOUR in stream.getvalue()


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_that_colours_obeys_each_variable(
    command: str, corp: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = COMMANDS[command]
    assert coloured(Terminal(), *words)
    assert not coloured(StringIO(), *words)
    assert coloured(StringIO(), *words, "--color", "always")
    assert not coloured(Terminal(), *words, "--color", "never")
    for name, value in (("CLICOLOR", "0"), ("TERM", "dumb"), ("NO_COLOR", "1")):
        with monkeypatch.context() as patch:
            patch.setenv(name, value)
            assert not coloured(Terminal(), *words), name
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        with monkeypatch.context() as patch:
            patch.setenv(name, "1")
            assert coloured(StringIO(), *words), name


@pytest.mark.parametrize(
    "environment, asked",
    [
        ({}, None),
        ({"TERM": "xterm"}, None),
        ({"TERM": "dumb"}, False),
        ({"NO_COLOR": ""}, None),
        ({"NO_COLOR": "0"}, False),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": "1", "CLICOLOR_FORCE": "1"}, False),
        ({"FORCE_COLOR": "1", "TERM": "dumb"}, True),
        ({"FORCE_COLOR": ""}, None),
        ({"CLICOLOR_FORCE": "1", "CLICOLOR": "0"}, True),
        ({"CLICOLOR_FORCE": "0"}, None),
        ({"CLICOLOR_FORCE": ""}, None),
        ({"CLICOLOR": "0"}, False),
        ({"CLICOLOR": "1"}, None),
    ],
)
def test_what_the_variables_ask_for(environment: dict[str, str], asked: bool | None) -> None:
    assert asked_for(environment) is asked


def test_machine_formats_and_files_have_no_colour(corp: None, monkeypatch: pytest.MonkeyPatch) -> None:
    for form in ("json", "ndjson", "csv", "markdown", "github"):
        assert not coloured(Terminal(), "plan", "corp", "-o", form)
    calplan("impact", "corp", "-o", "text=impact.txt")
    assert COLOUR not in Path("impact.txt").read_text("utf-8")
