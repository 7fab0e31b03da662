"""Whether what was read can be planned on (V17 as a warning, V40)."""

from collections.abc import Iterator

from calplan.model.diagnostic import Severity
from calplan.model.service import Office365Graph
from calplan.model.settings import Setting
from calplan.model.unknown import Unknown
from calplan.plan.validity.live import Known
from calplan.plan.validity.subject import Subject, Verdict


def needs_proof(subject: Subject, known: Known) -> bool:
    """Whether Graph is forced on users and nobody knows what the tenant grants."""
    after = subject.after
    forced = isinstance(after.service, Office365Graph) and after.locked is True and after.enabled is not False
    return forced and isinstance(known.tenant.grant, Unknown)


def v17_the_flag_is_no_proof(subject: Subject, known: Known) -> Iterator[Verdict]:
    """With account consent on; otherwise the gate ``rule.V17`` refuses."""
    if needs_proof(subject, known) and subject.after.consent_for_account is True:
        yield Verdict(
            code="V17",
            severity=Severity.WARNING,
            at=Setting.LOCKED.value,
            rests_on=frozenset({Setting.SERVICE, Setting.LOCKED}),
            summary="cannot show that users can reconnect: nobody knows what the Microsoft tenant grants",
            why="account consent is on, but the flag alone is no proof; the tenant-wide grant decides (S43, S44, A23)",
            help="read the tenant-wide grant into a TenantFacts document, or write `tenantGrant: ensure`",
        )


def v40_of_this_account_and_by_an_admin(subject: Subject, known: Known) -> Iterator[Verdict]:
    """Of the account as a whole; nothing is said where nobody knows whose settings were read, and with which role."""
    read = known.settings
    reasons = []
    if not isinstance(read.account, Unknown) and read.account != subject.policy.account:
        reasons.append(f"{read.source} belongs to account `{read.account}`, not to `{subject.policy.account}`")
    if read.by_admin is False:
        reasons.append(f"{read.source} was read without the role of an admin")
    for reason in reasons if subject.group is None else ():
        yield Verdict(
            code="V40",
            severity=Severity.ERROR,
            at="metadata.account",
            rests_on=frozenset(),
            summary=f"refusing to plan: {reason}",
            why="what was read may be somebody else's, or not all there is (S6)",
            help="correct the Account document: where it points to, and whom it signs in as",
        )
