"""Making a local account: out of the files that a document or a command names, or out of nothing."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.account_files import read_assistants, read_groups, read_tenant
from calplan.policyfile.documents import CreateFiles, LocalPlatform
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.settings_file import read_settings
from calplan.policyfile.users_file import UsersFile
from calplan.providers.invalid_files import InvalidFilesError
from calplan.providers.local.translation import provider_errors
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account
from calplan.sandbox.account.errors import AccountExistsError
from calplan.sandbox.account.plausible import plausible_account

NOT_STATED: Final = "unknown"
Tell = Callable[[Diagnostic], None]
"""Hears of warnings and notes about the files."""


def say_nothing(_diagnostic: Diagnostic) -> None:
    """Lets warnings and notes go."""


def create_on_first_use(platform: LocalPlatform, account: str, tell: Tell = say_nothing) -> None:
    """Makes the account of this name if there is none and its document says of what.

    Of two first runs one makes it for both.

    Raises:
        ProviderError: a file is not valid, or the account cannot be written.
    """
    with provider_errors(platform.path), suppress(AccountExistsError):
        if platform.create is not None and not platform.path.exists():
            _create(platform.path, platform.create, tell, account=account)


def create_from_files(path: Path, files: CreateFiles, tell: Tell = say_nothing) -> None:
    """Makes the account out of these files.

    Raises:
        ProviderError: a file is not valid, there is an account already, or it cannot be written.
    """
    with provider_errors(path):
        _create(path, files, tell)


def create_plausible(path: Path, *, users: int, seed: int) -> None:
    """Makes an account of made-up users.

    Raises:
        ProviderError: there is an account already, or it cannot be written.
    """
    with provider_errors(path):
        plausible_account(path, users=users, seed=seed)


def _create(path: Path, files: CreateFiles, tell: Tell, *, account: str | None = None) -> None:
    notes: list[Diagnostic] = []
    try:
        settings = read_settings(files.settings)
        tenant, about_tenant = (None, ()) if files.tenant is None else read_tenant(files.tenant)
        groups = None if files.groups is None else {group.id: group.name for group in read_groups(files.groups)}
        users = UsersFile(files.users)
        contents = AccountContents(
            settings=settings.settings,
            users=_records(users),
            tenant=None if tenant is None else tenant.facts,
            groups=groups,
            assistants=None if files.assistants is None else read_assistants(files.assistants),
            overrides=settings.overrides,
            account=account,
        )
        create_account(path, contents)
        notes += (*settings.diagnostics, *about_tenant, *users.notes)
    except InvalidFileError as error:
        raise InvalidFilesError(error.diagnostics) from error
    for note in notes:
        tell(note)


def _records(users: UsersFile) -> Iterator[UserRecord]:
    for row in users:
        yield UserRecord(
            email=row.email,
            facts=row.facts,
            mailbox=row.mailbox,
            id=row.id,
            licensed=None if row.licensed == NOT_STATED else row.licensed,
            evidence=row.evidence,
            as_of=row.as_of,
        )
