"""A page for the commands, from what click knows of them: usage, what they say of themselves, options."""

from collections.abc import Iterator
from typing import Final

import click

from calplan.cli.exit_codes import MEANING, WORST_FIRST, ExitCode
from calplan.cli.main import COMMANDS
from calplan.cli.main import calplan as root
from tests.reference.environment import SECTIONS
from tests.reference.markdown import bullet, code, paragraphs, safe, table

HELP: Final = "-h, --help"


def commands_page() -> Iterator[str]:
    """Every command with its options."""
    yield from paragraphs(
        "# Commands",
        "`-h` or `--help` after any command prints what stands here. The result goes to standard output, everything "
        "else to standard error; `-o NAME=FILE` writes an output to a file, and may repeat. What commands say to the "
        "shell: [exit codes](exit-codes.md).",
    )
    yield from table(
        ("command", "does"), ((f"[`{one}`](#calplan-{one})", safe(entry.help)) for one, entry in COMMANDS.items())
    )
    top = click.Context(root, info_name="calplan", **root.context_settings)
    for name in COMMANDS:
        command = root.get_command(top, name)
        assert command is not None
        yield from _command(command, click.Context(command, info_name=name, parent=top))


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    yield from paragraphs(f"## {context.command_path}")
    yield from paragraphs(f"`{context.command_path} {' '.join(command.collect_usage_pieces(context))}`")
    yield from paragraphs(*(safe(part) for part in (command.help or "").replace("\b", "").split("\n\n")))
    options = [record for one in command.get_params(context) if (record := one.get_help_record(context)) is not None]
    listed = [bullet(f"`{name}`: {safe(said)}") for name, said in options if said and name != HELP]
    for lines in listed:
        yield from lines
    yield from [""] if listed else ()
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            inner = command.get_command(context, name)
            assert inner is not None
            yield from _command(inner, click.Context(inner, info_name=name, parent=context))


def exit_codes_page() -> Iterator[str]:
    """What a command says to the shell."""
    yield from paragraphs("# Exit codes", "They are stable. `calplan --help` lists them too.")
    yield from table(("code", "means"), ((str(one.value), safe(MEANING[one])) for one in ExitCode))
    order = ", ".join(str(one.value) for one in WORST_FIRST)
    yield from paragraphs(f"Where several apply, the first of these is given: {order}.")


def environment_page() -> Iterator[str]:
    """What is read from the environment."""
    yield from paragraphs("# Environment variables", "Nothing else is read from the environment, and nothing is sent.")
    for title, variables in SECTIONS:
        yield from paragraphs(f"## {title}")
        yield from table(("variable", "does"), ((code(one.name), safe(one.does)) for one in variables))
