"""What can be wrong with an account's file. Messages are for an admin and name the file."""

from pathlib import Path


class AccountError(Exception):
    """The account could not be used; ``outcome_unknown`` is set when it is unclear whether a write took place."""

    def __init__(self, message: str, *, outcome_unknown: bool = False) -> None:
        super().__init__(message)
        self.outcome_unknown = outcome_unknown


class MissingAccountError(AccountError):
    """There is no file."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no account at {path}")


class AccountExistsError(AccountError):
    """A new account would take the place of a file that is there."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} exists; an account is never overwritten")


class MissingFolderError(AccountError):
    """The folder in which an account is to be made does not exist."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"there is no folder {path.parent} to make {path.name} in")


class LeftoverJournalError(AccountError):
    """A journal lies where the account is to be made: SQLite would undo a write of an account that is gone."""

    def __init__(self, journal: Path) -> None:
        super().__init__(f"{journal} is left over from an account that was removed; remove it too")


class ForeignFileError(AccountError):
    """The file is something else: no database, or the database of another program."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is not an account made by calplan")


class NewerAccountError(AccountError):
    """A later calplan made the file, in a layout this one does not know."""

    def __init__(self, path: Path, version: int) -> None:
        super().__init__(f"{path} has layout {version}, made by a newer calplan; update calplan to read it")


class CorruptAccountError(AccountError):
    """The file is an account, and damaged."""


class BusyAccountError(AccountError):
    """Another process held the file for longer than we waited; nothing was written."""

    def __init__(self, path: Path) -> None:
        super().__init__(f"{path} is in use by another process; try again when it is done")


class ForbiddenAccountError(AccountError):
    """The operating system does not let us read or write the file."""


class BadUserError(AccountError):
    """A user that an account cannot hold: the address comes twice, or a word is not of the vocabulary."""


class BadOverrideError(AccountError):
    """An override that an account cannot hold: of a group it does not have, or the second one of a group."""


class UnknownGroupError(AccountError):
    """The account has no such group."""

    def __init__(self, group: str) -> None:
        super().__init__(f"the account has no group {group}")


class UnknownUserError(AccountError):
    """The account has no such user."""

    def __init__(self, email: str) -> None:
        super().__init__(f"the account has no user {email}")


class UnknownPairError(AccountError):
    """The account has no such scheduling privilege; flags are changed on existing ones only."""

    def __init__(self, user: str, assistant: str) -> None:
        super().__init__(f"{user} has given no scheduling privilege to {assistant}")
