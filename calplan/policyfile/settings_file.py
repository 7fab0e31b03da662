"""A settings file: the live settings of a simulated account, each with its value or the word ``unknown``."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from calplan.model.diagnostic import Diagnostic, Position, Severity
from calplan.model.policy import GroupOverride
from calplan.model.service import Service
from calplan.model.settings import AccountSettings, Domains
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.policyfile.document import Parsed, Plain
from calplan.policyfile.finding import Finding, Pointer
from calplan.policyfile.policy_document import domains_of, overrides_of, positions_of
from calplan.policyfile.schema import SETTINGS
from calplan.policyfile.service_value import service_of
from calplan.policyfile.single_file import single_document
from calplan.policyfile.values import mapping

SPEC: Final[Pointer] = ("spec",)
NO_LIVE_SETTINGS: Final[tuple[Pointer, ...]] = (
    (*SPEC, "office365", "tenantGrant"),
    (*SPEC, "office365", "revokeStale"),
    (*SPEC, "google"),
    (*SPEC, "privateEvents"),
)
"""What a policy may state and an account does not have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsFile:
    """The settings of one file. ``positions`` maps an address to its place; ``diagnostics`` are warnings and notes."""

    settings: AccountSettings
    positions: Mapping[str, Position] = field(compare=False)
    diagnostics: tuple[Diagnostic, ...] = ()


def read_settings(path: Path) -> SettingsFile:
    """The settings a file states.

    Raises:
        InvalidFileError: the file is not valid, or does not state every field.
    """
    document, diagnostics = single_document(path, SETTINGS)
    return SettingsFile(
        settings=settings_of(mapping(document.at(SPEC))),
        positions=positions_of(document),
        diagnostics=(*diagnostics, *(document.diagnostic(note) for note in _notes(document))),
    )


def settings_of(spec: Mapping[str, Plain]) -> AccountSettings:
    """Live settings out of what a valid settings file or Scenario states; what it leaves out is unknown."""
    integration, office = mapping(spec.get("integration")), mapping(spec.get("office365"))
    return AccountSettings(
        enabled=_flag(integration.get("enabled")),
        locked=_flag(integration.get("locked")),
        service=_service(integration.get("service")),
        allowed_domains=_domains(spec.get("allowedDomains")),
        bidirectional_sync=_flag(spec.get("bidirectionalSync")),
        consent_for_account=_flag(office.get("consentForAccount")),
        enforce_oauth=_flag(office.get("enforceOAuth")),
    )


def live_overrides_of(spec: Mapping[str, Plain]) -> tuple[GroupOverride, ...]:
    """Live overrides of groups out of what a valid settings file or Scenario states.

    A group that states nothing, in words or by silence, overrides nothing and is left out.
    """
    stated = overrides_of(spec.get("groups"))
    return tuple(one for one in stated if one != GroupOverride(group=one.group, inherit=one.inherit))


def _flag(value: Plain) -> bool | Unknown:
    return value if isinstance(value, bool) else UNKNOWN


def _service(value: Plain) -> Service | Unknown:
    return UNKNOWN if value is None or value == UNKNOWN.value else service_of(value)


def _domains(value: Plain) -> Domains | Unknown:
    return UNKNOWN if value is None or value == UNKNOWN.value else domains_of(value)


def _notes(document: Parsed) -> Iterator[Finding]:
    for pointer in NO_LIVE_SETTINGS:
        if document.at(pointer) is not None:
            yield _note("D-IGNORED", pointer, f"`{pointer[-1]}` is no live setting, so it is ignored here")
    if document.at((*SPEC, "groups")) is not None:
        yield _note("D-LATER", (*SPEC, "groups"), "`groups` is valid; this version does nothing with it yet")


def _note(code: str, subject: Pointer, summary: str) -> Finding:
    return Finding(code=code, severity=Severity.NOTE, subject=subject, on_key=True, summary=summary)
