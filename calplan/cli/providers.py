"""``calplan providers``: what each platform can do about each thing that a policy states."""

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import click

from calplan.cli.exit_codes import ExitCode
from calplan.cli.options import output_option
from calplan.cli.output import emit, targets
from calplan.model.settings import Setting
from calplan.render.capabilities import CapabilitiesDocument, PlatformDocument, capabilities_text

if TYPE_CHECKING:
    from calplan.providers.base import Capabilities

FORMATS: Final = ("text", "json")
ADDRESSES: Final = (
    *(one.value for one in Setting),
    "groups",
    "office365.tenantGrant",
    "office365.revokeStale",
    "google.revokeStale",
    "privateEvents",
    "users",
)


@click.command()
@output_option(FORMATS)
def providers(*, output: Sequence[str]) -> ExitCode:
    """Show what calplan can read and write by itself at each platform, and why not more."""
    from calplan.providers.beside import CAPABILITIES as BESIDE  # noqa: PLC0415 - adapters are imported when used
    from calplan.providers.catalog import CATALOG  # noqa: PLC0415 - as above

    outputs = targets(output, FORMATS)
    document: CapabilitiesDocument = {
        "format_version": "1.0",
        "platforms": [_described(adapter.capabilities()) for adapter in CATALOG.values()],
        "providers": [_described(capabilities()) for capabilities in BESIDE.values()],
    }
    for target in outputs:
        parts = (json.dumps(document, indent=2, sort_keys=True) + "\n",) if target.format == "json" else None
        emit(parts or capabilities_text(document), target.file)
    return ExitCode.DONE


def _described(capabilities: "Capabilities") -> PlatformDocument:
    stated = {address: capabilities.of(address) for address in ADDRESSES}
    return {
        "platform": capabilities.platform,
        "capabilities": {
            address: {"ability": one.ability.value, "source": one.source} for address, one in stated.items()
        },
    }
