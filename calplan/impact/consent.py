"""Who must authorise Graph needs consent for its scopes, from the tenant or from himself."""

from typing import Final

from calplan.impact.effect import Finding, Row, found, loss_rests_on
from calplan.impact.facts import Case
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.impact.readings import Reading
from calplan.model.citation import Certainty
from calplan.model.permissions import SCOPE_NAMES
from calplan.model.service import Office365Graph
from calplan.model.unknown import Tri, Unknown

R12A: Final = Row(
    id="R12a",
    says="the tenant has granted what is needed, and consents for the account",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S43", "S44"),
    outcome=Outcome.UNAFFECTED,
)
R12B: Final = Row(
    id="R12b",
    says="the tenant has granted what is needed",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.AUTHORISE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S43",),
    outcome=Outcome.UNAFFECTED,
)
R12C1: Final = Row(
    id="R12c1",
    says="the tenant has not granted what is needed and users may not consent: no way back without an administrator",
    connection=Link.LOST,
    notice=Notice.NONE,
    next_step=NextStep.TENANT_ADMIN_CONSENT,
    certainty=Certainty.FACTS,
    sentences=("S43", "S44"),
    outcome=Outcome.DISCONNECTED_BLOCKED,
)
R12C2: Final = Row(
    id="R12c2",
    says="the tenant has not granted what is needed and users may not consent: no set-up without an administrator",
    connection=Link.NONE,
    notice=Notice.NONE,
    next_step=NextStep.TENANT_ADMIN_CONSENT,
    certainty=Certainty.FACTS,
    sentences=("S43", "S44"),
    outcome=Outcome.BLOCKED,
)
R12D: Final = Row(
    id="R12d",
    says="the tenant-wide grant is wider or narrower than the policy",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.DOCUMENTED,
    sentences=("S44",),
    outcome=Outcome.UNAFFECTED,
)
R12E: Final = Row(
    id="R12e",
    says="nobody knows whether the user can give the consent that is needed",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.CONSENT_UNKNOWN,
    certainty=Certainty.UNKNOWN,
    sentences=("S43",),
    outcome=Outcome.UNAFFECTED,
    doubts_return=True,
)
R12F: Final = Row(
    id="R12f",
    says="the user can give the missing consent alone",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.CONSENT_BY_USER,
    certainty=Certainty.FACTS,
    sentences=("S43",),
    outcome=Outcome.UNAFFECTED,
)
R12G: Final = Row(
    id="R12g",
    says="the consent switch changes; consents that exist stay",
    connection=Link.SAME,
    notice=Notice.NONE,
    next_step=NextStep.NONE,
    certainty=Certainty.INFERRED,
    sentences=("S43",),
    outcome=Outcome.UNAFFECTED,
)

ROWS: Final = (R12A, R12B, R12C1, R12C2, R12D, R12E, R12F, R12G)


SELF_CONSENT: Final = "managepermissiongrantsforself."
"""Prefix of the policy ids that let users consent for themselves; Microsoft writes it in more than one case."""
ANY_APP: Final = SELF_CONSENT + "microsoft-user-default-legacy"
MANAGED_BY_MICROSOFT: Final = SELF_CONSENT + "microsoft-user-default-recommended"
REFUSED_WHEN_MANAGED: Final = frozenset({"Calendars.Read", "Calendars.ReadWrite", "Contacts.ReadWrite"})
"""Calendar scopes since about November 2025, writing contacts since about July 2026; both dates unverified."""


def assess(case: Case, fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What consent means for the user who must authorise Graph because of rows that fired."""
    service = case.terms.after.service
    must = [one for one in fired if one.row.id[:4] in ("R10b", "R10c", "R13a")]
    if not must or not isinstance(service, Office365Graph):
        return ()
    needed = service.permissions.scopes
    findings = [*_consent(case, needed, fired, must)]
    if not isinstance(case.tenant.grant, Unknown) and case.tenant.grant & SCOPE_NAMES != needed:
        findings.append(found(R12D))
    return tuple(findings)


def _consent(
    case: Case, needed: frozenset[str], fired: tuple[Finding, ...], must: list[Finding]
) -> tuple[Finding, ...]:
    flag = case.terms.after.consent_for_account
    covered = covers(case.tenant.grant, case.own_grant, needed)
    if flag is True and case.terms.otherwise(Reading.A23):
        covered = Tri.YES
    if covered is Tri.YES:
        return () if isinstance(flag, Unknown) else (found(R12A if flag else R12B),)
    may = users_may_consent(case.tenant.user_consent, needed)
    if covered is Tri.UNKNOWN or may is Tri.UNKNOWN:
        return (found(R12E),)
    if may is Tri.YES:
        return (found(R12F),)
    rests_on = loss_rests_on(fired)
    if rests_on is not None:
        return (found(R12C1, rests_on=rests_on),)
    return (found(R12C2, rests_on=must[0].rests_on),)


def assess_switch(case: Case, _fired: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """The platform's consent switch itself harms nobody."""
    return (found(R12G),) if case.terms.before.consent_for_account != case.terms.after.consent_for_account else ()


def covers(grant: frozenset[str] | Unknown, own: frozenset[str] | Unknown, needed: frozenset[str]) -> Tri:
    """Whether tenant-wide and own grant together hold every needed scope by its exact name."""
    known = (frozenset() if isinstance(grant, Unknown) else grant) | (frozenset() if isinstance(own, Unknown) else own)
    if needed <= known:
        return Tri.YES
    return Tri.UNKNOWN if isinstance(grant, Unknown) or isinstance(own, Unknown) else Tri.NO


def users_may_consent(policies: frozenset[str] | Unknown, needed: frozenset[str]) -> Tri:
    """Whether users may consent to the needed scopes themselves, by the tenant's permission grant policies."""
    if isinstance(policies, Unknown):
        return Tri.UNKNOWN
    own = {policy.lower() for policy in policies if policy.lower().startswith(SELF_CONSENT)}
    if not own:
        return Tri.NO
    if ANY_APP in own:
        return Tri.YES
    return Tri.NO if own == {MANAGED_BY_MICROSOFT} and needed & REFUSED_WHEN_MANAGED else Tri.UNKNOWN
