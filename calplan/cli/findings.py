"""Findings in the formats of other machines, for every command that has findings."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from calplan import __version__
from calplan.cli.plan_codes import OTHER_CODES
from calplan.render.explain import explain
from calplan.render.findings import Finding
from calplan.render.github import github
from calplan.render.gitlab import gitlab
from calplan.render.junit import findings_junit
from calplan.render.sarif import sarif
from calplan.render.source_root import SourceRoot

MACHINE_FORMATS: Final = ("sarif", "junit", "github", "gitlab")


def findings_in(name: str, findings: Sequence[Finding], *, command: str) -> Iterator[str]:
    """The findings of a command in one of ``MACHINE_FORMATS``."""
    root = source_root()
    match name:
        case "sarif":
            yield from sarif(findings, root=root, explained=explained, command=command, version=__version__)
        case "junit":
            yield findings_junit(findings, root=root, command=command)
        case "gitlab":
            yield from gitlab(findings, root=root)
        case _:
            yield from github(findings, root=root)


def explained(code: str) -> str | None:
    """What ``calplan explain`` says of a code, or ``None``."""
    return explain(code, OTHER_CODES)


def source_root() -> SourceRoot:
    """The root of the repository that the working directory lies in, or the working directory itself."""
    here = Path.cwd()
    folder = next((one for one in (here, *here.parents) if (one / ".git").exists()), here)
    return SourceRoot(folder=folder, start=here)
