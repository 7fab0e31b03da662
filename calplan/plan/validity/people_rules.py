"""Whom settings leave out, counted over the users who have them (V09, V14, V23, V26)."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from calplan.impact.outcome import Link
from calplan.model.connection import Connection
from calplan.model.diagnostic import Severity
from calplan.model.domain import Domain
from calplan.model.plural import plural
from calplan.model.service import Office365Graph
from calplan.model.settings import Setting
from calplan.model.user import MailboxLocation
from calplan.plan.validity.domain_rules import listed
from calplan.plan.validity.live import Known
from calplan.plan.validity.mapi_rules import LOCKED_MAPI, is_locked_mapi, windows_only
from calplan.plan.validity.subject import Subject, Verdict

SERVICE: Final = frozenset({Setting.SERVICE})
NO_WINDOWS: Final = "R08a1"
PERHAPS_NO_WINDOWS: Final = frozenset({"R08a3", "R08c1"})
NAMED: Final = 3
WHOLE: Final = 100


def v09_windows_only_counted(subject: Subject, known: Known) -> Iterator[Verdict]:
    if not is_locked_mapi(subject):
        return
    lost = perhaps = 0
    for outcome, size in known.outcomes_under(subject.group, LOCKED_MAPI):
        if NO_WINDOWS in outcome.rules:
            lost += size
        elif outcome.connection is not Link.NONE and PERHAPS_NO_WINDOWS & set(outcome.rules):
            perhaps += size
    more = f", and perhaps {perhaps} more" if perhaps else ""
    loses = "loses" if lost == 1 else "lose"
    yield windows_only(f"MAPI under the lock: only users on Windows keep the integration; {lost} {loses} it{more}")


def v14_graph_is_not_for_hybrid(subject: Subject, known: Known) -> Iterator[Verdict]:
    if not isinstance(subject.after.service, Office365Graph):
        return
    in_house = unknown = 0
    for one in known.users_under(subject.group, SERVICE):
        if one.facts.mailbox_location is MailboxLocation.ON_PREMISES:
            in_house += one.size
        elif one.facts.mailbox_location is MailboxLocation.UNKNOWN:
            unknown += one.size
    declared = known.tenant.hybrid is True
    if not declared and not in_house + unknown:
        return
    yield Verdict(
        code="V14",
        severity=Severity.ERROR if declared else Severity.WARNING,
        at="integration.service.type",
        rests_on=SERVICE,
        summary=f"Graph does not support hybrid Office 365: {in_house} mailboxes on premises, {unknown} unknown"
        + ("; the tenant is declared hybrid" if declared else ""),
        why="whose mailbox lies on premises cannot connect through Graph (S14)",
        help="choose a service that reaches these mailboxes, or find out where the unknown ones lie",
    )


def v23_users_below_a_listed_domain(subject: Subject, known: Known) -> Iterator[Verdict]:
    allowed = frozenset(listed(subject))
    if not allowed:
        return
    users_in: Counter[Domain | None] = Counter()
    for _, domain, _, size in known.users:
        users_in[domain] += size
    below: dict[Domain, Counter[Domain]] = {}
    for domain, size in users_in.items():
        if domain is None or domain in allowed:
            continue
        for parent in domain.parents:
            if parent in allowed:
                below.setdefault(parent, Counter())[domain] += size
                break
    for parent in sorted(below):
        subs = below[parent]
        names = sorted(map(str, subs))
        rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
        users = subs.total()
        yield Verdict(
            code="V23",
            severity=Severity.WARNING,
            at=f"{Setting.ALLOWED_DOMAINS.value}[{parent}]",
            rests_on=frozenset({Setting.ALLOWED_DOMAINS}),
            summary=f"{plural(users, 'user')} at {', '.join(names[:NAMED])}{rest}"
            f" {'is' if users == 1 else 'are'} outside: `{parent}` does not stand for what lies below it",
            why="matching is exact; the article lists names and knows no wildcard (S42, A09)",
            help="list each domain that users sign in with",
        )


def v26_list_excludes_many(subject: Subject, known: Known) -> Iterator[Verdict]:
    allowed = subject.after.allowed_domains
    if not isinstance(allowed, frozenset) or subject.group is not None or subject.before.enabled is False:
        return
    connected = outside = 0
    for facts, domain, _, size in known.users:
        if isinstance(facts.connection, Connection):
            connected += size
            outside += size if domain not in allowed else 0
    limit = known.limits.disconnected.holding(connected)
    if outside <= limit.largest(connected):
        return
    yield Verdict(
        code="V26",
        severity=Severity.WARNING,
        at=Setting.ALLOWED_DOMAINS.value,
        rests_on=frozenset({Setting.ALLOWED_DOMAINS}),
        summary=f"{outside * WHOLE // connected} % of connected users fall outside the list:"
        f" {outside} of {connected}, limit {limit}",
        why="only users in the listed domains may integrate (S38)",
        help="list the domains that are missing, or tell these users first",
    )
