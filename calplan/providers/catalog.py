"""The platforms calplan has an adapter for. Adapters are imported when an account asks for one."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final, assert_never

from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import AccountDocument, LocalPlatform, ZoomPlatform
from calplan.providers.base import InvalidAccountError, Platform, WritablePlatform
from calplan.providers.trust import Trust, require_trusted

Clock = Callable[[], datetime]
Tell = Callable[[Diagnostic], None]


def _say_nothing(_diagnostic: Diagnostic) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What an account is opened with, none of it from its document.

    ``clock`` gives the time that is stamped on evidence; ``tell`` hears notes about the files of a new account;
    ``trust`` says which hosts may be spoken to and which secrets resolved.
    """

    clock: Clock
    tell: Tell = _say_nothing
    trust: Trust = field(default_factory=Trust)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How the accounts of one platform are opened."""

    read: Callable[[AccountDocument, Opening], Platform]
    write: Callable[[AccountDocument, Opening], WritablePlatform]


def open_platform(account: AccountDocument, opening: Opening) -> Platform:
    """The account, to be read only. A local one is made first if its document says of what.

    Raises:
        UntrustedHostError: its document names a host that nobody vouches for; nothing was opened or resolved.
        ProviderError: it cannot be opened.
    """
    require_trusted(account, opening.trust)
    return _adapter(account).read(account, opening)


def open_writable(account: AccountDocument, opening: Opening) -> WritablePlatform:
    """The account, to be written; only an apply may ask for this. See ``open_platform``.

    Raises:
        ProviderError: it cannot be opened.
    """
    require_trusted(account, opening.trust)
    return _adapter(account).write(account, opening)


def _read_local(account: AccountDocument, opening: Opening) -> Platform:
    from calplan.providers.local.platform import LocalPlatform as Reading  # noqa: PLC0415 - see the module's docstring

    return Reading(_made(account, opening).path, opening.clock)


def _write_local(account: AccountDocument, opening: Opening) -> WritablePlatform:
    from calplan.providers.local.writing import WritableLocalPlatform  # noqa: PLC0415 - see the module's docstring

    return WritableLocalPlatform(_made(account, opening).path, opening.clock, account.groups)


def _made(account: AccountDocument, opening: Opening) -> LocalPlatform:
    """The local account of a document, made if its document says of what."""
    from calplan.providers.local.creation import create_on_first_use  # noqa: PLC0415 - see the module's docstring

    assert isinstance(account.platform, LocalPlatform)
    stated = account.platform
    if opening.trust.automated and stated.create is not None and not stated.path.exists():
        _require_near(stated.path, account.file)
    create_on_first_use(stated, account.name, opening.tell)
    return stated


def _require_near(path: Path, document: Path) -> None:
    """Refuse to make a file just anywhere on a machine that plans what others propose."""
    real = Path(os.path.realpath(path))
    if not any(real.is_relative_to(os.path.realpath(folder)) for folder in (document.parent, Path())):
        raise InvalidAccountError(
            f"{path} is not there, and CI makes no account outside of the working folder and the folder of {document}."
            " Correct `platform.path`, or make the account by hand"
        )


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
