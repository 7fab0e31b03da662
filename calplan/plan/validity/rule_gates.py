"""The two rules that a person may lift: V17 and V25."""

from calplan.model.domain import domain_of
from calplan.model.service import Impersonation
from calplan.plan.gates import Gate, GateStatus
from calplan.plan.validity.domain_rules import listed
from calplan.plan.validity.evidence_rules import needs_proof
from calplan.plan.validity.live import Known
from calplan.plan.validity.subject import Subject


def reconnect_gate(subjects: tuple[Subject, ...], known: Known, owner: str) -> Gate:
    """Refuses Graph under the lock while nobody knows the tenant's grant, unless account consent is on."""
    unproved = [one for one in subjects if needs_proof(one, known)]
    refuses = any(one.after.consent_for_account is not True for one in unproved)
    known_or_not = "the tenant-wide grant is unknown" if unproved else "nobody is forced, or the grant is known"
    return Gate(
        id="rule.V17",
        status=GateStatus.REFUSE if refuses else GateStatus.PASS,
        limit="users can be shown to reconnect",
        actual=f"{known_or_not}; account consent is on" if unproved and not refuses else known_or_not,
        owner=owner,
    )


def lock_out_gate(subjects: tuple[Subject, ...], owner: str, by: str | None) -> Gate:
    """Refuses a list of domains without those who run the integration; ``by`` is who applies, if anybody does yet."""
    people = {address: role for address, role in ((by, "who applies"), (owner, "the owner")) if address}
    for subject in subjects:
        impersonation = subject.after.impersonation
        if isinstance(impersonation, Impersonation):
            people[impersonation.account] = "the impersonation account"
    shut_out = [f"{address} ({people[address]})" for address in sorted(people) if _is_outside(address, subjects)]
    untested = [f"{name} is no address, so it was not tested" for name in sorted(people) if "@" not in name]
    return Gate(
        id="rule.V25",
        status=GateStatus.REFUSE if shut_out else GateStatus.PASS,
        limit="nobody who runs the integration is outside allowedDomains",
        actual="; ".join([f"outside: {', '.join(shut_out)}" if shut_out else "nobody is", *untested]),
        owner=owner,
    )


def _is_outside(address: str, subjects: tuple[Subject, ...]) -> bool:
    """Whether an address lies outside the account's list; a login name that is no address cannot be held against it."""
    domain = domain_of(address)
    lists = [listed(one) for one in subjects if not one.is_off]
    return "@" in address and any(allowed and domain not in allowed for allowed in lists)
