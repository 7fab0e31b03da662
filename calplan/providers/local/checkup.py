"""Whether an account in a file can be read, or made of what its document names. Nothing is written."""

from collections.abc import Iterator
from pathlib import Path

from calplan.policyfile.documents import CreateFiles, LocalPlatform
from calplan.providers.checkup import Check, failed, passed
from calplan.providers.errors import InvalidAccountError, ProviderError
from calplan.providers.local.platform import LocalPlatform as Reading
from calplan.providers.local.translation import Clock


def check_local(stated: LocalPlatform, clock: Clock) -> Iterator[Check]:
    """What a look at the account's file finds."""
    if not stated.path.exists() and stated.create is not None:
        yield from _files(stated.path, stated.create)
        return
    try:
        with Reading(stated.path, clock) as platform:
            platform.read_settings()
            users = platform.read_users().evidence.records
    except ProviderError as error:
        yield failed("file", error, "correct `platform.path` in the Account document, or restore the file")
    else:
        yield passed("file", f"{stated.path} can be read: {users:,} users")


def _files(path: Path, create: CreateFiles) -> Iterator[Check]:
    """Whether the files are there that the account will be made of."""
    named = (create.users, create.settings, create.tenant, create.groups, create.assistants)
    missing = [str(file) for file in named if file is not None and not file.is_file()]
    if missing:
        error = InvalidAccountError(
            f"{path} does not exist, and these it is to be made of neither: {', '.join(missing)}"
        )
        yield failed("file", error, "correct `platform.create` in the Account document, or add the files")
    else:
        yield passed("file", f"{path} does not exist yet; the first plan makes it")
