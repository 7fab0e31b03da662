"""The page on Rego shows keys that a plan has."""

import json
import re
from pathlib import Path
from typing import Any

from tests.render.make import plan, some_users


def missing(shown: Any, real: Any, path: str = "") -> list[str]:  # noqa: ANN401 - JSON
    """The keys of the excerpt that the plan lacks. What a counter or a setting holds differs from plan to plan."""
    if path.endswith(("/before", "/after", "/counts")):
        return []
    if isinstance(shown, dict) and isinstance(real, dict):
        absent = [f"{path}/{key}" for key in shown if key not in real]
        return absent + [
            one for key in shown.keys() & real.keys() for one in missing(shown[key], real[key], f"{path}/{key}")
        ]
    if isinstance(shown, list) and isinstance(real, list) and real:
        return [one for item in shown for one in missing(item, real[0], f"{path}[]")]
    return [] if type(shown) is type(real) else [path]


def test_every_key_of_the_excerpt_is_one_of_a_plan(repository: Path) -> None:
    page = (repository / "docs" / "how-to" / "rego-over-a-plan.md").read_text("utf-8")
    (excerpt,) = (json.loads(text) for text in re.findall(r"```json\n(.*?)```", page, re.DOTALL))
    real = plan(some_users())
    assert missing(excerpt, real) == []
    assert missing({"gone": 1, **excerpt}, real) == ["/gone"]
    rules = re.findall(r"```rego\n(.*?)```", page, re.DOTALL)[0]
    assert set(re.findall(r"input\.(\w+)", rules)) <= set(real)
