"""``calplan explain``: any code in plain words."""

import click

from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import emit
from calplan.cli.plan_codes import OTHER_CODES
from calplan.render.explain import explain as explained
from calplan.render.explain import suggestions


@click.command()
@click.argument("code", metavar="CODE", shell_complete=completing.codes)
def explain(code: str) -> ExitCode:
    """Explain a code of an error, rule, outcome, gate, sentence or ambiguity, with its source."""
    text = explained(code, OTHER_CODES)
    if text is None:
        near = suggestions(code, OTHER_CODES)
        hint = f" Did you mean {', '.join(near)}?" if near else " Codes look like R10, V01, S-TYPE or limit.silent."
        raise StopError(ExitCode.USAGE, f"error: there is no code {code!r}.{hint}")
    emit((text,))
    return ExitCode.DONE
