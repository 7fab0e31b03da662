"""``calplan version``."""

import click

from calplan import __version__
from calplan.cli.exit_codes import ExitCode
from calplan.cli.output import emit


@click.command()
def version() -> ExitCode:
    """Print the version."""
    emit((f"calplan {__version__}\n",))
    return ExitCode.DONE
