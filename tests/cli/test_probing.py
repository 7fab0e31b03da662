"""What Exchange is tried with: the service of a plan, and the password that the policy names for it."""

from calplan.cli.probing import with_password
from calplan.impact.resolve import alone
from calplan.model.policy import CalendarPolicy
from calplan.model.service import ExchangeEws, Impersonation, SecretReference
from calplan.model.settings import WantedSettings
from calplan.plan.as_document import as_document
from calplan.plan.levels_document import levels_of
from tests import make

PLACE = SecretReference(kind="env", parts=(("env", "CALPLAN_SECRET_EWS"),))


def policy(account: str = "svc@corp.example") -> CalendarPolicy:
    login = Impersonation(account=account, exchange_version="2016", password_version=1, password_from=PLACE)
    return CalendarPolicy(
        name="corp", account="corp", settings=WantedSettings(service=make.exchange(impersonation=login))
    )


def place_of(service: object) -> SecretReference | None:
    assert isinstance(service, ExchangeEws)
    assert isinstance(service.impersonation, Impersonation)
    return service.impersonation.password_from


def test_a_saved_plan_names_no_password_and_the_policy_does() -> None:
    plan = make.Scene(after=policy().settings).plan()
    saved = levels_of(as_document(plan, version="0.1.0", users_hash="u", policy_hash="p"))[1].account.service
    assert place_of(saved) is None
    assert place_of(with_password(saved, policy())) == PLACE
    assert place_of(with_password(saved, policy("other@corp.example"))) is None, "it is another account's"


def test_nothing_else_is_made_of_a_service() -> None:
    own = policy().settings.service
    assert with_password(own, policy()) is own
    for one in (make.graph(), make.exchange(), alone(make.account()).account.service):
        assert with_password(one, policy()) is one
    bare = make.exchange(impersonation=make.impersonation())
    assert with_password(bare, CalendarPolicy(name="c", account="c", settings=WantedSettings())) is bare
