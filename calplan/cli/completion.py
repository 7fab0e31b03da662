"""``calplan completion``: the completion script of a shell."""

from typing import Final

import click
from click.shell_completion import get_completion_class

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit

SHELLS: Final = ("bash", "zsh", "fish", "powershell")
EPILOG: Final = """\b
Where it is sourced:
  bash, zsh   eval "$(calplan completion bash)"
  fish        calplan completion fish | source
  powershell  calplan completion powershell | Out-String | Invoke-Expression"""


@click.command(epilog=EPILOG)
@click.argument("shell", type=click.Choice(SHELLS))
def completion(shell: str) -> ExitCode:
    """Print the completion script of SHELL, to be sourced where the shell starts.

    It offers commands, folders with documents, saved plans, accounts, runs, outcomes, gates and codes. For that it
    looks at files alone: nothing is made, and no host or secret is touched.
    """
    from calplan.cli.main import COMPLETING, calplan  # noqa: PLC0415 - main imports this module by name

    kind = get_completion_class(shell)
    if kind is None:
        raise StopError(ExitCode.USAGE, f"error: this click has no completion for {shell}")
    emit((kind(calplan, {}, "calplan", COMPLETING).source(), "\n"))
    return ExitCode.DONE
