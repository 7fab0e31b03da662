"""``action.yml`` itself: its steps run by bash with the variables that a runner makes of its inputs."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import yaml

from tests.architecture.source import ROOT
from tests.cli.action.github import SAME, Ended, ended, heard, runner
from tests.cli.make import LONGEST, folder

EXPRESSION: Final = re.compile(r"\$\{\{ *([a-z.-]+) *\}\}")
INSTALLED: Final = """#!/bin/sh
if [ "$1" = -I ] && [ "$2" = -m ]; then
  exec {python} -I -c 'import runpy, sys; sys.path.insert(0, "{root}"); runpy.run_module("'"$3"'", run_name="__main__")'
fi
PYTHONPATH="{root}" exec {python} "$@"
"""
"""Stands for the Python that the action installs: this one, which finds calplan here and, with ``-I``, nothing else."""
HOSTILE: Final = "from pathlib import Path\nPath('{made}').touch()\n"


def action() -> dict[str, Any]:
    read = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))
    assert isinstance(read, dict)
    return read


def filled(text: str, values: Mapping[str, str]) -> str:
    """A text with its expressions put in, as the runner does before a step begins."""
    return EXPRESSION.sub(lambda found: values[found[1]], text)


def run_action(work: Path, surroundings: dict[str, str], inputs: Mapping[str, str]) -> Ended:
    """Run the step that runs calplan as a runner does: bash, a file for the script, no other variables."""
    described = action()
    defaults = {name: str(one.get("default", "")) for name, one in described["inputs"].items()}
    assert inputs.keys() <= defaults.keys()
    values = {f"inputs.{name}": value for name, value in {**defaults, **inputs}.items()}
    values = {name: filled(value, {"github.token": "ghs_canary7f3a9"}) for name, value in values.items()}
    (step,) = (one for one in described["runs"]["steps"] if one.get("id") == "calplan")
    python = Path(surroundings["RUNNER_TEMP"]) / "calplan-installed" / "bin" / "python"
    python.parent.mkdir(parents=True, exist_ok=True)
    python.write_text(INSTALLED.format(python=sys.executable, root=ROOT), encoding="utf-8")
    python.chmod(0o755)
    script = work / "script.sh"
    script.write_text(step["run"], encoding="utf-8")
    stated = {name: filled(value, values) for name, value in step["env"].items()}
    kept = {name: value for name, value in surroundings.items() if not name.startswith("CALPLAN_ACTION_")}
    asked = subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
        cwd=work / filled(step["working-directory"], values),
        env={"PATH": os.environ["PATH"], "CI": "true", **kept, **stated},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        check=False,
        timeout=LONGEST,
    )
    return ended(asked.returncode, asked.stdout)


def test_the_step_plans_what_is_proposed_and_imports_nothing_that_lies_there(tmp_path: Path) -> None:
    proposed = folder(tmp_path / "proposed" / "corp").parent
    for name in ("calplan", "json", "runpy"):
        (proposed / name).mkdir()
        (proposed / name / "__init__.py").write_text(HOSTILE.format(made=tmp_path / "made"), encoding="utf-8")
    inputs = {"command": "plan", "working-directory": "proposed", "path": "corp"}
    told = run_action(tmp_path, runner("pull_request", SAME), inputs)
    assert told.status == 0, told.log
    assert told.outputs["disconnected"] == "2"
    assert told.summary.startswith("<!-- calplan:corp -->\n")
    assert not (tmp_path / "made").exists()
    assert "none of CALPLAN_SECRET_NAMES" in told.log


def test_an_input_is_never_a_part_of_a_script(tmp_path: Path) -> None:
    made = tmp_path / "made"
    hostile = f'"; touch {made}; echo "$(touch {made})`touch {made}`'
    told = run_action(tmp_path, runner(), {"command": "validate", "path": hostile, "account": hostile})
    assert told.status == 64
    assert not made.exists()
    (tmp_path / "corp").mkdir()
    told = run_action(tmp_path, runner(), {"command": hostile})
    assert told.status == 64
    (said,) = heard(told.log)
    assert "it takes one of plan" in said
    assert not made.exists()


def test_every_python_of_the_action_is_deaf_to_the_folder_that_it_works_in() -> None:
    scripts = [one["run"] for one in action()["runs"]["steps"] if "run" in one]
    started = [line for script in scripts for line in re.findall(r"\bpython\"? [^\n]*", script)]
    assert len(started) == 4
    assert [line for line in started if not re.match(r"python\"? -I -m ", line)] == []
    for script in scripts:
        assert subprocess.run(["bash", "-n", "-c", script], check=False).returncode == 0


def test_the_action_gives_every_output_that_it_describes() -> None:
    described = action()
    given = re.findall(
        r'^        "([a-z-]+)": ', (ROOT / "calplan/cli/action/told.py").read_text("utf-8"), re.MULTILINE
    )
    assert described["outputs"].keys() == set(given) - {"folder"}
    values = {name: one["value"] for name, one in described["outputs"].items()}
    assert values == {name: f"${{{{ steps.calplan.outputs.{name} }}}}" for name in values}
