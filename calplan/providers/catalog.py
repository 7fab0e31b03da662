"""The platforms calplan has an adapter for. Adapters are imported when an account asks for one."""

import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, assert_never

from calplan.model.diagnostic import Diagnostic
from calplan.model.policy import CalendarPolicy
from calplan.policyfile.documents import AccountDocument, LocalPlatform, ZoomPlatform
from calplan.providers.base import Capabilities, Clock, Forgetful, Memory, Platform, WritablePlatform
from calplan.providers.checkup import Check
from calplan.providers.errors import InvalidAccountError
from calplan.providers.http.paces import Paces
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust, require_trusted

if TYPE_CHECKING:
    from calplan.providers.beside import Means
    from calplan.providers.joined import Beside

Tell = Callable[[Diagnostic], None]


def _say_nothing(_diagnostic: Diagnostic) -> None:
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """What an account is opened with, none of it from its document.

    ``clock`` gives the time that is stamped on evidence; ``tell`` hears notes about the files of a new account;
    ``trust`` says which hosts may be spoken to and which secrets resolved. ``memory`` keeps what took long to read;
    without one it is kept as long as the process lives. ``observe`` hears how far long reads and writes have come.
    ``paces`` are shared by all accounts that one process reads.
    ``reading`` keeps how far a read of the platform's users came.
    """

    clock: Clock
    tell: Tell = _say_nothing
    trust: Trust = field(default_factory=Trust)
    memory: Memory | None = None
    observe: Observe = unobserved
    reading: Memory | None = None
    paces: Paces = field(default_factory=Paces)

    @property
    def means(self) -> "Means":
        """What the sources beside the platform are opened with."""
        from calplan.providers.beside import Means  # noqa: PLC0415 - where an account has providers

        memory = self.memory or Forgetful(self.clock)
        return Means(clock=self.clock, memory=memory, trust=self.trust, observe=self.observe, paces=self.paces)


@dataclass(frozen=True, slots=True, kw_only=True)
class Adapter:
    """How the accounts of one platform are opened, what can be done with them, and how one is looked at beforehand.

    ``check`` is told the policy of the account, if there is one, and writes nothing.
    """

    read: Callable[[AccountDocument, Opening], Platform]
    write: Callable[[AccountDocument, Opening], WritablePlatform]
    capabilities: Callable[[], Capabilities]
    check: Callable[[AccountDocument, CalendarPolicy | None, Opening], Iterator[Check]]


def open_platform(account: AccountDocument, opening: Opening) -> Platform:
    """The account, to be read only. A local one is made first if its document says of what.

    Raises:
        UntrustedHostError: its document names a host that nobody vouches for; nothing was opened or resolved.
        ProviderError: it cannot be opened.
    """
    require_trusted(account, opening.trust)
    platform = _adapter(account).read(account, opening)
    if not account.providers:
        return platform
    from calplan.providers.beside import abilities_of  # noqa: PLC0415 - where an account has providers
    from calplan.providers.joined import JoinedPlatform  # noqa: PLC0415 - as above

    return JoinedPlatform(platform=platform, opened=lambda: _sources(account, opening), able=abilities_of(account))


def capabilities_of(account: AccountDocument) -> Capabilities:
    """What can be done with an account; nothing is opened to tell."""
    able = _adapter(account).capabilities()
    if not account.providers:
        return able
    from calplan.providers.beside import abilities_of  # noqa: PLC0415 - where an account has providers
    from calplan.providers.joined import together  # noqa: PLC0415 - as above

    return together(able, abilities_of(account))


def open_writable(account: AccountDocument, opening: Opening) -> WritablePlatform:
    """The account, to be written; only an apply may ask for this. See ``open_platform``.

    Raises:
        ProviderError: it cannot be opened.
    """
    require_trusted(account, opening.trust)
    platform = _adapter(account).write(account, opening)
    if not account.providers:
        return platform
    from calplan.providers.beside import abilities_of, writers_of  # noqa: PLC0415 - where an account has providers
    from calplan.providers.joined import WritableJoinedPlatform  # noqa: PLC0415 - as above

    means = opening.means
    return WritableJoinedPlatform(
        platform=platform,
        opened=lambda: _sources(account, opening),
        able=abilities_of(account),
        writing=platform,
        opened_to_write=lambda: writers_of(account, means),
    )


