"""Whether overrides of groups can be resolved (V38): what the documents show, and what only the users do."""

from pathlib import Path

import pytest

from calplan.model.diagnostic import Diagnostic, Severity
from calplan.policyfile.reader import read
from tests.policyfile.make import DAY, account, policy, write

OVERRIDE = "groups:\n  - {group: Sales, locked: true}\n  - {group: Staff, inherit: true}"
PLATFORM = "platform: {type: local, path: contoso.db}\n"


def said(groups: str | None, spec: str = OVERRIDE) -> list[Diagnostic]:
    stated = PLATFORM + ("" if groups is None else f"groups: {groups}\n")
    write(Path(), {"account.yaml": account(stated), "policy.yaml": policy(spec)})
    return [one for one in read([Path()], DAY).diagnostics if one.code == "V38"]


@pytest.mark.parametrize(
    "groups, words, file, line",
    [
        (None, "the Account document states no model", "policy.yaml", 6),
        ("{model: priority, order: [Sales, A, Sales]}", "group `Sales` stands in `order` twice", "account.yaml", 6),
    ],
)
def test_overrides_that_cannot_be_resolved_are_refused_at_their_place(
    groups: str | None, words: str, file: str, line: int
) -> None:
    (found,) = said(groups)
    assert found.severity is Severity.ERROR
    assert words in found.summary
    assert found.position is not None
    assert (found.position.file, found.position.line) == (file, line)


@pytest.mark.parametrize(
    "groups, spec",
    [
        ("{model: legacy}", OVERRIDE),
        ("{model: priority, order: [Sales]}", OVERRIDE),
        ("{model: priority, order: [an-id-of-sales]}", OVERRIDE),
        ("{model: priority, order: [A, B]}", "bidirectionalSync: true"),
        (None, "bidirectionalSync: true"),
        (None, "groups: []"),
        (None, "groups: [{group: Sales, inherit: true}]"),
    ],
)
def test_overrides_that_can_be_resolved_are_not_spoken_of(groups: str | None, spec: str) -> None:
    assert said(groups, spec) == []


def test_every_repeated_group_is_named() -> None:
    assert len(said("{model: priority, order: [A, B, C, B, A, A]}", "groups: []")) == 2


def test_a_policy_without_its_account_is_not_held_against_any() -> None:
    write(Path(), {"policy.yaml": policy(OVERRIDE), "other.yaml": account(PLATFORM, name="other")})
    codes = {one.code for one in read([Path("policy.yaml"), Path("other.yaml")], DAY).diagnostics}
    assert "V38" not in codes
