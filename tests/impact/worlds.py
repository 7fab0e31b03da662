"""A small world in which every row of the decision table can happen: settings, users, tenants."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from itertools import product
from typing import Final

from hypothesis import strategies as st

from calplan.diff import Transition
from calplan.impact.decide import decide
from calplan.impact.facts import Cohort, case_of, cohort_of
from calplan.impact.outcome import OUTCOMES, Outcome, UserOutcome
from calplan.impact.terms import Terms
from calplan.model.account import TenantFacts
from calplan.model.domain import domain_of
from calplan.model.service import Service
from calplan.model.settings import ANY, AccountSettings, Domains
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.model.user import RawFacts, decode, text_list
from tests import make

OTHER_SERVER: Final = "https://owa.corp.example/EWS/Exchange.asmx"
OTHER_PATH: Final = "https://mail.corp.example/ews2.asmx"

SERVICES: Final[tuple[Service, ...]] = (
    make.google(),
    make.google("read", "none"),
    make.graph(),
    make.graph("read", "read"),
    make.graph("none", "write"),
    make.office365_ews(),
    make.exchange(),
    make.exchange(OTHER_SERVER),
    make.exchange(impersonation=make.impersonation()),
    make.exchange(impersonation=make.impersonation(password_version=2)),
    make.exchange(OTHER_PATH, impersonation=make.impersonation()),
    make.exchange(OTHER_SERVER, impersonation=make.impersonation()),
    make.MAPI,
)
LISTS: Final[tuple[Domains, ...]] = (
    ANY,
    make.domains("corp.example"),
    make.domains("partner.example"),
    make.domains("corp.example", "partner.example"),
    make.domains("elsewhere.example"),
)
SWITCHES: Final = (False, True)
SELF: Final = "ManagePermissionGrantsForSelf."
CONSENTS: Final = {
    "no": frozenset({"ManagePermissionGrantsForOwnedResource.DeveloperConsent"}),
    "yes": frozenset({SELF + "microsoft-user-default-legacy"}),
    "managed": frozenset({SELF + "microsoft-user-default-recommended"}),
    "custom": frozenset({SELF + "contoso-special"}),
}
GRANTS: Final = (
    frozenset[str](),
    frozenset({"Calendars.ReadWrite", "Contacts.Read"}),
    frozenset({"Calendars.Read", "Contacts.Read", "User.Read"}),
    frozenset(make.EVERY_SCOPE),
)
READ_GRANTS: tuple[frozenset[str] | Unknown, ...] = (*GRANTS, UNKNOWN)
READ_CONSENTS: tuple[frozenset[str] | Unknown, ...] = (*CONSENTS.values(), UNKNOWN)
TENANTS: Final = tuple(
    TenantFacts(hybrid=False, grant=grant, user_consent=consent) for grant in READ_GRANTS for consent in READ_CONSENTS
)


@dataclass(frozen=True)
class Clients:
    """Some clients, and what a person would answer: shows the prompt, runs on Windows, is 5.11.0 or newer."""

    versions: tuple[str, ...]
    prompts: str
    windows: str
    impersonates: bool


CLIENTS: Final = (
    Clients((), "unknown", "unknown", impersonates=False),
    Clients(("-",), "unknown", "unknown", impersonates=False),
    Clients((make.NEW_WINDOWS,), "yes", "yes", impersonates=True),
    Clients((make.NEW_MAC,), "yes", "no", impersonates=True),
    Clients(("6.5.3",), "yes", "unknown", impersonates=True),
    Clients((make.MIDDLE_WINDOWS,), "yes", "yes", impersonates=False),
    Clients((make.OLD_WINDOWS,), "no", "yes", impersonates=False),
    Clients((make.OLD_MAC,), "no", "no", impersonates=False),
    Clients(("5.1.0",), "no", "unknown", impersonates=False),
    Clients(("5.2.45106.0831(mac)",), "unknown", "no", impersonates=False),
    Clients(("5.2.0(linux)", make.NEW_WINDOWS), "yes", "yes", impersonates=True),
    Clients((make.OLD_WINDOWS, "-"), "unknown", "yes", impersonates=False),
)

HELD: Final = (
    make.facts(),
    make.facts("unknown"),
    make.facts("google", "write", "read"),
    make.facts("google", "read", "none"),
    make.facts("google", "write", "unknown"),
    make.facts("google", None, None, auth=None),
    make.facts("google", "none", "none"),
    make.facts("office365-graph", "write", "read"),
    make.facts("office365-graph", "read", "read"),
    make.facts("office365-graph", "write", "read", auth="basic"),
    make.facts("office365-graph", "write", "read", auth=None),
    make.facts("office365-graph", "unknown", "write"),
    make.facts("office365-ews", ews_host="outlook.office365.com"),
    make.facts("office365-ews", ews_host="outlook.office365.com", auth="basic"),
    make.facts("office365-ews", auth=None),
    make.facts("exchange-ews", ews_host="mail.corp.example", auth="basic"),
    make.facts("exchange-ews", ews_host="owa.corp.example", auth="basic"),
    make.facts("exchange-ews", auth="basic"),
    make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation"),
    make.facts("exchange-ews", auth="impersonation"),
    make.facts("exchange-ews", ews_host="mail.corp.example", auth=None),
    make.facts("exchange-ews", auth=None),
    make.facts("exchange-mapi", auth=None),
)
MAILBOXES: Final = ("cloud", "on-premises", "unknown")
OWN_GRANTS: Final = ((), ("Calendars.ReadWrite", "Contacts.Read"), None)
EMAILS: Final = ("ann@corp.example", "bo@partner.example", "cy@not a domain")


@dataclass(frozen=True)
class Someone:
    """One user of this world, with the answers about his clients."""

    email: str
    raw: RawFacts
    clients: Clients


def someone(email: str, held: RawFacts, clients: Clients, mailbox: str, own: tuple[str, ...] | None) -> Someone:
    raw = held._replace(
        clients=text_list([*clients.versions]),
        mailbox_location=mailbox,
        own_grant=None if own is None else text_list([*own]),
    )
    return Someone(email, raw, clients)


@dataclass(frozen=True)
class Crowd:
    """Every combination of connection and clients at one address with one mailbox and one own grant."""

    email: str
    mailbox: str
    own: tuple[str, ...] | None

    @property
    def users(self) -> tuple[Someone, ...]:
        return members(self)


@cache
def members(crowd: Crowd) -> tuple[Someone, ...]:
    return tuple(someone(crowd.email, *pair, crowd.mailbox, crowd.own) for pair in product(HELD, CLIENTS))


@cache
def cohort(user: Someone) -> Cohort:
    return cohort_of(decode(user.raw), domain_of(user.email), 0)


def outcome_of(move: Transition, user: Someone, tenant: TenantFacts) -> UserOutcome:
    return decide(case_of(Terms(move=move), cohort(user), tenant), last_client_only=False)


def outcomes_of(move: Transition, crowd: Crowd, tenant: TenantFacts) -> Iterator[tuple[Someone, UserOutcome]]:
    """What a change means for each user, quicker than one by one."""
    terms = Terms(move=move)
    for user in crowd.users:
        yield user, decide(case_of(terms, cohort(user), tenant), last_client_only=False)


def rank(outcome: Outcome) -> int:
    """How bad an outcome is: 1 to 6, and 7 for the three harmless ones."""
    return min(OUTCOMES.index(outcome) + 1, 7)


@st.composite
def accounts(draw: st.DrawFn) -> AccountSettings:
    return make.account(
        enabled=draw(st.sampled_from((True, True, True, False))),
        locked=draw(st.booleans()),
        service=draw(st.sampled_from(SERVICES)),
        allowed_domains=draw(st.sampled_from(LISTS)),
        bidirectional_sync=draw(st.booleans()),
        consent_for_account=draw(st.booleans()),
        enforce_oauth=draw(st.booleans()),
    )


FIELDS: Final = tuple(AccountSettings.__dataclass_fields__)


@st.composite
def moves(draw: st.DrawFn) -> Transition:
    """A change of some settings; most draws change few, as most commits do."""
    before = draw(accounts())
    changed = draw(st.sets(st.sampled_from(FIELDS), min_size=1))
    other = draw(accounts())
    after = replace(before, **{name: getattr(other, name) for name in changed})
    return Transition(before=before, after=after)


def crowds() -> st.SearchStrategy[Crowd]:
    return st.builds(Crowd, st.sampled_from(EMAILS), st.sampled_from(MAILBOXES), st.sampled_from(OWN_GRANTS))


def people() -> st.SearchStrategy[Someone]:
    return st.builds(
        someone,
        st.sampled_from(EMAILS),
        st.sampled_from(HELD),
        st.sampled_from(CLIENTS),
        st.sampled_from(MAILBOXES),
        st.sampled_from(OWN_GRANTS),
    )


def tenants() -> st.SearchStrategy[TenantFacts]:
    return st.sampled_from(TENANTS)
