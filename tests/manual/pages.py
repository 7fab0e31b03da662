"""The man pages: one for each command, made of its help, and one for calplan with what all commands share."""

import inspect
from collections.abc import Iterator
from typing import Final

import click

from calplan import __version__
from calplan.cli.exit_codes import MEANING, ExitCode
from calplan.cli.main import COMMANDS, calplan
from tests.manual.roff import bold, head, italic, listed, prose, section, text, typed
from tests.reference.environment import SECTIONS

NAME: Final = "calplan"
DESCRIPTION: Final = """\
calplan keeps the "Calendar and contacts integration" setting of a video-meeting account (Zoom) as code: the policy that
is wanted is written as YAML, calplan plan shows what would change and which users would be disconnected, prompted,
blocked or left untold, and why, and calplan apply makes it so.

Only apply, attest, sandbox and state unlock change anything. The result of a command goes to standard output, all else
to standard error. A PATH is a file or a folder of documents, the working directory where it is left out; whether
something is a PLAN or a PATH is told by what it holds. Long reads show on standard error how far they have come: on a
terminal in a line that is gone at the end, in CI in a line each ten seconds.
"""
FILES: Final = {
    "*.yaml, *.yml": "Documents, told by apiVersion: calplan/v1. calplan schema prints the schema of each kind.",
    ".calplan/state.db": "Run locks, journals and history of the accounts applied to from the working directory.",
    "NAME.calplan": "A saved plan, by whatever name; it names users, so it can be read by its owner alone.",
}


def pages() -> dict[str, str]:
    """Every page by the name of its file."""
    root = calplan.make_context(NAME, [], resilient_parsing=True)
    found = {f"{NAME}.1": "\n".join([*_overview(), ""])}
    for words, command, context in _commands(calplan, root):
        found[f"{'-'.join(words)}.1"] = "\n".join([*_page(words, command, context), ""])
    return found


def _commands(
    group: click.Group, context: click.Context
) -> Iterator[tuple[tuple[str, ...], click.Command, click.Context]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        inner = click.Context(command, info_name=name, parent=context)
        yield tuple(inner.command_path.split(" ")), command, inner
        if isinstance(command, click.Group):
            yield from _commands(command, inner)


def _page(words: tuple[str, ...], command: click.Command, context: click.Context) -> Iterator[str]:
    yield from head("-".join(words), __version__)
    yield from section("NAME", [f"{text('-'.join(words))} \\- {text(_in_short(words, command))}"])
    usage = " ".join(map(typed, command.collect_usage_pieces(context)))
    yield from section("SYNOPSIS", [f"{bold(' '.join(words))} {usage}"])
    yield from section("DESCRIPTION", prose(inspect.cleandoc(command.help or "")))
    if isinstance(command, click.Group):
        inner = {name: command.get_command(context, name) for name in command.list_commands(context)}
        yield from section("COMMANDS", listed([(bold(name), one.help or "") for name, one in inner.items() if one]))
    yield from section("OPTIONS", listed(_options(command, context)))
    yield from section("NOTES", prose(command.epilog or ""))
    yield from section('"EXIT STATUS"', [f"As {_page_name(NAME)} lists them."])
    yield from section('"SEE ALSO"', [_page_name(NAME)])


def _overview() -> Iterator[str]:
    yield from head(NAME, __version__)
    yield from section("NAME", [f"{NAME} \\- {text(calplan.help or '').rstrip('.')}"])
    yield from section("SYNOPSIS", [f"{bold(NAME)} {italic('COMMAND')} [{italic('OPTIONS')}] [{italic('ARGS')}]..."])
    yield from section("DESCRIPTION", prose(DESCRIPTION))
    yield from section("COMMANDS", listed([(_page_name(f"{NAME}-{name}"), one.help) for name, one in COMMANDS.items()]))
    yield from section('"EXIT STATUS"', listed([(bold(str(one.value)), MEANING[one]) for one in ExitCode]))
    yield from section("ENVIRONMENT", _environment())
    yield from section("FILES", listed([(italic(name), says) for name, says in FILES.items()]))
    yield from section("EXAMPLES", prose("\b\n" + "\n".join(EXAMPLES)))
    others = ", ".join(_page_name(f"{NAME}-{name}") for name in ("demo", "init", "plan", "apply", "explain"))
    yield from section('"SEE ALSO"', [others])


def _environment() -> Iterator[str]:
    for title, variables in SECTIONS:
        yield f".SS {title}"
        yield from listed([(bold(one.name), one.does.replace("`", "")) for one in variables])


EXAMPLES: Final = (
    "calplan demo",
    "calplan plan FOLDER --out FILE",
    "calplan why ann@corp.example FILE",
    "calplan apply FILE",
    "calplan explain limit.silent",
)


def _in_short(words: tuple[str, ...], command: click.Command) -> str:
    entry = COMMANDS.get(words[1]) if len(words) == 2 else None
    line = entry.help if entry is not None else (command.help or "").strip().split("\n\n")[0]
    return " ".join(line.split()).removesuffix(".")


def _options(command: click.Command, context: click.Context) -> list[tuple[str, str]]:
    options = (one for one in command.get_params(context) if isinstance(one, click.Option))
    records = (one.get_help_record(context) for one in options)
    return [(typed(flags), said) for flags, said in filter(None, records)]


def _page_name(name: str) -> str:
    return rf"{bold(name)}(1)"
