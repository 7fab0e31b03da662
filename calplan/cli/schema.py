"""``calplan schema``: the JSON Schema of a kind."""

import click

from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode
from calplan.cli.output import emit
from calplan.policyfile.schema import schema_names, schema_text


@click.command()
@click.argument(
    "kind",
    type=click.Choice(schema_names(), case_sensitive=False),
    shell_complete=completing.words(schema_names()),
)
def schema(kind: str) -> ExitCode:
    """Print the JSON Schema of KIND, for an editor or another tool."""
    emit((schema_text(kind),))
    return ExitCode.DONE
