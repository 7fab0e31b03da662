"""The error about files that an account or a provider is made of."""

from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.providers.errors import InvalidAccountError


class InvalidFilesError(InvalidAccountError):
    """A file that an account is made of is not valid: ``diagnostics`` say where and why, the message in brief."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        lines = [f"{_place(one)}{one.summary}" for one in errors_in(diagnostics)]
        super().__init__("\n".join(lines))
        self.diagnostics = diagnostics


def _place(diagnostic: Diagnostic) -> str:
    position = diagnostic.position
    return f"{position.file}:{position.line}: " if position else ""
