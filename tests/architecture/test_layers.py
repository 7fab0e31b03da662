"""Imports point down the layers of the house, and the simulated account stands apart from the forecast."""

import subprocess
import sys
from pathlib import Path

from tests.architecture.source import PACKAGE, ROOT, modules_below

HALVES_OF_THE_SANDBOX = ("calplan.sandbox.account", "calplan.model")


def test_every_import_points_down_the_layers() -> None:
    # In a process of its own: it silences every logger of the one it runs in.
    program = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    asked = subprocess.run(
        [sys.executable, "-c", program, "--no-cache", "--no-logo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert asked.returncode == 0, asked.stdout + asked.stderr
    assert " 0 broken" in asked.stdout


def test_the_contracts_name_the_layers_of_the_architecture() -> None:
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    layers = [line.strip(' ",()') for line in text.partition("layers = [")[2].partition("]")[0].splitlines() if line]
    assert layers == [
        "cli",
        "sandbox.servers",
        "providers",
        "sandbox.account | state | render | policyfile",
        "apply",
        "guardrails",
        "plan",
        "impact",
        "diff",
        "model",
    ]


def test_the_simulated_account_imports_the_model_alone() -> None:
    account = PACKAGE / "sandbox" / "account"
    modules = modules_below(account, *Path(PACKAGE / "sandbox").glob("account.py"))
    assert modules, "the simulated account has moved: tell this test where to"
    strangers = [
        f"{module.path}:{line}: {name}"
        for module in modules
        for line, name, _ in module.imports()
        if name.partition(".")[0] == "calplan" and not within(name, HALVES_OF_THE_SANDBOX)
    ]
    assert strangers == []


def test_the_servers_know_nothing_of_the_adapters_that_they_are_held_against() -> None:
    servers = modules_below(PACKAGE / "sandbox" / "servers")
    assert servers, "the servers have moved: tell this test where to"
    strangers = [
        f"{module.path}:{line}: {name}"
        for module in servers
        for line, name, _ in module.imports()
        if name.partition(".")[0] == "calplan" and not within(name, ("calplan.model", "calplan.sandbox"))
    ]
    assert strangers == []


def within(name: str, packages: tuple[str, ...]) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)
