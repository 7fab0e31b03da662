"""Builders of documents and folders for the tests of ``policyfile``."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.judge import Judged, judge
from calplan.policyfile.loader import load
from calplan.policyfile.row_source import InvalidFileError
from calplan.render.diagnostic import render_diagnostic

DAY = date(2026, 11, 22)
"""The day that documents are judged by."""
HEAD = "apiVersion: calplan/v1\nkind: {kind}\nmetadata: {metadata}\n"


def document(kind: str, rest: str, metadata: str = "{name: contoso, account: contoso}") -> str:
    """A document of a kind; ``rest`` follows the metadata."""
    return HEAD.format(kind=kind, metadata=metadata) + rest


def policy(spec: str, name: str = "contoso", account: str = "contoso") -> str:
    """A CalendarPolicy with the lines of its ``spec``, not indented."""
    lines = "".join(f"  {line}\n" if line else "\n" for line in spec.strip("\n").split("\n"))
    return document("CalendarPolicy", f"spec:\n{lines}", f"{{name: {name}, account: {account}}}")


def service(text: str) -> str:
    """A CalendarPolicy that states only its service, in flow style."""
    return policy(f"integration:\n  service: {text}")


def account(spec: str = "platform: {type: local, path: contoso.db}", name: str = "contoso") -> str:
    """An Account with the lines of its ``spec``, not indented."""
    lines = "".join(f"  {line}\n" for line in spec.strip("\n").split("\n"))
    return document("Account", f"spec:\n{lines}", f"{{name: {name}}}")


SETTINGS = """\
integration: {enabled: true, locked: false, service: {type: exchange-mapi}}
allowedDomains: any
bidirectionalSync: true
office365: {consentForAccount: false, enforceOAuth: false}
"""


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """The folder with these files in it."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return folder


def judged(content: str | bytes, name: str = "policy.yaml", as_of: date = DAY) -> Judged:
    """What comes of one file in the working directory that was asked for by name."""
    write(Path(), {name: content})
    return judge(load(Path(name)), asked_for=True, as_of=as_of)


def rendered(diagnostics: tuple[Diagnostic, ...]) -> str:
    """All diagnostics as a person reads them."""
    return "\n\n".join(render_diagnostic(one) for one in diagnostics) + "\n" if diagnostics else "nothing\n"


def codes(diagnostics: tuple[Diagnostic, ...]) -> list[str]:
    return [one.code for one in diagnostics]


def assert_has_a_place(diagnostics: tuple[Diagnostic, ...]) -> None:
    """Every diagnostic names a file and a line, and can be rendered."""
    for one in diagnostics:
        assert one.position is not None
        assert one.position.file
        assert one.position.line >= 1
        assert one.position.column >= 1
        assert one.position.length >= 1
        render_diagnostic(one)


def refused(error: InvalidFileError) -> str:
    """What a file of rows or settings is refused with, as a person reads it."""
    assert_has_a_place(error.diagnostics)
    return rendered(error.diagnostics)