def _sources(account: AccountDocument, opening: Opening) -> "Beside":
    """The sources beside the platform; what is to be said of files is said."""
    from calplan.providers.beside import sources_of  # noqa: PLC0415 - where an account has providers

    found = sources_of(account, opening.means)
    for file in found.files:
        for note in file.notes:
            opening.tell(note)
    return found


def check_account(account: AccountDocument, policy: CalendarPolicy | None, opening: Opening) -> Iterator[Check]:
    """What a look at an account finds; nothing is written, and no secret shown.

    Raises:
        UntrustedHostError: its document names a host that nobody vouches for; nothing was opened or resolved.
    """
    from calplan.providers.beside import check_sources  # noqa: PLC0415 - where an account has providers

    require_trusted(account, opening.trust)
    yield from _adapter(account).check(account, policy, opening)
    yield from check_sources(account, opening.means)


def _read_local(account: AccountDocument, opening: Opening) -> Platform:
    from calplan.providers.local.platform import LocalPlatform as Reading  # noqa: PLC0415 - see the module's docstring

    return Reading(_made(account, opening).path, opening.clock, observe=opening.observe)


def _write_local(account: AccountDocument, opening: Opening) -> WritablePlatform:
    from calplan.providers.local.writing import WritableLocalPlatform  # noqa: PLC0415 - see the module's docstring

    return WritableLocalPlatform(_made(account, opening).path, opening.clock, account.groups)


def _made(account: AccountDocument, opening: Opening) -> LocalPlatform:
    """The local account of a document, made if its document says of what."""
    assert isinstance(account.platform, LocalPlatform)
    stated = account.platform
    if stated.create is None or os.path.exists(stated.path):  # noqa: PTH110 - it never fails
        return stated
    from calplan.providers.local.creation import create_on_first_use  # noqa: PLC0415 - see the module's docstring

    if opening.trust.automated:
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


def _about_local() -> Capabilities:
    from calplan.providers.local.platform import CAPABILITIES  # noqa: PLC0415 - see the module's docstring

    return CAPABILITIES


def _check_local(account: AccountDocument, _policy: CalendarPolicy | None, opening: Opening) -> Iterator[Check]:
    from calplan.providers.local.checkup import check_local  # noqa: PLC0415 - see the module's docstring

    assert isinstance(account.platform, LocalPlatform)
    return check_local(account.platform, opening.clock)


def _read_zoom(account: AccountDocument, opening: Opening) -> Platform:
    from calplan.providers.zoom.opening import read_zoom  # noqa: PLC0415 - see the module's docstring

    return read_zoom(
        account,
        opening.trust,
        opening.clock,
        observe=opening.observe,
        paces=opening.paces,
        reading=opening.reading,
    )


def _write_zoom(account: AccountDocument, opening: Opening) -> WritablePlatform:
    from calplan.providers.zoom.writing import write_zoom  # noqa: PLC0415 - see the module's docstring

    return write_zoom(account, opening.trust, opening.clock, observe=opening.observe)


def _about_zoom() -> Capabilities:
    from calplan.providers.zoom.capabilities import CAPABILITIES  # noqa: PLC0415 - see the module's docstring

    return CAPABILITIES


def _check_zoom(account: AccountDocument, policy: CalendarPolicy | None, opening: Opening) -> Iterator[Check]:
    from calplan.providers.zoom.checkup import check_zoom  # noqa: PLC0415 - see the module's docstring

    return check_zoom(account, policy, opening.trust, opening.clock)


CATALOG: Final[Mapping[str, Adapter]] = {
    "local": Adapter(read=_read_local, write=_write_local, capabilities=_about_local, check=_check_local),
    "zoom": Adapter(read=_read_zoom, write=_write_zoom, capabilities=_about_zoom, check=_check_zoom),
}


def _adapter(account: AccountDocument) -> Adapter:
    return CATALOG[_name(account)]


def _name(account: AccountDocument) -> str:
    match account.platform:
        case LocalPlatform():
            return "local"
        case ZoomPlatform():
            return "zoom"
        case _:
            assert_never(account.platform)
