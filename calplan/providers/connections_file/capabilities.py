"""What can be had from a connections file."""

from typing import Final

from calplan.providers.base import Ability, Capabilities, Capability

STATED: Final = "what the rows of the file state; the file is never written"

CAPABILITIES: Final = Capabilities(
    platform="connections-file", table={"users": Capability(ability=Ability.READ, source=STATED)}
)
