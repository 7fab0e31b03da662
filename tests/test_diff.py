"""The difference of two states: applying it to the one gives the other, and nothing of the library leaks."""

from dataclasses import replace
from itertools import product

import pytest
from deepdiff import DeepDiff
from hypothesis import given
from hypothesis import strategies as st

from calplan.diff import (
    ABSENT,
    Leaf,
    Path,
    Plain,
    Transition,
    apply_leaves,
    canonical,
    canonical_domains,
    canonical_service,
    leaves_between,
)
from calplan.model.domain import Domain
from calplan.model.service import Service
from calplan.model.settings import ANY, AccountSettings, Domains, Setting
from calplan.model.unknown import UNKNOWN, Unknown
from tests import make

LEVELS = ("none", "read", "write", "unknown")
CHOSEN = [pair for pair in product(LEVELS, repeat=2) if pair != ("none", "none")]
URLS = ("https://mail.corp.example/EWS/Exchange.asmx", "https://mail.corp.example/x", "https://owa.corp.example:444/x")
LOGINS = (
    None,
    UNKNOWN,
    make.impersonation(),
    make.impersonation("other@corp.example"),
    make.impersonation(exchange_version="2019"),
    make.impersonation(password_version=2),
    make.impersonation(password_version=UNKNOWN),
)
SERVICES: tuple[Service, ...] = (
    *(make.google(*pair) for pair in CHOSEN),
    *(make.graph(*pair) for pair in CHOSEN),
    *(make.office365_ews(url) for url in URLS),
    *(make.exchange(url, login) for url, login in product(URLS, LOGINS)),
    make.MAPI,
)
TRI = (False, True, UNKNOWN)

names = st.sampled_from(("a.example", "b.example", "a.b.example", "xn--fa-hia.de", "1.example", "true", "root", "10"))
lists: st.SearchStrategy[Domains | Unknown] = st.one_of(
    st.just(ANY), st.just(UNKNOWN), st.frozensets(names.map(Domain), max_size=5)
)
switches = st.sampled_from(TRI)
states = st.builds(
    AccountSettings,
    enabled=switches,
    locked=switches,
    service=st.sampled_from((UNKNOWN, *SERVICES)),
    allowed_domains=lists,
    bidirectional_sync=switches,
    consent_for_account=switches,
    enforce_oauth=switches,
)


def second_opinion(before: Plain, after: Plain) -> dict[Path, tuple[object, object]]:
    """The leaves between two canonical forms, as a library sees them."""
    tree = DeepDiff(before, after, view="tree", threshold_to_diff_deeper=0)
    return {
        tuple(str(step) for step in item.path(output_format="list")): (
            ABSENT if kind == "dictionary_item_added" else item.t1,
            ABSENT if kind == "dictionary_item_removed" else item.t2,
        )
        for kind, items in tree.items()
        for item in items
    }


def is_plain(value: object) -> bool:
    if type(value) is dict:
        return all(type(name) is str and is_plain(one) for name, one in value.items())
    return value is None or value is ABSENT or type(value) in (bool, int, str, Unknown)


@given(states, states)
def test_the_leaves_lead_from_one_state_to_the_other(before: AccountSettings, after: AccountSettings) -> None:
    leaves = leaves_between(canonical(before), canonical(after))
    assert apply_leaves(canonical(before), leaves) == canonical(after)


def test_the_leaves_lead_from_every_service_to_every_other() -> None:
    forms = [canonical(make.account(service=service)) for service in (UNKNOWN, *SERVICES[::3], make.MAPI)]
    for before, after in product(forms, repeat=2):
        assert apply_leaves(before, leaves_between(before, after)) == after


@given(states, states)
def test_there_are_leaves_and_changes_if_and_only_if_the_states_differ(
    before: AccountSettings, after: AccountSettings
) -> None:
    differ = before != after
    assert bool(leaves_between(canonical(before), canonical(after))) is differ
    assert bool(Transition(before=before, after=after).changes()) is differ
    assert leaves_between(canonical(after), canonical(after)) == ()


@given(states, states)
def test_the_leaves_are_the_ones_that_a_library_finds(before: AccountSettings, after: AccountSettings) -> None:
    found = leaves_between(canonical(before), canonical(after))
    told = {leaf.path: (leaf.before, leaf.after) for leaf in found}
    assert told == second_opinion(canonical(before), canonical(after))
    assert [leaf.path for leaf in found] == sorted({leaf.path for leaf in found})


@given(states, states)
def test_only_plain_values_leave_the_module(before: AccountSettings, after: AccountSettings) -> None:
    for change in Transition(before=before, after=after).changes():
        assert type(change.leaves) is tuple
        assert is_plain(change.before)
        assert is_plain(change.after)
        for leaf in change.leaves:
            assert type(leaf) is Leaf
            assert type(leaf.path) is tuple
            assert all(type(step) is str for step in leaf.path)
            assert is_plain(leaf.before)
            assert is_plain(leaf.after)


