"""The part of GitHub that keeps comments, and a runner as it starts a step: variables, an event, files to write to."""

import json
from collections.abc import Mapping
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qs

from calplan.cli.action.step import step
from tests.loopback.server import Asked, Loopback, Reply

TOKEN: Final = "ghs_canary7f3a9"
BOT: Final = "github-actions[bot]"
THREAD: Final = "/repos/corp/calendar/issues/5/comments"
SAME: Final = {"number": 5, "head": {"repo": {"id": 1}}, "base": {"repo": {"id": 1}}}
FORK: Final = {"number": 5, "head": {"repo": {"id": 2}}, "base": {"repo": {"id": 1}}}
DELETED_FORK: Final = {"number": 5, "head": {"repo": None}, "base": {"repo": {"id": 1}}}


@dataclass(slots=True, kw_only=True)
class Comments:
    """The comments below pull request 5. A token of a fork may only read; ``longest`` is the limit of a body."""

    kept: list[dict[str, Any]] = field(default_factory=list)
    may_write: bool = True
    longest: int = 65_536

    def add(self, body: str, login: str = BOT) -> int:
        """A comment that is there already; gives its id."""
        number = 1000 + len(self.kept)
        self.kept.append({"id": number, "body": body, "user": {"login": login}, "extra": {"of": "GitHub"}})
        return number

    def body(self, number: int) -> str:
        return str(next(one["body"] for one in self.kept if one["id"] == number))

    def answer(self, asked: Asked) -> Reply:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Bad credentials")
        if asked.method == "GET" and asked.path == THREAD:
            query = parse_qs(asked.query)
            size, page = int(query["per_page"][0]), int(query["page"][0])
            assert size <= 100
            return said(200, self.kept[(page - 1) * size : page * size])
        if not asked.path.startswith("/repos/corp/calendar/"):
            return refusal(404, "Not Found")
        if not self.may_write:
            return refusal(403, "Resource not accessible by integration")
        body = json.loads(asked.body)["body"]
        if len(body) > self.longest:
            return refusal(422, "Validation Failed: body is too long (maximum is 65536 characters)")
        if asked.method == "POST" and asked.path == THREAD:
            return said(201, {"id": self.add(body)})
        found = [one for one in self.kept if asked.path == f"/repos/corp/calendar/issues/comments/{one['id']}"]
        if asked.method == "PATCH" and found:
            found[0]["body"] = body
            return said(200, found[0])
        return refusal(404, "Not Found")


def said(status: int, value: object) -> Reply:
    return Reply(status=status, body=json.dumps(value).encode())


def refusal(status: int, message: str) -> Reply:
    return said(status, {"message": message, "documentation_url": "https://docs.github.com/rest"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A step as the runner saw it."""

    status: int
    log: str
    outputs: Mapping[str, str]
    summary: str


def runner(
    event: str = "push",
    pull_request: Mapping[str, object] | None = None,
    server: Loopback | None = None,
    inputs: Mapping[str, str] | None = None,
    **more: str,
) -> dict[str, str]:
    """The variables that a runner starts a step with; an input by its name, with ``_`` for ``-``."""
    for name in ("outputs", "summary", "temporary"):
        Path("runner").mkdir(exist_ok=True)
        (Path("runner") / name).mkdir(exist_ok=True) if name == "temporary" else (Path("runner") / name).write_bytes(
            b""
        )
    payload = {} if pull_request is None else {"pull_request": pull_request}
    Path("runner/event.json").write_text(json.dumps(payload), encoding="utf-8")
    return {
        "GITHUB_EVENT_NAME": event,
        "GITHUB_EVENT_PATH": str(Path("runner/event.json").absolute()),
        "GITHUB_OUTPUT": str(Path("runner/outputs").absolute()),
        "GITHUB_STEP_SUMMARY": str(Path("runner/summary").absolute()),
        "GITHUB_REPOSITORY": "corp/calendar",
        "GITHUB_SERVER_URL": "https://github.com",
        "GITHUB_RUN_ID": "77",
        "GITHUB_ACTOR": "ann",
        "RUNNER_TEMP": str(Path("runner/temporary").absolute()),
        "CALPLAN_ACTION_TOKEN": TOKEN,
        "CALPLAN_ACTION_COMMENT_AUTHOR": BOT,
        **({} if server is None else {"GITHUB_API_URL": server.url}),
        **{f"CALPLAN_ACTION_{name.upper()}": value for name, value in {**(inputs or {}), **more}.items()},
    }


def run_step(surroundings: dict[str, str]) -> Ended:
    """Run a step, and read what it told the runner."""
    with redirect_stdout(StringIO()) as log:
        status = step(surroundings)
    return ended(status, log.getvalue())


def ended(status: int, log: str) -> Ended:
    return Ended(
        status=status,
        log=log,
        outputs=outputs_in(Path("runner/outputs").read_text("utf-8")),
        summary=Path("runner/summary").read_text("utf-8"),
    )


def outputs_in(text: str) -> dict[str, str]:
    """What a runner reads from the file of outputs: ``NAME<<END``, lines, ``END``."""
    outputs: dict[str, str] = {}
    lines = iter(text.split("\n"))
    for line in lines:
        if not line:
            continue
        name, sign, end = line.partition("<<")
        assert sign, f"no runner reads {line!r}"
        value: list[str] = []
        for part in lines:
            if part == end:
                break
            value.append(part)
        else:
            raise AssertionError(f"{name} does not end")
        outputs[name] = "\n".join(value)
    return outputs


def heard(log: str) -> list[str]:
    """The lines of a log that the runner takes for commands: none between ``stop-commands`` and its word."""
    commands: list[str] = []
    word = ""
    for line in log.splitlines():
        if word:
            word = "" if line == f"::{word}::" else word
        elif line.startswith("::stop-commands::"):
            word = line.removeprefix("::stop-commands::")
        elif line.startswith("::"):
            commands.append(line)
    assert not word, "commands are off for good"
    return commands
