"""A snapshot of an account with every vendor beside it: planned where there is no secret and nobody answers."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan
from tests.e2e.vendors import Vendors, every_vendor

pytestmark = pytest.mark.loopback
NAMES = ("ann@", "bob@", "eve@")


def plan(*words: str | Path) -> dict[str, Any]:
    said = calplan("plan", "corp", "-o", "json", *words)
    assert said.code is ExitCode.DONE, said.err
    return dict(json.loads(said.out))


def text_in(file: str) -> str:
    with zipfile.ZipFile(file) as archive:
        return "".join(archive.read(name).decode() for name in archive.namelist())


def taken(vendors: Vendors) -> dict[str, Any]:
    """The live plan, and beside it a snapshot with names and one without."""
    live = plan()
    for more in (("named",), ("shown", "--redact")):
        said = calplan("snapshot", vendors.corp, "--out", *more)
        assert said.code is ExitCode.DONE, said.err
    return live


def test_it_plans_as_the_vendors_said_with_none_of_them_there() -> None:
    with pytest.MonkeyPatch.context() as patch:
        with every_vendor(patch) as vendors:
            live = taken(vendors)
            secrets = vendors.secrets
        for name in vendors.neighbours.secrets:
            patch.delenv(name)
        # The servers are gone, and so is every secret.
        named, shown = (plan("--snapshot", file) for file in ("named", "shown"))
    assert named["plan_id"] == live["plan_id"]
    assert named["diagnostics"] == live["diagnostics"]
    assert [one["source"] for one in named["evidence"]] == [one["source"] for one in live["evidence"]]
    assert shown["impact"] == live["impact"]
    assert [secret for secret in secrets for file in ("named", "shown") if secret in text_in(file)] == []
    assert [name for name in NAMES if name in text_in("shown") + json.dumps(shown)] == []
    assert not Path("corp.db").exists()
