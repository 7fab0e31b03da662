"""One object per user."""

import json

from calplan.plan.document import UserDocument
from calplan.render.ndjson import facts_ndjson, users_ndjson
from tests.render import make

KEYS = ["email", "outcome", "connection", "notice", "next_step", "certainty", "rules", "groups"]


def test_a_line_has_exactly_the_documented_keys() -> None:
    for line in make.lines_of(users_ndjson(make.some_users())):
        assert line.endswith("}\n")
        assert list(json.loads(line)) == KEYS


def test_everybody_but_the_unaffected_is_listed_by_address() -> None:
    emails = [json.loads(line)["email"] for line in make.lines_of(users_ndjson(make.some_users()))]
    assert emails == sorted(emails)
    assert len(emails) == 8
    assert "ida@contoso.com" not in emails


def test_every_line_says_what_is_known_of_its_user() -> None:
    for line, user in zip(make.lines_of(users_ndjson(make.some_users())), make.some_users().everybody, strict=False):
        assert json.loads(line) == {key: dict(user)[key] for key in KEYS}


def test_unknown_groups_are_null_and_no_groups_are_an_empty_list() -> None:
    unknown = make.user("a@contoso.com")
    del unknown["groups"]
    users = make.users(unknown, make.user("b@contoso.com", groups=()))
    assert [json.loads(line)["groups"] for line in make.lines_of(users_ndjson(users))] == [None, []]


def test_a_name_made_to_harm_makes_no_line_of_its_own() -> None:
    user = make.user(f"a{make.CHAOS}\x7f\ud800@contoso.com", groups=[make.CHAOS])
    for line in (*make.lines_of(users_ndjson(make.users(user))), *facts_ndjson(make.users(user))):
        assert line[:-1].isprintable()
        found: UserDocument = json.loads(line)
        assert found["email"] == user["email"]
        assert found["groups"] == [make.CHAOS]


def test_the_list_with_facts_leaves_out_what_nobody_states() -> None:
    user = make.user("a@contoso.com")
    del user["own_grant"]
    assert json.loads(next(facts_ndjson(make.users(user)))) == user
