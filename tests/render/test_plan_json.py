"""The plan as JSON."""

import json

from pytest_snapshot.plugin import Snapshot

from calplan.render.plan_json import canonical_json, plan_json
from tests.render import make


def test_a_plan_is_written_with_sorted_keys(snapshot: Snapshot) -> None:
    snapshot.assert_match("".join(plan_json(make.plan(gates=[make.gate("limit.silent")]))), "plan.json")


def test_the_order_in_which_keys_were_made_does_not_matter() -> None:
    assert canonical_json({"a": 1, "b": {"c": 2, "d": 3}}) == canonical_json({"b": {"d": 3, "c": 2}, "a": 1})


def test_reading_it_gives_the_plan_again_whatever_it_is_called() -> None:
    document = make.plan(account=make.CHAOS + "\ud800\U000e0041 M\u00fcnchen")
    text = "".join(plan_json(document))
    assert json.loads(text) == document
    assert all(line.isprintable() for line in text.split("\n"))
    assert "M\u00fcnchen" in text
    text.encode()


def test_one_line_holds_no_line_end() -> None:
    assert canonical_json({"a": ["\n", "\u2028"], "b": {}}, indent=None) == r'{"a":["\n","\u2028"],"b":{}}'
