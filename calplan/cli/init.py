"""``calplan init``: a folder of documents for an account, as it is now."""

import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Final

import click

from calplan.cli import clock
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.init_files import LIVE, NAMES, files_of
from calplan.cli.init_questions import NOW, QUESTIONS, UNKNOWN, Answers, BadAnswerError, Question
from calplan.cli.output import emit, say
from calplan.cli.pipeline_files import pipelines_of, repository_of, what_is_left
from calplan.cli.reading import stop_if_errors
from calplan.cli.trust import in_automation
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.plan.gates import CLOCK_SKEW
from calplan.policyfile.check import check
from calplan.policyfile.judge import judge
from calplan.policyfile.line_numbers import shown_name
from calplan.policyfile.loader import loaded
from calplan.policyfile.reader import read
from calplan.policyfile.schema import SETTINGS
from calplan.policyfile.values import parse_moment

GIVEN: Final = "calplan.init"
DONT_KNOW: Final = "Enter alone says that you do not know."
WHERE_TO_LOOK: Final = {
    "zoom": "\nLook in the portal, as owner or admin: Account Settings > Mail & Calendar > Integrations, Data Sync\n"
    f"(older: Account Settings > Meeting > Calendar and Contacts). {DONT_KNOW}\n",
    "local": f"\nNow the settings that the account begins with. {DONT_KNOW}\n",
}


def _keep(ctx: click.Context, param: click.Parameter, value: str | tuple[str, ...] | None) -> None:
    if value is not None and value != ():
        answer = value if isinstance(value, str) else ",".join(value)
        ctx.meta.setdefault(GIVEN, {})[str(param.name).replace("_", "-")] = answer


def _flags(command: click.Command) -> click.Command:
    """The command with a flag for each question."""
    for question in QUESTIONS:
        option = click.Option(
            [f"--{question.flag}"],
            metavar="ANSWER",
            help=question.asks,
            multiple=question.repeats,
            expose_value=False,
            callback=_keep,
        )
        command.params.append(option)
    return command


@_flags
@click.command()
@click.argument("folder", metavar="[DIR]", type=click.Path(path_type=Path), default=".")
@click.pass_context
def init(ctx: click.Context, folder: Path) -> ExitCode:
    """Make a folder of documents for an account as it is now: account, policy, and what a person saw in the portal.

    Asks on a terminal. Each question has a flag, and what a flag answers is not asked; `unknown` is an answer to
    whatever stands in the portal. No file that exists is touched, and no secret is asked for: only the name of the
    environment variable that will hold it.
    """
    _require_absent(folder)
    given = ctx.meta.get(GIVEN, {})
    answers = _answers(given, folder, asking=not in_automation() and sys.stdin is not None and sys.stdin.isatty())
    now = _when(answers.get("at", NOW))
    files = files_of(answers, folder, now=now, today=clock.today())
    _require_new(folder, answers["name"])
    for name, text in files.items():
        if name.endswith(".yaml"):
            stop_if_errors(errors_in(_said_of(folder / name, text)))
    root, pipelines = repository_of(folder), pipelines_of(answers, folder)
    _require_absent(root, tuple(pipelines))
    below = ((folder, files), (root, pipelines))
    _write(folder, {place / name: text for place, texts in below for name, text in texts.items()})
    emit(_what_next(folder, files, pipelines, answers))
    return ExitCode.DONE


def _answers(given: Mapping[str, str], folder: Path, *, asking: bool) -> Answers:
    """An answer to every question that is to be asked.

    Raises:
        StopError: an answer cannot be, or one is missing and there is nobody to ask.
    """
    answers: dict[str, str] = {}
    missing: list[str] = []
    told = False
    for question in QUESTIONS:
        flag = question.flag
        if not question.when(answers):
            continue
        if flag in given:
            answers[flag] = _read(question, given[flag], answers)
        elif asking:
            if question.seen and not told:
                say(WHERE_TO_LOOK[answers["platform"]])
            told = told or question.seen
            answers[flag] = _asked(question, folder, answers)
        elif question.default is not None:
            answers[flag] = question.default(folder)
        else:
            missing.append(f"--{flag}")
    if missing:
        message = f"error: there is no terminal to ask on; say it with {', '.join(missing)}"
        raise StopError(ExitCode.USAGE, f"{message} (unknown is an answer to what stands in the portal)")
    idle = [f"--{flag}" for flag in given if flag not in answers]
    if idle:
        raise StopError(ExitCode.USAGE, f"error: {', '.join(idle)} goes with none of the other answers; leave it out")
    return answers


