"""Plans held against the organisation's rules, with what the rules may know of an account."""

import difflib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.gates_from import Gates
from calplan.guardrails.crowd import PlannedCrowd
from calplan.guardrails.evaluate import evaluate, evaluate_offline
from calplan.guardrails.gates import PREFIX, denials, gate_of, guardrail_gates, remarks
from calplan.guardrails.results import Result
from calplan.guardrails.rules import Guardrails
from calplan.guardrails.values import AccountFacts, offline_values, values_of
from calplan.model.diagnostic import Diagnostic
from calplan.plan.build import Terms
from calplan.plan.document import PlanDocument
from calplan.plan.fingerprint import canonical_policy
from calplan.plan.gates import overridden
from calplan.plan.plan import Plan
from calplan.plan.validity.said import worst_first
from calplan.policyfile.documents import AccountDocument, ConnectionsFile, LocalPlatform
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.reader import Reading


def account_facts(account: AccountDocument) -> AccountFacts:
    """What rules may know of an account, under whichever terms it was chosen."""
    return AccountFacts(
        name=account.name,
        owner=account.owner,
        platform="local" if isinstance(account.platform, LocalPlatform) else "zoom",
        providers=tuple(
            "connections-file" if isinstance(one, ConnectionsFile) else one.type for one in account.providers
        ),
        groups=account.groups,
        limits=account.limits,
        tolerance=account.tolerance,
        ages=account.max_evidence_age,
        windows=sum(map(len, account.windows)),
        freezes=len(account.freezes),
        notice_hours=None if account.notice is None else account.notice.hours,
    )


def results_of(
    plan: Plan,
    document: PlanDocument,
    policy: Mapping[str, object],
    guardrails: Guardrails,
    account: AccountFacts,
) -> tuple[Result, ...]:
    """How every rule stands for a fresh plan; ``policy`` is the policy's canonical form."""
    if not guardrails.rules:
        return ()
    return evaluate(guardrails, values_of(document, policy, account), PlannedCrowd(plan), plan.as_of)


def guarded(
    plan: Plan,
    document: PlanDocument,
    policy: Mapping[str, object],
    *,
    guardrails: Guardrails,
    account: AccountFacts,
    terms: Terms,
) -> tuple[Plan, tuple[Result, ...]]:
    """The plan with the gates and remarks of the rules, and how each of them stands."""
    results = results_of(plan, document, policy, guardrails, account)
    if not results:
        return plan, ()
    gates = overridden(guardrail_gates(results, terms.owner), terms.allowed)
    said = worst_first((*plan.diagnostics, *remarks(results)))
    return replace(plan, gates=(*plan.gates, *gates), diagnostics=said), results


def stop_at_strangers(allowed: frozenset[str], guardrails: Guardrails) -> None:
    """Stop where a gate is to be lifted that no rule has.

    Raises:
        StopError: there is one; the message names it and what was probably meant.
    """
    known = [gate_of(rule.id) for rule in guardrails.rules]
    for gate in sorted(allowed):
        if gate.startswith(PREFIX) and gate not in known:
            near = difflib.get_close_matches(gate, known, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise StopError(ExitCode.USAGE, f"error: there is no gate {gate!r}: no rule has this id{hint}")


def offline_findings(reading: Reading, paths: Sequence[Path], today: date) -> Iterator[Diagnostic]:
    """What rules that documents alone decide have to say of each policy.

    Raises:
        StopError: CALPLAN_GATES is set, and leads to no valid terms of an account.
    """
    own, gates = joined(reading.guardrails), Gates(paths)
    for one in reading.policies:
        policy = one.policy
        account = next((known for known in reading.accounts if known.name == policy.account), None)
        rules, facts = own, AccountFacts(name=policy.account)
        if account is not None:
            under = gates.over(account, own)
            yield from under.ignored
            rules, facts = under.guardrails, account_facts(under.account)
        if not rules.rules:
            continue
        values = offline_values(canonical_policy(policy), facts, today.isoformat())
        results = evaluate_offline(rules, values, today)
        yield from denials(results, policy.account)
        yield from remarks(results, policy.account)
