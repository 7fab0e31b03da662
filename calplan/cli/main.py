"""The entry point: finds the command, runs it, and turns whatever happens into an exit code."""

import importlib
import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import TYPE_CHECKING, Final, TextIO

import click

from calplan.cli.exit_codes import MEANING, ExitCode, StopError
from calplan.cli.output import hush, say

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A command by its module and name there, and its line in ``--help``; imported only when it is used."""

    module: str
    name: str
    help: str


COMMANDS: Final = {
    "demo": Entry(module="demo", name="demo", help="The main job in seconds, on an account of its own, offline."),
    "init": Entry(module="init", name="init", help="Make a folder of documents for an account as it is now."),
    "validate": Entry(module="validate", name="validate", help="Check documents without reading any account."),
    "plan": Entry(module="plan", name="plan", help="Show what changes, for whom, in which order, and what refuses it."),
    "show": Entry(module="show", name="show", help="Show a saved plan again."),
    "impact": Entry(module="impact", name="impact", help="List the users of a plan by what happens to them."),
    "why": Entry(module="why", name="why", help="Show the chain of proof for one user."),
    "explain": Entry(module="explain", name="explain", help="Explain any code in plain words, with its source."),
    "apply": Entry(module="apply", name="apply", help="Make a plan true, step by step, and verify it."),
    "attest": Entry(module="attest", name="attest", help="Say that a person did manual steps of a run."),
    "verify": Entry(module="verify", name="verify", help="Hold a run's forecast against what is observed now."),
    "drift": Entry(module="drift", name="drift", help="Say where the account is otherwise than its policy wants it."),
    "rollback": Entry(module="rollback", name="rollback", help="Print the policy that sets a run back."),
    "history": Entry(module="history", name="history", help="List the runs, and how often each rule was right."),
    "log": Entry(module="log", name="log", help="Show what happened in a run; check that nobody changed it."),
    "state": Entry(module="state", name="state", help="Show what is kept of runs, or release a run lock by hand."),
    "test": Entry(module="test", name="test", help="Try policies on the made-up accounts of Scenario documents."),
    "check": Entry(module="check", name="check", help="Hold your own guardrails against a plan."),
    "export": Entry(module="export", name="export", help="Write the live settings as a CalendarPolicy."),
    "snapshot": Entry(module="snapshot", name="snapshot", help="Freeze live state, to plan where nothing can be read."),
    "notify": Entry(module="notify", name="notify", help="Write what tells people of a plan; sends nothing."),
    "doctor": Entry(module="doctor", name="doctor", help="Look whether accounts can be read, and what to do if not."),
    "providers": Entry(module="providers", name="providers", help="Show what calplan can read and write, and where."),
    "sandbox": Entry(module="sandbox", name="sandbox", help="Make a simulated account in one file, or serve it."),
    "schema": Entry(module="schema", name="schema", help="Print the JSON Schema of a kind of document."),
    "completion": Entry(module="completion", name="completion", help="Print the completion script of a shell."),
    "version": Entry(module="version", name="version", help="Print the version."),
}

COMPLETING: Final = "_CALPLAN_COMPLETE"
EPILOG: Final = "\b\nExit codes:\n" + "\n".join(f"{code.value:>5}  {MEANING[code]}" for code in ExitCode)


class Commands(click.Group):
    """The commands, none of which is imported before it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - the signature is click's
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - see above
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(importlib.import_module(f"calplan.cli.{entry.module}"), entry.name)
        return command if isinstance(command, click.Command) else None

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not args[0].startswith("-") and not ctx.resilient_parsing:
            import difflib  # noqa: PLC0415 - only whoever mistypes a command waits for it

            near = difflib.get_close_matches(args[0], COMMANDS, n=1)
            ctx.fail(f"there is no command {args[0]!r}." + (f" Did you mean {near[0]!r}?" if near else ""))
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> "list[CompletionItem]":
        """The commands by their entries, and the options; click would import every command for a line of its help."""
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - few commands are completions

        named = [CompletionItem(name, help=one.help) for name, one in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - see above
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.help) for name, entry in COMMANDS.items()])


@click.group(cls=Commands, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
def calplan() -> None:
    """Calendar and contacts integration as code, with the people a change would hurt."""
    from calplan.cli.logs import listen  # noqa: PLC0415 - whoever only asks for help has nothing logged

    listen()


def run(arguments: Sequence[str] | None = None) -> ExitCode:
    """Run one command line and give its exit code; errors are said on stderr."""
    try:
        result = calplan.main(args=arguments, prog_name="calplan", standalone_mode=False)
    except StopError as stop:
        say(str(stop))
        return stop.code
    except click.UsageError as error:
        shown = StringIO()
        error.show(shown)
        say(shown.getvalue().removesuffix("\n").expandtabs(4))
        return ExitCode.USAGE
    except click.FileError as error:
        say(f"error: {error.format_message()}")
        return ExitCode.USAGE
    except (click.Abort, KeyboardInterrupt):
        say("interrupted; nothing was written")
        return ExitCode.INTERRUPTED
    except Exception as error:
        code = _code_of_provider(error)
        if code is None:
            raise
        say(f"error: {error}")
        return code
    return result if isinstance(result, ExitCode) else ExitCode.DONE


def _code_of_provider(error: Exception) -> ExitCode | None:
    """The exit code where users who are read as they are printed cannot be read, and ``None`` for a fault."""
    from calplan.cli.wiring import code_of  # noqa: PLC0415 - slow to import, and nothing of it is needed before
    from calplan.providers.errors import ProviderError  # noqa: PLC0415 - as above

    return code_of(error) if isinstance(error, ProviderError) else None


def main() -> None:
    """Run calplan and leave the process."""
    _three_streams()
    for stream in (sys.stdout, sys.stderr):
        _never_fails(stream)
    if os.environ.get(COMPLETING, "").endswith("_complete"):
        hush(sys.stderr)  # whoever presses a key asked for no message
    try:
        code = run()
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read the output has gone: what had to be done is done, only the rest of the text is lost.
        hush(sys.stdout)
        code = ExitCode.DONE
    except SystemExit as leaving:
        # click leaves so at the end of a completion, and with a code of its own when nobody reads its help any more.
        if COMPLETING in os.environ or not leaving.code:
            raise
        hush(sys.stdout)
        code = ExitCode.DONE
    except Exception as fault:  # noqa: BLE001 - nobody is left to catch it
        code = faulted(fault)
    sys.exit(code.value)


def faulted(fault: Exception) -> ExitCode:
    """Say that calplan itself is at fault, and give the exit code of that."""
    if os.environ.get("CALPLAN_LOG") == "debug":
        import traceback  # noqa: PLC0415 - it is seldom needed

        from calplan.cli.logs import redactor  # noqa: PLC0415 - as above

        say(redactor().text("".join(traceback.format_exception(fault))).rstrip("\n"))
    else:
        say(f"calplan has a fault of its own: {type(fault).__name__}")
        say("Nobody's fault but calplan's. CALPLAN_LOG=debug shows where it happened.")
    return ExitCode.FAULT


def _three_streams() -> None:
    """Give a stream that whoever started us has closed a place to go, so that no file takes its number."""
    for name, mode in (("stdin", "r"), ("stdout", "w"), ("stderr", "w")):
        if getattr(sys, name) is None:
            setattr(sys, name, Path(os.devnull).open(mode, encoding="utf-8"))  # noqa: SIM115 - until the process ends


def _never_fails(stream: TextIO) -> None:
    """Let a stream show what its encoding lacks as an escape instead of failing."""
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