def _read(question: Question, text: str, answers: Answers) -> str:
    try:
        return question.answer(text, answers)
    except BadAnswerError as error:
        raise StopError(ExitCode.USAGE, f"error: --{question.flag} takes {error}") from error


def _asked(question: Question, folder: Path, answers: Answers) -> str:
    """The answer of whoever sits at the terminal, asked until it can be."""
    default = UNKNOWN if question.seen else "" if question.default is None else question.default(folder)
    while True:
        answer = click.prompt(
            question.asks, default=default, show_default=bool(default), err=True, prompt_suffix="\n  "
        )
        try:
            return question.answer(str(answer), answers)
        except BadAnswerError as error:
            say(f"  It has to be {error}.")


def _when(text: str) -> datetime:
    """When somebody looked.

    Raises:
        StopError: it is still to come.
    """
    at = clock.now().replace(microsecond=0) if text == NOW else parse_moment(text)
    assert at is not None, "the question's reader demands it"
    if at - clock.now() > CLOCK_SKEW:
        raise StopError(ExitCode.USAGE, f"error: --at {text} is still to come, and only what was seen can be attested")
    return at


def _said_of(file: Path, text: str) -> tuple[Diagnostic, ...]:
    """What is to be said of a document of the new folder; the settings of a local account are no policy."""
    read_in = loaded(file, text)
    if file.name == LIVE:
        return tuple(said for document in read_in.documents for said in check(document, SETTINGS))
    return judge(read_in, asked_for=True, as_of=clock.today()).diagnostics


def _require_absent(folder: Path, names: Sequence[str] = NAMES) -> None:
    """Refuse where a file exists that may have to be made; of documents it is asked before anything else.

    Raises:
        StopError: which they are.
    """
    there = [one for one in names if os.path.lexists(folder / one)]
    if there:
        message = (
            f"error: {', '.join(there)} in {folder} exist already, and init overwrites nothing; nothing was written"
        )
        raise StopError(ExitCode.USAGE, message)


def _require_new(folder: Path, name: str) -> None:
    """Refuse where the folder has documents of such an account.

    Raises:
        StopError: it has.
    """
    reading = read((folder,), clock.today()) if folder.is_dir() else None
    if reading is None:
        return
    taken = {one.name for one in reading.accounts} | {one.account for one in reading.portal_records}
    if name in taken | {one.policy.account for one in reading.policies}:
        message = f"error: {folder} has documents of an account {name!r} already; give another name with --name"
        raise StopError(ExitCode.USAGE, message)


def _write(folder: Path, files: Mapping[Path, str]) -> None:
    """Write all files or none.

    Raises:
        StopError: one cannot be written, or somebody else made it meanwhile.
    """
    made: list[Path] = []
    new: list[Path] = []
    try:
        for file, text in files.items():
            new += _made_for(file)
            with file.open("x", encoding="utf-8", newline="") as stream:
                made.append(file)
                stream.write(text)
    except BaseException as error:
        for one in made:
            one.unlink(missing_ok=True)
        for one in reversed(new):
            with suppress(OSError):  # by now it holds what somebody else put there
                one.rmdir()
        if isinstance(error, OSError):
            message = f"error: {folder} cannot be filled: {error.strerror}; nothing was written"
            raise StopError(ExitCode.USAGE, message) from error
        raise


def _made_for(file: Path) -> list[Path]:
    """The folders that were missing above a file, made, the uppermost first."""
    missing = [one for one in reversed(file.parents) if not one.exists()]
    for one in missing:
        one.mkdir(exist_ok=True)
    return missing


def _what_next(
    folder: Path, files: Mapping[str, str], pipelines: Mapping[str, str], answers: Answers
) -> tuple[str, ...]:
    here = shown_name(folder)
    lines = [f"Made in {here}: {', '.join(files)}"]
    if pipelines:
        lines += [f"Made in {shown_name(repository_of(folder))}: {', '.join(pipelines)}", *what_is_left(answers)]
    if "secret-env" in answers:
        lines.append(f"Put the client secret into the environment variable {answers['secret-env']}, then:")
    return tuple(f"{line}\n" for line in (*lines, f"Next: calplan plan {here}"))
