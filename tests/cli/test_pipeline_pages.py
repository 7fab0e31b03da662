"""The pages about pipelines show what their commands print."""

import re
import shlex
import shutil
from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import calplan

CONSOLE = re.compile(r"^```console\n\$ calplan (.*?)\n(.*?)^```", re.MULTILINE | re.DOTALL)


@pytest.mark.parametrize("name", ["github", "gitlab"])
def test_a_page_shows_what_its_command_prints(name: str, repository: Path) -> None:
    users = Path("examples/narrow-permissions/users.ndjson")
    users.parent.mkdir(parents=True)
    shutil.copy(repository / users, users)
    page = (repository / "docs" / "how-to" / f"{name}.md").read_text(encoding="utf-8")
    ((command, shown),) = CONSOLE.findall(page)
    said = calplan(*shlex.split(command))
    assert said.code is ExitCode.DONE, said.err
    printed = iter(said.out.splitlines())
    assert [line for line in shown.splitlines() if line != "..." and line not in printed] == []
