"""The platforms calplan has an adapter for. Adapters are imported when an account asks for one."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final, assert_never

from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import AccountDocument, LocalPlatform, ZoomPlatform
from calplan.providers.base import InvalidAccountError, Platform, WritablePlatform

Clock = Callable[[], datetime]
Tell = Callable[[Diagnostic], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How the accounts of one platform are opened."""

    read: Callable[[AccountDocument, Clock, Tell], Platform]
    write: Callable[[AccountDocument, Clock, Tell], WritablePlatform]


def open_platform(account: AccountDocument, clock: Clock, tell: Tell | None = None) -> Platform:
    """The account, to be read only. A local one is made first if its document says of what.

    ``clock`` gives the time that is stamped on evidence; ``tell`` hears notes about the files of a new account.

    Raises:
        ProviderError: it cannot be opened.
    """
    return _adapter(account).read(account, clock, tell or _say_nothing)


def open_writable(account: AccountDocument, clock: Clock, tell: Tell | None = None) -> WritablePlatform:
    """The account, to be written; only an apply may ask for this. See ``open_platform``.

    Raises:
        ProviderError: it cannot be opened.
    """
    return _adapter(account).write(account, clock, tell or _say_nothing)


def _read_local(account: AccountDocument, clock: Clock, tell: Tell) -> Platform:
    from calplan.providers.local.creation import create_on_first_use  # noqa: PLC0415 - see the module's docstring
    from calplan.providers.local.platform import LocalPlatform as Reading  # noqa: PLC0415

    stated = _local(account)
    create_on_first_use(stated, account.name, tell)
    return Reading(stated.path, clock)


def _write_local(account: AccountDocument, clock: Clock, tell: Tell) -> WritablePlatform:
    from calplan.providers.local.creation import create_on_first_use  # noqa: PLC0415 - see the module's docstring
    from calplan.providers.local.writing import WritableLocalPlatform  # noqa: PLC0415

    stated = _local(account)
    create_on_first_use(stated, account.name, tell)
    return WritableLocalPlatform(stated.path, clock, account.groups)


CATALOG: Final[Mapping[str, Adapter]] = {
    "local": Adapter(read=_read_local, write=_write_local),
}


def _adapter(account: AccountDocument) -> Adapter:
    name = _name(account)
    if name not in CATALOG:
        known = ", ".join(sorted(CATALOG))
        raise InvalidAccountError(f"account {account.name}: no adapter for platform {name}; there is: {known}")
    return CATALOG[name]


def _name(account: AccountDocument) -> str:
    match account.platform:
        case LocalPlatform():
            return "local"
        case ZoomPlatform():
            return "zoom"
        case _:
            assert_never(account.platform)


def _local(account: AccountDocument) -> LocalPlatform:
    assert isinstance(account.platform, LocalPlatform)
    return account.platform


def _say_nothing(_diagnostic: Diagnostic) -> None:
    return None
