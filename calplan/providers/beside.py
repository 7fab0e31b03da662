"""The sources beside a platform that an Account document lists: opened together, and looked at one by one.

Adapters are imported when an account lists one.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Final

from calplan.impact.stated import Stated
from calplan.policyfile.documents import AccountDocument, ConnectionsFile, StatedProvider
from calplan.providers.base import Capabilities, Clock, EvidenceProvider, Memory, WritableEvidenceProvider
from calplan.providers.checkup import Check
from calplan.providers.http.paces import Paces
from calplan.providers.joined import Beside
from calplan.providers.observing import Observe, unobserved
from calplan.providers.trust import Trust


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What sources are opened with, none of it from their document."""

    clock: Clock
    memory: Memory
    trust: Trust
    observe: Observe = unobserved
    paces: Paces = field(default_factory=Paces)


def sources_of(account: AccountDocument, means: Means) -> Beside:
    """Every source of an account that tells of users, to be read only.

    Raises:
        ProviderError: a secret cannot be resolved, or a file cannot be read.
    """
    max_age = account.max_evidence_age.users
    providers = [
        one
        for each in account.providers
        if isinstance(each, StatedProvider) and (one := _read(each, account, means, max_age)) is not None
    ]
    return Beside(
        providers=tuple(providers),
        files=_files(account),
        memory=means.memory,
        clock=means.clock,
        max_age=max_age,
    )


def writers_of(account: AccountDocument, means: Means) -> tuple[WritableEvidenceProvider, ...]:
    """Every source of an account that can be written.

    Raises:
        ProviderError: a secret cannot be resolved.
    """
    max_age = account.max_evidence_age.users
    stated = (one for one in account.providers if isinstance(one, StatedProvider))
    return tuple(one for each in stated if (one := _write(each, account, means, max_age)) is not None)


def abilities_of(account: AccountDocument) -> tuple[Capabilities, ...]:
    """What each source of an account can do."""
    kinds = (CONNECTIONS if isinstance(one, ConnectionsFile) else one.type for one in account.providers)
    return tuple(CAPABILITIES[kind]() for kind in kinds)


def check_sources(account: AccountDocument, means: Means) -> Iterator[Check]:
    """What a look at each source finds, its type before each subject; nothing is written, and no secret shown."""
    for one in account.providers:
        kind, checks = (
            (CONNECTIONS, _check_file(one, account, means))
            if isinstance(one, ConnectionsFile)
            else (one.type, _check(one, account, means))
        )
        yield from (replace(check, subject=f"{kind}: {check.subject}") for check in checks)


def _files(account: AccountDocument) -> tuple[Stated, ...]:
    paths = [one.path for one in account.providers if isinstance(one, ConnectionsFile)]
    if not paths:
        return ()
    from calplan.providers.connections_file.reading import read_connections  # noqa: PLC0415 - see the module's docstring

    return tuple(map(read_connections, paths))


def _read(
    stated: StatedProvider, account: AccountDocument, means: Means, max_age: timedelta
) -> EvidenceProvider | None:
    match stated.type:
        case "microsoft":
            from calplan.providers.microsoft.opening import read_microsoft  # noqa: PLC0415 - see the module's docstring

            return read_microsoft(stated, account.file, means.trust, means.clock, observe=means.observe)
        case "google":
            from calplan.providers.google.opening import read_google  # noqa: PLC0415 - see the module's docstring

            return read_google(
                stated,
                account.file,
                means.trust,
                means.clock,
                means.memory,
                max_age,
                observe=means.observe,
                paces=means.paces,
            )
        case _:
            return None


def _write(
    stated: StatedProvider, account: AccountDocument, means: Means, max_age: timedelta
) -> WritableEvidenceProvider | None:
    match stated.type:
        case "microsoft":
            from calplan.providers.microsoft.writing import write_microsoft  # noqa: PLC0415 - see the module's docstring

            return write_microsoft(stated, account.file, means.trust, means.clock, observe=means.observe)
        case "google":
            from calplan.providers.google.writing import write_google  # noqa: PLC0415 - see the module's docstring

            return write_google(
                stated, account.file, means.trust, means.clock, means.memory, max_age, observe=means.observe
            )
        case _:
            return None


def _check_file(stated: ConnectionsFile, account: AccountDocument, means: Means) -> Iterator[Check]:
    from calplan.providers.connections_file.checkup import (  # noqa: PLC0415 - see the module's docstring
        check_connections,
    )

    return check_connections(stated.path, means.clock, account.max_evidence_age.users)


def _check(stated: StatedProvider, account: AccountDocument, means: Means) -> Iterator[Check]:
    match stated.type:
        case "microsoft":
            from calplan.providers.microsoft.checkup import check_microsoft  # noqa: PLC0415 - see the module's docstring

            yield from check_microsoft(stated, account.file, means.trust, means.clock)
        case "google":
            from calplan.providers.google.checkup import check_google  # noqa: PLC0415 - see the module's docstring

            yield from check_google(stated, account.file, means.trust, means.clock)
        case _:
            from calplan.providers.exchange.checkup import check_exchange  # noqa: PLC0415 - see the module's docstring

            yield from check_exchange(stated, account.file, means.trust)


def _about_microsoft() -> Capabilities:
    from calplan.providers.microsoft.capabilities import CAPABILITIES as OURS  # noqa: PLC0415 - as above

    return OURS


def _about_google() -> Capabilities:
    from calplan.providers.google.capabilities import CAPABILITIES as OURS  # noqa: PLC0415 - as above

    return OURS


def _about_exchange() -> Capabilities:
    from calplan.providers.exchange.capabilities import CAPABILITIES as OURS  # noqa: PLC0415 - as above

    return OURS


def _about_files() -> Capabilities:
    from calplan.providers.connections_file.capabilities import CAPABILITIES as OURS  # noqa: PLC0415 - as above

    return OURS


CONNECTIONS: Final = "connections-file"
CAPABILITIES: Final[Mapping[str, Callable[[], Capabilities]]] = {
    "microsoft": _about_microsoft,
    "google": _about_google,
    "exchange": _about_exchange,
    CONNECTIONS: _about_files,
}
"""What each kind of source can do, by its type in documents."""
