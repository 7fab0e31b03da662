"""What each platform can do about each thing that a policy states, as a table with the grounds below it."""

from collections.abc import Iterator
from typing import Final, TypedDict

from calplan.render.table import columns
from calplan.render.untrusted import for_terminal

MEANINGS: Final = {
    "write": "calplan reads and writes it",
    "read": "calplan reads it",
    "attest": "a person reads and writes it, and says so",
    "none": "not to be had there",
}


class CapabilityDocument(TypedDict):
    """What can be done, and on whose word."""

    ability: str
    source: str


class PlatformDocument(TypedDict):
    """One platform, with an entry for each address."""

    platform: str
    capabilities: dict[str, CapabilityDocument]


class CapabilitiesDocument(TypedDict):
    """Every platform there is an adapter for, and every source of evidence beside one."""

    format_version: str
    platforms: list[PlatformDocument]
    providers: list[PlatformDocument]


def capabilities_text(document: CapabilitiesDocument) -> Iterator[str]:
    """The table, then what its words mean, then the grounds."""
    platforms = [*document["platforms"], *document["providers"]]
    addresses = list(dict.fromkeys(address for one in platforms for address in one["capabilities"]))
    head = ["", *(one["platform"] for one in platforms)]
    rows = [[address, *(one["capabilities"][address]["ability"] for one in platforms)] for address in addresses]
    yield from (f"{line}\n" for line in columns([head, *rows]))
    yield "\n"
    yield from (f"{line}\n" for line in columns([[word, meaning] for word, meaning in MEANINGS.items()]))
    for one in platforms:
        yield f"\n{for_terminal(one['platform'])}\n"
        yield from _grounds(one["capabilities"])


def _grounds(capabilities: dict[str, CapabilityDocument]) -> Iterator[str]:
    """Each ground once, with the addresses it holds for where it does not hold for most."""
    by_ground: dict[tuple[str, str], list[str]] = {}
    for address, one in capabilities.items():
        by_ground.setdefault((one["ability"], one["source"]), []).append(address)
    for (ability, source), addresses in by_ground.items():
        yield f"  {for_terminal(', '.join(addresses))}\n    {ability}: {for_terminal(source)}\n"
