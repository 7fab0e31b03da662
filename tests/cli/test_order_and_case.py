"""Nothing that is forecast depends on the order of users, groups, domains or keys, nor on letters' case."""

import json
import random
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, TypeVar, cast

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import GOOGLE, GRAPH, LIVE, calplan, folder, user

T = TypeVar("T")
DOMAINS: Final = ("corp.example", "emea.corp.example", "partner.example")
GROUPS: Final = ("Executives", "Staff", "Labs", "Everybody")
USERS: Final = [
    user(f"u{number:02}@{DOMAINS[number % 3]}", service=("google", "office365-graph", "")[number % 5 % 3])
    | {"groups": [GROUPS[number % 4], GROUPS[number % 3]], "primary_group": GROUPS[number % 3]}
    for number in range(30)
]
OVERRIDES: Final = [
    {"group": "Executives", "service": GRAPH, "locked": True},
    {"group": "Labs", "enabled": True, "bidirectionalSync": True},
    {"group": "Staff", "service": {"type": "exchange-mapi"}},
]
POLICY: Final[dict[str, Any]] = {
    "integration": {
        "locked": False,
        "service": {"type": "google", "permissions": {"calendar": "read", "contacts": "none"}},
    },
    "allowedDomains": ["corp.example", "emea.corp.example"],
    "groups": OVERRIDES,
}
PRIORITY: Final = {"model": "priority", "order": ["Labs", "Executives", "Staff"]}


def groups_of(one: Mapping[str, object]) -> list[str]:
    groups = one["groups"]
    assert isinstance(groups, list)
    return groups


def forecast(path: Path, users: list[dict[str, object]], policy: Mapping[str, Any], live: Mapping[str, Any]) -> object:
    """Every user's row and the numbers of a plan, without what only says where something stands."""
    corp = folder(path, users=users, policy=policy, live=live, groups=PRIORITY)
    saved = path / "saved.plan"
    assert calplan("plan", corp, "--out", saved).code is ExitCode.DONE
    with zipfile.ZipFile(saved) as archive:
        document = json.loads(archive.read("plan.json"))
        return archive.read("users.ndjson"), document["impact"], document["order"], document["assumptions"]


def shuffled(value: T, generator: random.Random) -> T:
    """A value with its keys in another order, at any depth; lists keep theirs."""
    if isinstance(value, dict):
        keys = list(value)
        generator.shuffle(keys)
        return cast("T", {key: shuffled(value[key], generator) for key in keys})
    return cast("T", [shuffled(one, generator) for one in value]) if isinstance(value, list) else value


def louder(text: str) -> str:
    return "".join(sign.upper() if number % 2 else sign for number, sign in enumerate(text))


@pytest.mark.parametrize("seed", range(5))
def test_the_order_of_users_groups_domains_and_keys_is_of_no_matter(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    overridden = [{"group": "Staff", "locked": True}, {"group": "Labs", "service": GOOGLE}]
    users = [shuffled(one, generator) | {"groups": generator.sample(groups_of(one), 2)} for one in USERS]
    generator.shuffle(users)
    policy = shuffled(POLICY, generator) | {
        "allowedDomains": POLICY["allowedDomains"][::-1],
        "groups": generator.sample(OVERRIDES, 3),
    }
    other = shuffled(LIVE, generator) | {"groups": overridden[::-1]}
    plain = forecast(tmp_path / "plain", USERS, POLICY, LIVE | {"groups": overridden})
    assert forecast(tmp_path / "mixed", users, policy, other) == plain


def test_the_case_of_addresses_and_domains_is_of_no_matter(tmp_path: Path) -> None:
    users = [one | {"email": louder(str(one["email"]))} for one in USERS]
    policy = POLICY | {"allowedDomains": [louder(one) for one in POLICY["allowedDomains"]]}
    assert forecast(tmp_path / "loud", users, policy, LIVE) == forecast(tmp_path / "plain", USERS, POLICY, LIVE)
