"""What a shell offers: asked as the shells ask, quick, silent, and without a trace."""

import os
import sys
from pathlib import Path

import pytest
from click.shell_completion import get_completion_class

from calplan.cli.approval import login_name
from calplan.cli.main import COMPLETING
from calplan.cli.main import calplan as program
from tests.cli.make import calplan, folder, in_a_shell, saved, start, write

SECRET = {"kind": "secret", "from": {"env": "CALPLAN_SECRET_NOWHERE"}}
ZOOM = {"type": "zoom", "accountId": "a", "clientId": "c", "credential": SECRET}


@pytest.fixture
def corp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of documents with a saved plan beside it, and another whose account is at a vendor."""
    path = folder(tmp_path / "corp")
    saved(path)
    (tmp_path / "far" / "away").mkdir(parents=True)
    write(tmp_path / "far" / "away" / "account.yaml", "Account", {"name": "far"}, {"platform": ZOOM})
    (tmp_path / "empty").mkdir()
    (tmp_path / "other.yaml").write_text("kind: Deployment\n", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return path


def offered(line: str, shell: str = "bash") -> list[str]:
    """The answer to a shell about the last word of a command line, which may be empty."""
    words = line.split(" ")
    kind = get_completion_class(shell)
    assert kind is not None
    with pytest.MonkeyPatch.context() as changed:
        changed.setenv("COMP_WORDS", line)
        changed.setenv("COMP_CWORD", words[-1] if shell == "fish" else str(len(words) - 1))
        return kind(program, {}, "calplan", COMPLETING).complete().splitlines()


def values(line: str) -> list[str]:
    return [one.partition(",")[2] for one in offered(line) if one.startswith("plain,")]


def traces() -> set[str]:
    return {os.path.join(place, name) for place, _, names in os.walk(".") for name in names}  # noqa: PTH118 - text


def test_commands_are_offered_with_what_they_do(corp: Path) -> None:
    assert values("calplan ver") == ["verify", "version"]
    lines = offered("calplan dri", "zsh")
    assert lines == ["plain", "drift", "Say where the account is otherwise than its policy wants it."]
    assert offered("calplan dri", "powershell") == lines


@pytest.mark.parametrize("command", ["plan", "drift", "validate", "impact", "why ann@corp.example", "check", "apply"])
def test_a_path_is_a_folder_of_documents_or_a_saved_plan(command: str, corp: Path) -> None:
    assert values(f"calplan {command} ") == ["corp.plan", "corp", "far/away"]


def test_inside_of_a_folder_its_documents_are_offered(corp: Path) -> None:
    assert values("calplan plan corp/") == ["corp/account.yaml", "corp/live.yaml", "corp/policy.yaml"]
    assert values("calplan plan corp/pol") == ["corp/policy.yaml"]
    assert values("calplan plan ./co") == ["./corp.plan", "./corp"]


def test_where_a_plan_is_wanted_plans_are_offered_and_else_what_the_shell_knows(corp: Path) -> None:
    assert values("calplan show ") == ["corp.plan"]
    assert values("calplan plan --previous ") == ["corp.plan"]
    assert offered("calplan show nothing") == ["file,nothing"]


def test_what_would_have_to_be_quoted_is_left_to_the_shell(corp: Path) -> None:
    Path("corp.plan").rename("my plan.calplan")
    assert offered("calplan show my") == ["file,my"]


def test_accounts_are_those_of_the_path_that_was_typed(corp: Path) -> None:
    assert values("calplan plan --account ") == ["corp", "far"]
    assert values("calplan plan corp --account ") == ["corp"]
    assert values("calplan why ann@corp.example far --account ") == ["far"]
    assert values("calplan export --account f") == ["far"]
    assert values("calplan plan empty --account ") == []


def test_outcomes_codes_gates_packs_kinds_and_formats_are_offered(corp: Path) -> None:
    assert values("calplan impact --outcome disconnected_s") == ["disconnected_silent"]
    assert values("calplan why ann@corp.example --not disconnected_s") == ["disconnected_silent"]
    assert values("calplan explain R10b") == ["R10b1", "R10b2", "R10b3"]
    assert values("calplan explain c-comp") == ["C-COMPILE"]
    assert values("calplan apply --allow limit.s") == ["limit.silent"]
    assert values("calplan plan --pack cis") == ["cis-zoom-1.0"]
    assert values("calplan schema Cal") == values("calplan schema cal") == ["CalendarPolicy"]
    assert values("calplan plan -o nd") == ["ndjson"]


def test_runs_are_offered_from_the_state_and_only_open_ones_to_go_on_with(corp: Path) -> None:
    assert values("calplan log ") == []
    assert calplan("apply", "corp", "--auto-approve").code.value == 0
    (run,) = values("calplan log ")
    assert calplan("log", run).out
    for command in ("verify", "attest", "rollback"):
        assert values(f"calplan {command} ") == [run]
    assert values("calplan apply --resume ") == []
    assert offered(f"calplan log {run[:4]}", "fish") == [f"plain,{run}\tcorp: applied, {login_name()}"]


@pytest.mark.parametrize("place", ["postgresql://nobody@nowhere.invalid/calplan", "postgresql://", "nonsense:x"])
def test_a_state_elsewhere_is_not_asked(place: str, corp: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_STATE", place)
    assert values("calplan log ") == []


@pytest.mark.parametrize("broken", [b"a: [\n", b"apiVersion: calplan/v1\nkind: Account\nmetadata: 3\n", b"\xff\xfe"])
def test_a_broken_document_costs_nothing_but_its_name(broken: bytes, corp: Path) -> None:
    (corp / "broken.yaml").write_bytes(broken + b"# calplan/v1")
    assert values("calplan plan corp --account ") == ["corp"]


def test_completing_leaves_no_trace_and_resolves_nothing(corp: Path) -> None:
    before = traces()
    for line in (
        "plan ",
        "plan far/away --account ",
        "log ",
        "apply --resume ",
        "state unlock ",
        "explain ",
        "verify ",
    ):
        offered(f"calplan {line}")
    assert traces() == before
    assert not Path(".calplan").exists()


@pytest.mark.parametrize("line", ["calplan bogus --", "calplan plan --nonsense ", "calplan state bogus ", "calplan ''"])
def test_a_command_line_that_is_wrong_is_no_error(line: str, corp: Path) -> None:
    said = start(COMP_WORDS=line, COMP_CWORD=str(len(line.split(" ")) - 1), **{COMPLETING: "bash_complete"})
    assert (said.returncode, said.stderr) == (0, "")


def test_completing_imports_no_heavy_library(corp: Path) -> None:
    lazy = "import sys; from calplan.cli import main\ntry: main.main()\nexcept SystemExit: pass\n"
    heavy = "('sqlalchemy', 'msal', 'exchangelib', 'httpx2', 'jinja2', 'cel_expr_python', 'rich')"
    shown = f"sys.__stdout__.write(str([one for one in {heavy} if one in sys.modules]))"
    said = in_a_shell(
        'python3 -c "$CODE"',
        CODE=lazy + shown,
        COMP_WORDS="calplan plan corp --account ",
        COMP_CWORD="4",
        PATH=f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        **{COMPLETING: "bash_complete"},
    )
    assert said.stdout == "plain,corp\n[]", said.stderr


def test_a_real_bash_completes(corp: Path, tmp_path: Path) -> None:
    program = tmp_path / "bin" / "calplan"  # what bash starts for an answer is a file, and no function of the shell
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nfrom calplan.cli.main import main\nmain()\n", encoding="utf-8")
    program.chmod(0o755)
    script = (
        'eval "$(calplan completion bash)"; COMP_WORDS=(calplan plan corp/p); COMP_CWORD=2; '
        "_calplan_completion calplan; printf '%s\\n' \"${COMPREPLY[@]}\""
    )
    said = in_a_shell(script, PATH=f"{program.parent}:{os.environ['PATH']}")
    assert said.stdout == "corp/policy.yaml\n", said.stderr


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_each_shell_has_a_script(shell: str) -> None:
    assert f"{shell}_complete" in calplan("completion", shell).out
