"""What ``calplan why`` answers on the command line."""

import json
from pathlib import Path
from typing import Final

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GRAPH, LOCKED, calplan, folder, saved, user

ANN: Final = "ann@corp.example"
PEOPLE: Final = (
    user(ANN),
    user("bob@corp.example", client="5.1.0(win)"),
    user("cyd@corp.example", service=""),
    user("dan@corp.example", service="office365-graph"),
    user("eve@corp.example", service="unknown"),
    user("fay@partner.example"),
    user("gus@corp.example", status="inactive"),
)
POLICY: Final = {**LOCKED, "allowedDomains": ["corp.example"]}
OUTCOMES: Final = {
    ANN: "disconnected_prompted",
    "bob@corp.example": "disconnected_silent",
    "cyd@corp.example": "prompted",
    "dan@corp.example": "unaffected",
    "eve@corp.example": "at_risk",
    "fay@partner.example": "disconnected_blocked",
}


@pytest.fixture
def corp(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # A fresh plan reads at this time, and so do the two that are compared.
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1790000000")
    return folder(tmp_path / "corp", policy=POLICY, users=PEOPLE)


def test_a_user_with_any_outcome_is_explained(corp: Path) -> None:
    for email, outcome in OUTCOMES.items():
        said = calplan("why", email, corp, "-o", "json")
        assert said.code is ExitCode.DONE, said.err
        document = json.loads(said.out)
        assert (document["user"]["outcome"], document["counterfactual"]["asked"]) == (outcome, outcome)


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_saved_plan_explains_as_a_fresh_one_does(form: str, corp: Path) -> None:
    plan = saved(corp)
    for email in OUTCOMES:
        fresh, again = (calplan("why", email, source, "-o", form) for source in (corp, plan))
        assert fresh.out == again.out
        assert again.code is ExitCode.DONE


def test_an_outcome_the_user_does_not_have_is_no_mistake(corp: Path) -> None:
    said = calplan("why", ANN, corp, "--not", "disconnected_silent")
    assert said.code is ExitCode.DONE
    assert "the user does not have it. The outcome is disconnected_prompted" in said.out


def test_the_outcome_the_user_has_can_be_asked_for(corp: Path) -> None:
    named, meant = calplan("why", ANN, corp, "--not", " Disconnected_Prompted"), calplan("why", ANN, corp)
    assert named.out == meant.out


def test_an_outcome_nobody_knows_is_met_with_the_nearest(corp: Path) -> None:
    said = calplan("why", ANN, corp, "--not", "disconnected_promted")
    assert said.code is ExitCode.USAGE
    assert said.err == "error: 'disconnected_promted' is no outcome. Did you mean disconnected_prompted?\n"
    assert "There are: disconnected_blocked, " in calplan("why", ANN, corp, "--not", "\x1b").err


def test_nothing_is_explained_of_a_user_who_is_not_active(corp: Path) -> None:
    said = calplan("why", "gus@corp.example", corp)
    assert (said.code, said.out) == (ExitCode.USAGE, "")


def test_both_forms_can_be_had_at_once(corp: Path) -> None:
    said = calplan("why", ANN, corp, "-o", "text", "-o", "json=why.json")
    assert said.code is ExitCode.DONE
    assert said.out.startswith(f"{ANN}: ")
    assert json.loads(Path("why.json").read_text(encoding="utf-8"))["user"]["email"] == ANN
    assert calplan("why", ANN, corp, "-o", "csv").code is ExitCode.USAGE


def test_what_the_policy_leaves_alone_is_marked(corp: Path) -> None:
    text = calplan("why", ANN, corp).out
    assert "    integration.enabled (the integration): true  (the account)  (the policy leaves it alone)\n" in text
    assert "  ~ integration.locked (the lock): false -> true  (the account)\n" in text


def test_a_group_is_told_by_its_name_wherever_it_decides(tmp_path: Path) -> None:
    corp = folder(
        tmp_path / "corp",
        users=[user(ANN, groups=["Staff"], primary_group="Staff")],
        policy={"groups": [{"group": "Staff", **LOCKED["integration"]}]},
        groups={"model": "legacy"},
    )
    said = calplan("why", ANN, corp)
    assert said.code is ExitCode.DONE, said.err
    for words in ("-> (group Staff", "groups[Staff].locked stays as it is: (inherited)", "  group Staff"):
        assert words in said.out


def test_a_plan_with_errors_is_explained_all_the_same(tmp_path: Path) -> None:
    corp = folder(
        tmp_path / "corp",
        users=[user(ANN, groups=["Staff"])],
        policy={"groups": [{"group": "Staff", "service": GRAPH}]},
        groups={"model": "legacy"},
    )
    assert calplan("plan", corp).code is ExitCode.INVALID
    said = calplan("why", ANN, corp)
    assert said.code is ExitCode.DONE
    assert "Nobody can tell which of them holds: nobody knows their primary group." in said.out


def test_the_form_of_the_answer_can_be_printed() -> None:
    assert json.loads(calplan("schema", "why").out)["title"] == "Why"
