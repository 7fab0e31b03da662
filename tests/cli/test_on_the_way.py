"""A user who loses the connection between two steps only: said before, counted, and no surprise afterwards."""

from pathlib import Path

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GOOGLE, LIVE, calplan, folder, user

EWS = {
    "type": "exchange-ews",
    "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx",
    "impersonation": {
        "account": "svc@corp.example",
        "exchangeVersion": "SE",
        "passwordFrom": {"env": "CALPLAN_SECRET_EWS"},
        "passwordVersion": 1,
    },
}
USERS = [
    user("ann@corp.example", service="exchange-ews")
    | {
        "auth": "impersonation",
        "ews_host": "mail.corp.example",
        "groups": ["Executives"],
        "primary_group": "Executives",
    },
    user("bob@corp.example") | {"groups": ["Labs"], "primary_group": "Labs"},
]
POLICY = {"integration": {"service": EWS}, "groups": [{"group": "Labs", "service": GOOGLE, "locked": True}]}


def corp(path: Path, **limits: object) -> Path:
    live = LIVE | {"groups": [{"group": "Executives", "service": EWS}, {"group": "Labs", "locked": True}]}
    return folder(path, users=USERS, policy=POLICY, live=live, groups={"model": "legacy"}, limits=limits)


def test_a_limit_counts_those_who_lose_on_the_way(tmp_path: Path) -> None:
    said = calplan("apply", corp(tmp_path / "corp", disconnected=0, silent=1), "--auto-approve")
    assert said.code is ExitCode.REFUSED
    assert "limit.disconnected: 1" in said.err


def test_the_loss_on_the_way_was_said_and_is_no_surprise(tmp_path: Path) -> None:
    place = corp(tmp_path / "corp", disconnected=1, silent=1)
    plan = calplan("plan", place)
    assert "warning[P-ON-THE-WAY]: 1 user loses a connection on the way only" in plan.out
    said = calplan("apply", place, "--auto-approve")
    assert said.code is ExitCode.DONE, said.err
    assert "Verified: 2 as forecast, 0 surprises" in said.out
    assert "Still disconnected: 1" in said.out
