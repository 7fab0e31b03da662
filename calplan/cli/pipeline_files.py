"""The pipelines that ``calplan init`` writes for CI systems: the files in ``pipelines``, made to fit a repository."""

import json
import os
import re
from importlib.resources import files
from pathlib import Path
from typing import Final

from calplan.cli.init_questions import NO_ACTION, NONE, Answers

PLACES: Final = {
    "github": {
        "github/calplan-plan.yml": ".github/workflows/calplan-plan.yml",
        "github/calplan-apply.yml": ".github/workflows/calplan-apply.yml",
        "github/calplan-drift.yml": ".github/workflows/calplan-drift.yml",
    },
    "gitlab": {"gitlab/calplan.yml": ".gitlab/calplan.yml"},
    "atlantis": {"atlantis/atlantis.yaml": "atlantis.yaml", "atlantis/atlantis-server.yaml": "atlantis-server.yaml"},
}
"""Where each file lies from the root of a repository."""
SECRET: Final = "CALPLAN_SECRET_ZOOM"  # noqa: S105 - the name of a variable
PATH_LINE: Final = re.compile(r"^( *(?:CALPLAN_PATH|CALPLAN_GATES|dir): )(.*/)?\.$", re.MULTILINE)
"""A line whose value ends in the folder of documents, from the root of the repository."""
PLAIN: Final = re.compile(r"[A-Za-z0-9._/-]+", re.ASCII)
LEFT: Final = {
    "github": (
        "GitHub: make the environments calplan-plan and calplan-apply, each with the secret {secret};",
        "  calplan-apply also gets CALPLAN_STATE, required reviewers, and the branch main alone.",
    ),
    "gitlab": (
        "GitLab: write `include: {{local: .gitlab/calplan.yml}}` into .gitlab-ci.yml, set CALPLAN_IMAGE, and {secret}",
        "  for each of the environments calplan-plan and calplan-apply; the second also gets CALPLAN_STATE.",
    ),
    "atlantis": ("Atlantis: atlantis-server.yaml goes to whoever runs the server.",),
}


def repository_of(folder: Path) -> Path:
    """The root of the repository that a folder lies in or will lie in; the folder itself where there is none."""
    here = Path(os.path.abspath(folder))  # noqa: PTH100 - a link stays the name that was given
    return next((one for one in (here, *here.parents) if (one / ".git").exists()), folder)


def pipelines_of(answers: Answers, folder: Path) -> dict[str, str]:
    """The files of the pipelines that were asked for, by their places below the root of the repository."""
    path = os.path.relpath(folder, repository_of(folder)).replace(os.sep, "/")
    made: dict[str, str] = {}
    for name in answers["ci"].split(","):
        for template, place in PLACES.get(name, {}).items():
            text = (files("calplan.cli") / "pipelines" / template).read_text(encoding="utf-8")
            made[place] = _fitted(text, path, answers)
    return made


def what_is_left(answers: Answers) -> tuple[str, ...]:
    """What a person has to do for the pipelines: nothing of it can be a file."""
    asked = [] if answers["ci"] == NONE else answers["ci"].split(",")
    lines: list[str] = []
    for name in asked:
        lines += [line.format(secret=answers.get("secret-env", SECRET)) for line in LEFT[name]]
        if name == "github" and answers["action"] == NO_ACTION:
            lines.append(f"  Replace {NO_ACTION} by where calplan's action lies, with a full commit hash.")
    return tuple(lines)


def _fitted(text: str, path: str, answers: Answers) -> str:
    """A template with the folder of documents, the name of the secret and the place of the action in it."""

    def placed(line: re.Match[str]) -> str:
        value = f"{line[2] or ''}{path}"
        return f"{line[1]}{value if PLAIN.fullmatch(value) else json.dumps(value)}"

    named = text.replace(SECRET, answers.get("secret-env", SECRET))
    return PATH_LINE.sub(placed, named.replace(NO_ACTION, answers.get("action", NO_ACTION)))
