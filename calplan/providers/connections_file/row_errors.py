"""Errors of a file whose rows are no lines."""

from calplan.policyfile.row_source import Errors


class RowErrors(Errors):
    """Like the errors of a file of lines, but each says which row it means; rows are counted from 1."""

    def add(self, code: str, line: int, summary: str, advice: str = "") -> None:
        """Keep the error of one row. See ``Errors.add``."""
        super().add(code, line, f"row {line}: {summary}", advice)
