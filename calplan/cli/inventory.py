"""Where a plan takes users from: the account itself, or what was kept of it when it was read last."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

import click

from calplan.cli import clock
from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.naming import file_name_of
from calplan.cli.output import say
from calplan.cli.place import place_of
from calplan.cli.wiring import People
from calplan.model.limits import parse_age
from calplan.model.unknown import Unknown
from calplan.plan.fingerprint import RULES_VERSION, canonical_text, digest
from calplan.plan.gates import CLOCK_SKEW, in_words
from calplan.plan.leftovers import wanted
from calplan.policyfile.documents import AccountDocument, ConnectionsFile, LocalPlatform
from calplan.providers.base import Memory, Platform
from calplan.providers.everybody import Everybody, read_everybody
from calplan.state.place import DEFAULT

if TYPE_CHECKING:
    from calplan.providers.inventory.store import Inventory

FOLDER: Final = "inventory"
LIVE: Final = "live"
Command = TypeVar("Command", bound=Callable[..., object])


@dataclass(frozen=True, slots=True, kw_only=True)
class FromInventory:
    """The choice of ``--inventory``: to keep what is read, and whether what is kept will do up to some age."""

    reuse: bool
    max_age: timedelta | None


def inventory_options(command: Command) -> Command:
    """The options ``--inventory`` and ``--max-age``."""
    for option in (
        click.option(
            "--max-age",
            metavar="AGE",
            help="How old kept users may be, such as 6h; `maxEvidenceAge.users` if left out.",
        ),
        click.option(
            "--inventory",
            type=click.Choice(["reuse", "refresh"]),
            help="Keep the users that are read; with reuse, read none while those kept are fresh enough.",
        ),
    ):
        command = option(command)
    return command


def from_inventory(word: str | None, max_age: str | None, *, snapshot: Path | None = None) -> FromInventory | None:
    """What the options ask for; ``None`` where users are read and not kept, as those of a ``snapshot`` are.

    Raises:
        StopError: an age that is none, or an option without a use.
    """
    if word is not None and snapshot is not None:
        raise StopError(ExitCode.USAGE, "error: --inventory keeps users that are read, and --snapshot reads none")
    if max_age is not None and word != "reuse":
        raise StopError(
            ExitCode.USAGE, "error: --max-age says how old kept users may be, so it needs --inventory reuse"
        )
    try:
        age = None if max_age is None else parse_age(max_age)
    except ValueError as error:
        raise StopError(ExitCode.USAGE, f"error: --max-age {max_age}: {error}") from error
    return None if word is None else FromInventory(reuse=word == "reuse", max_age=age)


def people_of(chosen: Chosen, choice: FromInventory | None, state: str | None) -> People:
    """How a plan comes by the users of an account."""
    if choice is None:
        return read_everybody
    taken = choice

    def people(platform: Platform) -> Everybody:
        inventory = _inventory(chosen.account, platform, state)
        if not taken.reuse:
            return _refreshed(inventory, platform)
        if chosen.account.providers and wanted(chosen.policy):
            say("note: users are read now: the policy revokes consents, and who has one is not kept")
        else:
            kept = inventory.kept()
            why = _unusable(kept, taken.max_age or chosen.account.max_evidence_age.users)
            if kept is not None and why is None:
                return kept
            say(f"note: users are read now: {why}")
        return inventory.keep(platform.read_users())

    return people


def reading_of(account: AccountDocument, choice: FromInventory | None, state: str | None) -> Memory | None:
    """Where a read of users keeps how far it came."""
    if choice is None:
        return None
    from calplan.providers.inventory.store import Reading  # noqa: PLC0415 - imported where an inventory is asked for

    return Reading(_file(account, state), clock.now)


def _refreshed(inventory: "Inventory", platform: Platform) -> Everybody:
    damage = inventory.damage()
    if damage is not None:
        say(f"note: {damage}. That is done now")
        inventory.remove()
    return inventory.keep(platform.read_users())


def _unusable(kept: Everybody | None, max_age: timedelta) -> str | None:
    """Why what is kept will not do, or ``None``."""
    if kept is None or kept.kept_at is None:
        return "none of this account are kept yet, or its Account document was changed since"
    age = clock.now() - kept.kept_at
    if -age > CLOCK_SKEW:
        return "those kept say they are from the future, so nobody knows how old they are"
    if not kept.evidence.complete:
        return "those kept were not read to the end"
    return None if age <= max_age else f"those kept are {in_words(age)} old, at most {in_words(max_age)}"


def _inventory(account: AccountDocument, platform: Platform, state: str | None) -> "Inventory":
    from calplan.providers.inventory.store import Inventory  # noqa: PLC0415 - imported where an inventory is asked for

    return Inventory(_file(account, state), _identity(account, platform), clock.now)


def _file(account: AccountDocument, state: str | None) -> Path:
    """The file of an account's inventory: beside the state, or in the working directory where that is no file."""
    folder = (place_of(state).file or DEFAULT).parent / FOLDER
    return folder / f"{file_name_of(account.name)}.db"


def _identity(account: AccountDocument, platform: Platform) -> str:
    """A digest of whose users are kept and of all that coded them: where they are read, and by what they are joined."""
    stated = account.platform
    parts: list[object] = [account.name, RULES_VERSION]
    parts.append(str(stated.path.absolute()) if isinstance(stated, LocalPlatform) else repr(stated.stated))
    if account.providers:
        parts += [_source(one) for one in account.providers]
        from calplan.providers.joined import JoinedPlatform  # noqa: PLC0415 - imported where an account has providers

        assert isinstance(platform, JoinedPlatform), "an account with providers is a joined one"
        live = platform.live()
        parts.append(None if isinstance(live, Unknown) else sorted(one.value for one in live))
    return digest(canonical_text(parts))


def _source(one: object) -> object:
    if not isinstance(one, ConnectionsFile):
        return repr(one)
    try:
        found = one.path.stat()
    except OSError:
        return [str(one.path), None]
    return [str(one.path), found.st_size, found.st_mtime_ns]
