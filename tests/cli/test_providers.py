"""What can be read and written where is shown as a table and as JSON, and is what the adapters declare."""

import json

from calplan.cli.exit_codes import ExitCode
from calplan.cli.providers import ADDRESSES
from calplan.providers.catalog import CATALOG
from tests.cli.make import calplan


def test_every_platform_is_shown_with_its_ability_and_the_grounds_for_each_setting() -> None:
    said = calplan("providers", "-o", "json")
    assert said.code is ExitCode.DONE
    shown = {one["platform"]: one["capabilities"] for one in json.loads(said.out)["platforms"]}
    assert shown.keys() == CATALOG.keys()
    for name, adapter in CATALOG.items():
        declared = adapter.capabilities()
        assert set(ADDRESSES) == set(shown[name])
        assert declared.table.keys() <= set(ADDRESSES)
        for address, one in shown[name].items():
            assert (one["ability"], one["source"]) == (declared.of(address).ability.value, declared.of(address).source)
            assert one["source"]


def test_the_table_has_a_line_for_each_thing_a_policy_states() -> None:
    said = calplan("providers")
    lines = said.out.splitlines()
    assert lines[0].split() == ["local", "zoom", "microsoft", "google", "exchange", "connections-file"]
    assert [line.split()[0] for line in lines[1 : len(ADDRESSES) + 1]] == list(ADDRESSES)
    abilities = {line.split()[0]: line.split()[1:] for line in lines[1 : len(ADDRESSES) + 1]}
    assert abilities["integration.service"] == ["write", "attest", *["none"] * 4]
    assert abilities["privateEvents"] == ["write", "write", *["none"] * 4]
    assert abilities["google.revokeStale"] == ["write", "none", "none", "write", "none", "none"]
    assert abilities["users"] == ["read", "read", "read", "read", "none", "read"]
    assert "the vendor's API has no call or field for it" in said.out
