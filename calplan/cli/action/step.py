"""One step of a job: what it is asked for is done, and the runner is told."""

import sys
import tempfile
from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

from calplan.cli.action.asked import Asked
from calplan.cli.action.runner import commands_off
from calplan.cli.action.told import (
    Result,
    account_of,
    comment_of,
    ended,
    heading,
    markdown_of,
    outputs_of,
    status_of,
    summary_of,
)
from calplan.cli.action.words import checklist_words, words_of
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.logs import redactor
from calplan.cli.main import faulted, run
from calplan.cli.step_files import add_to_summary, give
from calplan.providers.endpoints import BadEndpointError, Endpoint
from calplan.providers.errors import ProviderError
from calplan.render.github import workflow_command

USUAL_API: Final = "https://api.github.com"
TITLE: Final = {"title": "calplan"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Runner:
    """Where a runner is told what came of a step, and what it says of the place it runs for."""

    outputs: Path | None
    summary: Path | None
    temporary: str | None
    repository: str
    run_page: str
    api: str

    @classmethod
    def of(cls, surroundings: Mapping[str, str]) -> Self:
        """The runner that the variables describe."""
        outputs, summary = surroundings.get("GITHUB_OUTPUT"), surroundings.get("GITHUB_STEP_SUMMARY")
        repository = surroundings.get("GITHUB_REPOSITORY", "")
        server, run_id = surroundings.get("GITHUB_SERVER_URL", ""), surroundings.get("GITHUB_RUN_ID", "")
        return cls(
            outputs=Path(outputs) if outputs else None,
            summary=Path(summary) if summary else None,
            temporary=surroundings.get("RUNNER_TEMP") or None,
            repository=repository,
            run_page=f"{server}/{repository}/actions/runs/{run_id}",
            api=surroundings.get("GITHUB_API_URL") or USUAL_API,
        )


def step(surroundings: MutableMapping[str, str]) -> int:
    """Do what a step is asked for, tell the runner, and give the exit status of the step."""
    runner = Runner.of(surroundings)
    try:
        asked = Asked.of(surroundings, Path(tempfile.mkdtemp(prefix="calplan-", dir=runner.temporary)))
    except StopError as stop:
        message = str(stop).removeprefix("error: ")
        _log(workflow_command("error", TITLE, message))
        _summarise(runner, f"## calplan\n\n{message}\n")
        _give(runner, {"exit-code": str(stop.code.value)})
        return stop.code.value
    result = _performed(asked)
    if result.code is ExitCode.WAITING:
        _log(workflow_command("warning", TITLE, "waiting for a person: the summary of this job has the steps by hand"))
    _give(runner, outputs_of(result))
    _summarise(runner, summary_of(result))
    if asked.comment and asked.event.pull_request is not None:
        _comment(runner, result, asked.event.pull_request)
    return status_of(result)


def _performed(asked: Asked) -> Result:
    """Run the command, in whose words the runner hears no commands, and then let it hear its annotations."""
    with commands_off() as heard:
        code = _run(words_of(asked))
        checklist = checklist_words(asked) if code is ExitCode.WAITING else None
        if checklist is not None:
            _run(checklist)
    result = Result(asked=asked, code=code, log=heard.getvalue())
    if result.files.annotations.exists():
        _log(result.files.annotations.read_text(encoding="utf-8"))
    return result


def _run(words: tuple[str, ...]) -> ExitCode:
    try:
        return run(words)
    except Exception as fault:  # noqa: BLE001 - what was done so far has to be told all the same
        return faulted(fault)


def _comment(runner: Runner, result: Result, pull_request: int) -> None:
    """Keep the comment. A token that may not write, as that of a fork, is told of and stops nothing."""
    try:
        said = _kept(runner, result, pull_request)
    except (ProviderError, BadEndpointError) as error:
        message = f"There is no comment: {error}. The summary of this run has what it would say."
        _log(workflow_command("notice", TITLE, message))
    else:
        _log(f"{said}.\n")


def _kept(runner: Runner, result: Result, pull_request: int) -> str:
    from calplan.cli.action.writing import Given, Place, judged, keep_comment  # noqa: PLC0415 - httpx2 is slow to import
    from calplan.providers.http.retry import Patience  # noqa: PLC0415 - as above
    from calplan.providers.http.server import Server  # noqa: PLC0415 - as above

    asked, markdown = result.asked, markdown_of(result)
    if asked.token is None or runner.repository.count("/") != 1:
        raise ProviderError("no token, or no repository, was given")
    server = Server(
        name="GitHub",
        api=Endpoint.parse(runner.api),
        grant=Given(secret=asked.token),
        headers={"x-github-api-version": "2022-11-28"},
        judge=judged,
        patience=Patience(attempts=4, in_all=60.0),
        redactor=redactor(),
    )
    account = account_of(result) if markdown is not None else asked.account
    place = Place(repository=runner.repository, pull_request=pull_request, author=asked.author, account=account)
    shorter = f"{heading(result)}\n\n{ended(result)} It is too long for a comment: {runner.run_page}\n"
    text = comment_of(result) if markdown is None else markdown.partition("\n")[2]  # without its marker
    return keep_comment(server, place, text, shorter)


def _log(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _give(runner: Runner, outputs: Mapping[str, str]) -> None:
    if runner.outputs is not None:
        give(runner.outputs, outputs)


def _summarise(runner: Runner, text: str) -> None:
    if runner.summary is not None:
        add_to_summary(runner.summary, text)
