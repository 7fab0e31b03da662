"""What accounts are opened with: the clock, whom to trust, what is remembered, and who hears how far it has come."""

from typing import TYPE_CHECKING

from calplan.cli import clock
from calplan.cli.logs import is_heard
from calplan.cli.memory import StateMemory
from calplan.cli.output import say
from calplan.cli.progress import ProgressLine, Silent, manner_of_stderr
from calplan.cli.reading import tell
from calplan.cli.trust import trust
from calplan.model.diagnostic import Diagnostic
from calplan.policyfile.documents import AccountDocument

if TYPE_CHECKING:
    from calplan.providers.catalog import Opening
    from calplan.state.store import Store


def progress_line(*, automated: bool) -> ProgressLine:
    """The line that shows on stderr how far the work on an account has come."""
    return ProgressLine(manner_of_stderr(say, automated=automated, logging=is_heard()))


def no_line() -> ProgressLine:
    """A line for one account among several, which are counted elsewhere."""
    return ProgressLine(Silent())


def opening_of(
    account: AccountDocument, state: "str | Store | None", line: ProgressLine, *, automated: bool
) -> "Opening":
    """What an account is opened with; whatever is said meanwhile takes the place of the line.

    Raises:
        StopError: the environment names a host or folder that cannot be trusted.
    """
    from calplan.providers.catalog import Opening  # noqa: PLC0415 - adapters are imported when used

    def tell_instead(diagnostic: Diagnostic) -> None:
        line.clear()
        tell(diagnostic)

    def say_instead(text: str) -> None:
        line.clear()
        say(text)

    return Opening(
        clock=clock.stamp,
        tell=tell_instead,
        trust=trust(automated=automated),
        memory=StateMemory(account.name, state, say=say_instead) if account.providers else None,
        observe=line,
    )
