"""Accounts in batches: whoever shares a credential is never read in two places at once."""

from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from calplan.cli.chosen import Chosen
from calplan.cli.fleet.batches import batches_of, groups_of
from calplan.cli.fleet.order import Order
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import WantedSettings
from calplan.policyfile.document import Plain
from calplan.policyfile.documents import AccountDocument, LocalPlatform, StatedProvider, ZoomPlatform
from calplan.providers.credentials import credentials_of


def order(name: str, app: str | None = None, tenant: str | None = None, key: str | None = None) -> Order:
    """An account at Zoom, or an embedded one, with a tenant and a key for Google if they are named."""
    credential: Plain = {"kind": "secret", "from": {"env": "CALPLAN_SECRET_ZOOM"}}
    zoom = ZoomPlatform(stated={"type": "zoom", "accountId": name, "clientId": app or "", "credential": credential})
    providers = []
    if tenant is not None:
        providers.append(StatedProvider(type="microsoft", stated={"tenantId": tenant, "clientId": "app"}))
    if key is not None:
        stated: dict[str, Plain] = {"credential": {"kind": "serviceAccount", "from": {"file": key}}}
        providers.append(StatedProvider(type="google", stated=stated))
    account = AccountDocument(
        name=name,
        platform=LocalPlatform(path=Path(f"{name}.db")) if app is None else zoom,
        providers=tuple(providers),
        file=Path("folder/account.yaml"),
    )
    policy = CalendarPolicy(name=name, account=name, settings=WantedSettings())
    return Order(
        chosen=Chosen(account=account, policy=policy, tenant=(), diagnostics=(), paths=(), policy_file=Path("p.yaml"))
    )


names = st.none() | st.sampled_from("abcd")
fleets = st.lists(st.tuples(names, names, names), max_size=30).map(
    lambda drawn: [order(f"n{number}", *one) for number, one in enumerate(drawn)]
)


@given(orders=fleets, places=st.integers(1, 5), size=st.none() | st.integers(1, 9))
def test_every_account_is_in_one_batch_and_no_credential_in_two(
    orders: list[Order], places: int, size: int | None
) -> None:
    batches = batches_of(orders, places, size)
    planned = [one.account for batch in batches for one in batch]
    assert sorted(planned) == sorted(one.account for one in orders)
    used = [{name for one in batch for name in credentials_of(one.chosen.account)} for batch in batches]
    assert sum(map(len, used)) == len(set().union(*used))


@given(orders=fleets)
def test_accounts_are_tied_by_nothing_but_shared_credentials(orders: list[Order]) -> None:
    groups = groups_of(orders)
    for group in groups:
        reached, left = [group[0]], list(group[1:])
        while near := [
            one
            for one in left
            if any(credentials_of(one.chosen.account) & credentials_of(other.chosen.account) for other in reached)
        ]:
            reached += near
            left = [one for one in left if one not in near]
        assert left == []


def test_a_file_for_google_is_one_credential_by_whichever_path_it_is_named() -> None:
    one, two = order("one", key="../key.json"), order("two", key="./../folder/../key.json")
    assert credentials_of(one.chosen.account) == credentials_of(two.chosen.account)
    assert groups_of([one, two]) == ((one, two),)


def test_one_application_in_two_tenants_is_limited_in_each_of_them() -> None:
    assert len(groups_of([order("one", tenant="a"), order("two", tenant="b"), order("three", tenant="a")])) == 2


def test_many_small_accounts_are_planned_in_batches_and_few_one_by_one() -> None:
    assert {len(batch) for batch in batches_of([order(f"n{one}") for one in range(200)], 2)} == {8}
    assert [len(batch) for batch in batches_of([order(f"n{one}") for one in range(8)], 2)] == [1] * 8
