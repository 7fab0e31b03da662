"""Every row of the decision table through the command line: an account, a policy, `calplan plan`, the saved users.

For each row it is asserted that it fires for the user, and that the user's outcome, notice, next step and certainty are
those of the table's line. Where another row has to fire beside it, ``rows.SHOWN_BY`` names the facets that are the
other row's to show, and the table's word of that row is asserted instead. R00 shows by absence, R02 by `explain`, R17
by a pair.
"""

import json
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LIVE, UNLIMITED, UNREAD, USERS, calplan, folder, state, write
from tests.cli.rows import BY_ABSENCE, FACETS, NO_SCENARIO, SHOWN_BY, from_the_table, only_user, shipped_scenarios
from tests.impact.table import TABLE

ROWS = [row for row in TABLE if row not in NO_SCENARIO and row != BY_ABSENCE]


def account_of(spec: Mapping[str, Any]) -> Path:
    """A folder with the account and the policy of a scenario; what the scenario leaves out is unknown there too."""
    given = spec["given"]
    stated = given["settings"]
    live = {key: _filled(unread, stated.get(key, unread)) for key, unread in UNREAD.items()}
    made = folder(Path("corp"), live=live, users=given["users"], policy=spec["when"]["policy"])
    if "tenant" in given:
        write(made / "tenant.yaml", "TenantFacts", {"name": "tenant"}, given["tenant"])
    return made


def _filled(unread: Any, stated: Any) -> Any:  # noqa: ANN401 - parts of a document
    return {**unread, **stated} if isinstance(unread, dict) else stated


def planned_users(path: Path) -> dict[str, dict[str, Any]]:
    """The active users of a folder by address, as `calplan plan --out` saves them."""
    said = calplan("plan", path, "--out", "saved.plan")
    assert said.code is ExitCode.DONE, said.err
    with zipfile.ZipFile("saved.plan") as plan:
        rows = [json.loads(line) for line in plan.read("users.ndjson").splitlines()]
    return {row["email"]: row for row in rows}


@pytest.mark.parametrize("row", ROWS)
def test_a_row_fires_and_gives_what_the_table_says(row: str, repository: Path) -> None:
    spec = shipped_scenarios(repository)[row]
    user = only_user(spec)
    planned = planned_users(account_of(spec))[user["email"]]
    assert row in planned["rules"]
    assert {facet: planned[facet] for facet in FACETS} == from_the_table(row, user)
    connection = TABLE[row].connection
    assert planned["connection"] == connection or connection == "same"


@pytest.mark.parametrize("row", SHOWN_BY)
def test_a_row_whose_word_does_not_show_fires_beside_the_one_whose_word_does(row: str, repository: Path) -> None:
    spec = shipped_scenarios(repository)[row]
    planned = planned_users(account_of(spec))[only_user(spec)["email"]]
    assert set(SHOWN_BY[row].values()) <= set(planned["rules"])
    for facet in SHOWN_BY[row]:
        assert planned[facet] != getattr(TABLE[row], facet)


def test_r00_shows_by_the_absence_of_whoever_is_not_active(repository: Path) -> None:
    spec = shipped_scenarios(repository)[BY_ABSENCE]
    path = account_of(spec)
    assert set(planned_users(path)) == {"active@contoso.com"}
    impact = json.loads(calplan("plan", path, "-o", "json").out)["impact"]
    assert impact["population"] == {"users": 3, "active": 1, "excluded": 2, "connected": 1, "connection_unknown": 0}
    assert sum(impact["counts"].values()) == 1


def test_r02_is_explained_as_the_table_has_it() -> None:
    said = calplan("explain", "R02")
    assert said.code is ExitCode.DONE
    line = TABLE["R02"]
    assert (line.outcome, line.certainty, line.source) == ("unaffected", "documented", "S5")
    assert all(word in said.out for word in ("R02", "add-ons", line.outcome, line.certainty, line.source))


def test_r17_is_a_pair_in_the_plan_and_changes_no_outcome() -> None:
    host, assistant = USERS[0]["email"], USERS[1]["email"]
    create = {"users": "users.ndjson", "settings": "live.yaml", "assistants": "assistants.csv"}
    path = folder(Path("corp"), live=LIVE)
    platform = {"type": "local", "path": "corp.db", "create": create}
    write(path / "account.yaml", "Account", {"name": "corp"}, {"platform": platform, "limits": UNLIMITED})
    (path / "assistants.csv").write_text(f"user,assistant,access\n{host},{assistant},hidden\n", encoding="utf-8")
    state(path, {"privateEvents": {"default": "managed"}})
    planned = planned_users(path)[str(assistant)]
    assert "R17" in planned["rules"]
    line = TABLE["R17"]
    facets = (line.outcome, line.notice, line.next_step)
    assert (planned["outcome"], planned["notice"], planned["next_step"]) == facets
    changes = json.loads(calplan("plan", path, "-o", "json").out)["resource_changes"]
    assert [one["address"] for one in changes] == [f"privateEvents[{host},{assistant}]"]


def test_every_row_of_the_table_is_met_here() -> None:
    assert len(TABLE) == 66
    assert {*ROWS, *NO_SCENARIO, BY_ABSENCE} == set(TABLE)