@given(states, states)
def test_a_change_names_each_setting_that_differs_once_and_in_order(
    before: AccountSettings, after: AccountSettings
) -> None:
    left, right = canonical(before), canonical(after)
    changes = Transition(before=before, after=after).changes()
    assert [one.setting for one in changes] == [one for one in Setting if left[one.value] != right[one.value]]
    for one in changes:
        assert (one.before, one.after) == (left[one.setting.value], right[one.setting.value])
        form = apply_leaves({"x": one.before}, [replace(leaf, path=("x", *leaf.path)) for leaf in one.leaves])
        assert form == {"x": one.after}


@given(st.lists(names, min_size=1, max_size=6, unique=True), st.data())
def test_the_order_of_domains_is_no_difference(listed: list[str], data: st.DataObject) -> None:
    shuffled = data.draw(st.permutations(listed))
    left, right = (
        make.account(allowed_domains=make.domains(*listed)),
        make.account(allowed_domains=make.domains(*shuffled)),
    )
    assert Transition(before=left, after=right).changes() == ()
    form = canonical_domains(left.allowed_domains)
    assert isinstance(form, dict)
    assert [*form] == sorted(form)


def test_one_domain_more_is_one_leaf() -> None:
    before = make.account(allowed_domains=make.domains("a.example", "b.example"))
    after = make.account(allowed_domains=make.domains("b.example", "c.example", "a.example"))
    (change,) = Transition(before=before, after=after).changes()
    assert change.leaves == (Leaf(path=("c.example",), before=ABSENT, after=True),)


def test_the_spelling_of_a_domain_is_no_difference() -> None:
    before = make.account(allowed_domains=make.domains("Corp.Example.", "corp.example"))
    after = make.account(allowed_domains=make.domains("CORP.EXAMPLE"))
    assert Transition(before=before, after=after).changes() == ()


FIELDS = tuple(AccountSettings.__dataclass_fields__)


@pytest.mark.parametrize("name", FIELDS)
def test_unknown_before_and_a_known_value_after_is_a_change(name: str) -> None:
    after = make.account()
    before = replace(after, **{name: UNKNOWN})
    (change,) = Transition(before=before, after=after).changes()
    assert change.before is UNKNOWN
    assert change.after is not UNKNOWN
    assert [(leaf.path, leaf.before) for leaf in change.leaves] == [((), UNKNOWN)]


@pytest.mark.parametrize("name", FIELDS)
def test_unknown_before_and_after_is_no_change(name: str) -> None:
    state = replace(make.account(), **{name: UNKNOWN})
    assert Transition(before=state, after=state).changes() == ()


def test_unknown_is_neither_absent_nor_the_word() -> None:
    unknown = make.account(service=make.exchange(impersonation=UNKNOWN))
    none = make.account(service=make.exchange())
    (change,) = Transition(before=unknown, after=none).changes()
    assert change.leaves == (Leaf(path=("impersonation",), before=UNKNOWN, after=None),)
    assert leaves_between({"x": UNKNOWN}, {"x": "unknown"}) != ()
    assert leaves_between({"x": UNKNOWN}, {}) == (Leaf(path=("x",), before=UNKNOWN, after=ABSENT),)
    assert leaves_between({"x": None}, {}) == (Leaf(path=("x",), before=None, after=ABSENT),)


def test_true_and_one_are_different_values() -> None:
    assert leaves_between({"x": True}, {"x": 1}) == (Leaf(path=("x",), before=True, after=1),)


def test_the_canonical_form_names_every_setting_by_its_address() -> None:
    assert set(canonical(make.account())) == {setting.value for setting in Setting}


def test_a_service_in_canonical_form_has_the_words_of_the_policy_and_no_secret() -> None:
    login = make.impersonation(password_version=3)
    assert canonical_service(make.exchange(impersonation=login)) == {
        "type": "exchange-ews",
        "ewsUrl": "https://mail.corp.example/EWS/Exchange.asmx",
        "impersonation": {"account": "svc@corp.example", "exchangeVersion": "2016", "passwordVersion": 3},
    }
    assert canonical_service(make.graph("read", "none")) == {
        "type": "office365-graph",
        "permissions": {"calendar": "read", "contacts": "none"},
    }
    assert canonical_service(make.MAPI) == {"type": "exchange-mapi"}


def test_different_services_have_different_canonical_forms() -> None:
    forms = [canonical_service(service) for service in SERVICES]
    assert all(left != right for number, left in enumerate(forms) for right in forms[number + 1 :])


def test_applying_leaves_leaves_the_form_it_was_given_alone() -> None:
    before, after = canonical(make.account()), canonical(make.account(service=make.google("read", "none")))
    kept = canonical(make.account())
    apply_leaves(before, leaves_between(before, after))
    assert before == kept


def test_absent_has_a_name() -> None:
    assert repr(ABSENT) == "ABSENT"
