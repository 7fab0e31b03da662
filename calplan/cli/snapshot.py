"""``calplan snapshot``: live state, frozen in a file to plan against where nothing live can be read."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Final

import click

from calplan import __version__
from calplan.cli import clock, completing
from calplan.cli.chosen import Chosen, choose
from calplan.cli.exit_codes import ExitCode
from calplan.cli.keys import pseudonyms, redact_options
from calplan.cli.output import say, spare, write
from calplan.cli.place import state_option
from calplan.cli.trust import unguarded
from calplan.cli.wiring import open_account, read_live
from calplan.model.account import PrivateAccess, PrivateEvents
from calplan.model.plural import plural
from calplan.plan.archive import MODE
from calplan.plan.as_document import evidence_document
from calplan.plan.snapshot.frozen import Frozen, frozen
from calplan.plan.snapshot.hiding import hidden, named_in
from calplan.plan.snapshot.snapshotfile import snapshot_blocks
from calplan.render.evidence import evidence_in_words
from calplan.render.untrusted import for_terminal

EVERYBODY: Final = PrivateEvents(default=PrivateAccess.HIDDEN, exceptions=())
NOBODY: Final = frozenset[str]()


@click.command()
@click.argument("path", type=click.Path(path_type=Path), default=".", shell_complete=completing.documents)
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", required=True, help="The file to write.")
@click.option(
    "--account",
    metavar="NAME",
    shell_complete=completing.account_names,
    help="The account to freeze, where the folder has several.",
)
@click.option(
    "--assistants",
    is_flag=True,
    help="Also freeze the scheduling privileges of every user, for a policy that will manage others than this one"
    " does. On Zoom that is one request for each user.",
)
@state_option
@redact_options
def snapshot(
    path: Path,
    *,
    out: Path,
    account: str | None,
    assistants: bool,
    state: str | None,
    redact: bool,
    redact_key: Path | None,
) -> ExitCode:
    """Freeze the live state of an account in FILE, for `calplan plan --snapshot FILE` where there are no credentials.

    Whatever a plan reads is read and kept: settings, groups, users with all that is known of their connections, the
    tenant, and how old each of it is. It holds no secret and cannot be applied. FILE can be read by its owner alone.
    With --redact nobody is named in it, but domains, groups and clients stay: a domain of one user names that user.
    """
    spare(out)
    names = pseudonyms(redact_key, asked=redact)
    if (warning := unguarded()) is not None:
        say(warning)
    chosen = choose((path,), account)
    taken = _taken(chosen, state, everybody=assistants)
    shown = taken if names is None else hidden(taken, names, named_in(chosen.policy))
    write(out, snapshot_blocks(shown, version=__version__), MODE)
    say("\n".join(_said(shown, path, out)))
    return ExitCode.DONE


def _taken(chosen: Chosen, state: str | None, *, everybody: bool) -> Frozen:
    """The account as it is now.

    Raises:
        StopError: it cannot be read.
    """
    policy = chosen.policy
    private = EVERYBODY if everybody else policy.private_events
    # A policy to come may ask for any consent; what is asked for here is what a source told anyway.
    asking = replace(policy, office365_revoke_stale=True, google_revoke_stale=True, private_events=private)
    live = read_live(open_account(chosen.account, state), replace(chosen, policy=asking, tenant=()))
    taken_at = clock.stamp()
    return Frozen(
        account=chosen.account.name,
        taken_at=taken_at,
        live=frozen(live, taken_at),
        hosts=NOBODY if private is None else private.hosts,
    )


def _said(taken: Frozen, path: Path, out: Path) -> Iterator[str]:
    """What a file holds, how old it is, and what to do with it."""
    live = taken.live
    names = "with pseudonyms for addresses" if taken.redacted else "with their addresses"
    yield f"Saved to {out}: {for_terminal(taken.account)} with {plural(len(live.population), 'user')}, {names}"
    pairs = () if live.assistants is None else (live.assistants.evidence,)
    tenants = (one.evidence for one in live.tenant)
    for one in dict.fromkeys((live.settings.evidence, live.users, *live.sources.evidence, *tenants, *pairs)):
        yield f"  {evidence_in_words(evidence_document(one), taken.taken_at)}"
    yield f"It cannot be applied. To plan against it: calplan plan {path} --snapshot {out}"
