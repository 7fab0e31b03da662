"""A plausible account out of a number and a seed: the same two give the same account on every machine.

The shares are made up by hand, so that every rule has somebody to meet: old clients, several domains, mailboxes on
both sides, sources that do not show everything.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from random import Random
from typing import Final, TypeVar

from calplan.model.account import AssistantPair, PrivateAccess, TenantFacts
from calplan.model.permissions import Permission, Permissions
from calplan.model.service import Google
from calplan.model.settings import ANY, AccountSettings
from calplan.model.user import RawFacts, text_list
from calplan.sandbox.account.create import AccountContents, UserRecord, create_account

T = TypeVar("T")
Weighted = Sequence[tuple[T, int]]
"""Choices with the number of users, of a thousand, that make them."""

DOMAINS: Final[Weighted[str]] = (
    ("contoso.com", 760),
    ("emea.contoso.com", 140),
    ("fabrikam.com", 60),
    ("partner.example", 40),
)
STATUSES: Final[Weighted[str]] = (("active", 970), ("inactive", 22), ("pending", 8))
MAILBOXES: Final[Weighted[str]] = (("cloud", 900), ("on-premises", 100))
GROUPS: Final[Weighted[tuple[str, ...]]] = (
    (("Staff",), 700),
    (("Staff", "Sales"), 150),
    (("Staff", "IT"), 80),
    (("Staff", "Interns"), 50),
    (("Executives", "Staff"), 20),
)
CLIENTS: Final[Weighted[tuple[str, ...]]] = (
    (("6.5.3.8712(win)",), 440),
    (("6.4.12.4013(mac)",), 190),
    (("6.5.3.8712(win)", "6.5.1.3012(iphone)"), 130),
    (("6.2.7.2031(android)",), 60),
    (("5.17.5.2543(linux)",), 40),
    (("5.11.6602",), 30),
    (("5.10.1.4420(win)",), 30),
    (("5.2.45108.0831(win)",), 15),
    (("5.2.44052.0816(win)",), 25),
    (("4.6.12.0614(mac)",), 15),
    (("-",), 10),
    ((), 15),
)
CONNECTIONS: Final[Weighted[tuple[str, str | None, str | None, str | None, str | None]]] = (
    (("google", None, "write", "read", "oauth"), 430),
    (("google", None, "read", "none", "oauth"), 110),
    (("office365-graph", None, "write", "read", "oauth"), 90),
    (("office365-graph", None, "read", "read", "oauth"), 40),
    (("office365-ews", "outlook.office365.com", None, None, "basic"), 30),
    (("exchange-ews", "mail.contoso.com", None, None, "basic"), 30),
    (("exchange-mapi", None, None, None, None), 20),
    (("", None, None, None, None), 250),
)
ELSEWHERE: Final[Weighted[bool]] = ((True, 10), (False, 990))
LICENSED: Final[Weighted[str]] = (("yes", 900), ("no", 100))
HIDDEN: Final[Weighted[str]] = (("nothing", 950), ("connection", 20), ("clients", 15), ("mailbox", 15))
GRAPH_SCOPES: Final = {
    ("write", "read"): ["Calendars.ReadWrite", "Contacts.Read"],
    ("read", "read"): ["Calendars.Read", "Contacts.Read"],
}
ONE_ASSISTANT_FOR: Final = 40
"""Users, of whom the first lets the second manage meetings."""

SETTINGS: Final = AccountSettings(
    enabled=True,
    locked=False,
    service=Google(permissions=Permissions(calendar=Permission.WRITE, contacts=Permission.READ)),
    allowed_domains=ANY,
    bidirectional_sync=False,
    consent_for_account=False,
    enforce_oauth=False,
)
TENANT: Final = TenantFacts(
    hybrid=False,
    grant=frozenset({"Calendars.ReadWrite", "Contacts.Read"}),
    user_consent=frozenset({"ManagePermissionGrantsForSelf.microsoft-user-default-recommended"}),
)


def plausible_account(path: Path, *, users: int, seed: int) -> None:
    """Makes an account of ``users`` users; see ``create_account`` for what may go wrong.

    Raises:
        AccountError: there is a file already, or it cannot be written.
    """
    create_account(path, plausible_contents(users=users, seed=seed))


def plausible_contents(*, users: int, seed: int) -> AccountContents:
    """What a plausible account is made of; its users are drawn while they are stored."""
    return AccountContents(
        settings=SETTINGS,
        users=plausible_users(users, seed),
        tenant=TENANT,
        assistants=_assistants(users, seed),
    )


def plausible_users(count: int, seed: int) -> Iterator[UserRecord]:
    """Users with made-up addresses and hand-written shares of everything else."""
    random = Random(seed)  # noqa: S311  (draws a sample, protects nothing)
    for number in range(1, count + 1):
        email = _address(number, _one_of(random, DOMAINS))
        truth = _facts(random)
        shown = _shown(truth, _one_of(random, HIDDEN))
        yield UserRecord(
            email=email,
            facts=shown,
            mailbox=email.replace("@", "@mail.") if _one_of(random, ELSEWHERE) else None,
            id=f"u{number:06}",
            licensed=_one_of(random, LICENSED),
            evidence="simulated",
            truth=None if shown == truth else truth,
        )


def _facts(random: Random) -> RawFacts:
    service, host, calendar, contacts, auth = _one_of(random, CONNECTIONS)
    on_graph = service == "office365-graph"
    return RawFacts(
        status=_one_of(random, STATUSES),
        service=service,
        ews_host=host,
        calendar=calendar,
        contacts=contacts,
        auth=auth,
        mailbox_location="cloud" if on_graph else _one_of(random, MAILBOXES),
        own_grant=text_list(GRAPH_SCOPES[calendar, contacts] if on_graph and calendar and contacts else []),
        groups=text_list(list(_one_of(random, GROUPS))),
        primary_group="Staff",
        clients=text_list(list(_one_of(random, CLIENTS))),
    )


def _shown(truth: RawFacts, hidden: str) -> RawFacts:
    match hidden:
        case "connection":
            return truth._replace(service=None, ews_host=None, calendar=None, contacts=None, auth=None, own_grant=None)
        case "clients":
            return truth._replace(clients="[]")
        case "mailbox":
            return truth._replace(mailbox_location=None)
        case _:
            return truth


def _assistants(users: int, seed: int) -> dict[AssistantPair, PrivateAccess]:
    emails = [user.email for user in plausible_users(min(users, ONE_ASSISTANT_FOR * 50), seed)]
    hosts = range(0, len(emails) - 1, ONE_ASSISTANT_FOR)
    access = (PrivateAccess.MANAGED, PrivateAccess.HIDDEN)
    pairs = [AssistantPair(user=emails[host], assistant=emails[host + 1]) for host in hosts]
    return {pair: access[number % 2] for number, pair in enumerate(pairs)}


def _address(number: int, domain: str) -> str:
    return f"user{number:05}@{domain}"


def _one_of(random: Random, choices: Weighted[T]) -> T:
    """One choice, drawn by weight. ``random.random`` is the one method that Python promises never to change."""
    point = random.random() * sum(weight for _, weight in choices)
    for choice, weight in choices:
        point -= weight
        if point < 0:
            return choice
    return choices[-1][0]
