"""Trying the impersonation account of a policy where its mailboxes live: by apply and verify alone, never by a plan."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError, worst
from calplan.cli.output import say
from calplan.cli.trust import in_automation, trust
from calplan.cli.wiring import code_of
from calplan.model.policy import CalendarPolicy
from calplan.model.service import ExchangeEws, Impersonation, Office365Ews
from calplan.plan.kinds import StepKind
from calplan.plan.plan import Plan
from calplan.policyfile.documents import StatedProvider
from calplan.render.untrusted import for_terminal

if TYPE_CHECKING:
    from calplan.providers.checkup import Check

EXCHANGE = "exchange"


def require_working(chosen: Chosen, plan: Plan) -> None:
    """Refuse to save a service by which nobody could be synced, where the account lists how to try it.

    Raises:
        StopError: the server does not answer, or does not let the impersonation account in.
    """
    if not any(step.kind is StepKind.KEY for step in plan.steps):
        return
    checks = probe(chosen, plan)
    say_checks(checks)
    errors = [one.error for one in checks if one.error is not None]
    if errors:
        raise StopError(worst(map(code_of, errors)), "error: Exchange cannot be used as planned; nothing was written")


def probe(chosen: Chosen, plan: Plan) -> "tuple[Check, ...]":
    """What trying the account's own EWS server finds; nothing where no exchange provider or no such service is."""
    return probed(chosen, plan.after.account.service)


def probed(chosen: Chosen, service: object) -> "tuple[Check, ...]":
    """What trying a service finds, one line for each thing that was looked at."""
    service = with_password(service, chosen.policy)
    providers = [one for one in chosen.account.providers if isinstance(one, StatedProvider) and one.type == EXCHANGE]
    if not providers or not isinstance(service, ExchangeEws | Office365Ews):
        return ()
    from calplan.providers.exchange.probing import probe_exchange  # noqa: PLC0415 - adapters are imported when used

    trusted = trust(automated=in_automation())
    return tuple(
        check
        for one in providers
        for check in probe_exchange(one, chosen.account.file, service, chosen.policy_file, trusted)
    )


def with_password(service: object, policy: CalendarPolicy) -> object:
    """The service with the place of its password: a saved plan keeps none, the policy names it for the same account."""
    wanted = policy.settings.service
    if not isinstance(service, ExchangeEws) or not isinstance(wanted, ExchangeEws):
        return service
    login, named = service.impersonation, wanted.impersonation
    if not isinstance(login, Impersonation) or not isinstance(named, Impersonation):
        return service
    if login.password_from is not None or login.account != named.account:
        return service
    return replace(service, impersonation=replace(login, password_from=named.password_from))


def say_checks(checks: "Iterable[Check]") -> None:
    """Say what was found, and what to do about it."""
    for one in checks:
        fix = f"; {one.fix}" if one.fix else ""
        say(for_terminal(f"{one.verdict.value}: {one.subject}: {one.found}{fix}"))


def code_of_probe(checks: "Iterable[Check]") -> tuple[ExitCode, ...]:
    """How a probe weighs in a verification: what does not work is not as planned."""
    return (ExitCode.UNLIKE_FORECAST,) if any(one.error is not None for one in checks) else ()
