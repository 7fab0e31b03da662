"""Rules asked, and their verdicts put into words and in their place."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from calplan.impact.resolve import Levels, alone
from calplan.model.diagnostic import Diagnostic, Position, Severity, errors_in
from calplan.model.levels import Groups
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import AccountSettings, Setting, WantedSettings
from calplan.plan.validity.catalogue import TEXT_RULES
from calplan.plan.validity.subject import EVERY_SETTING, UNREAD, Subject, Verdict, subjects_of

SEVERITIES: Final = tuple(Severity)


def said_of_text(policy: CalendarPolicy, as_of: date) -> tuple[Diagnostic, ...]:
    """What a policy by itself has to be told, judged as of a day; whatever it does not state is unknown."""
    return tuple(text_diagnostics(subjects_of(policy, alone(UNREAD), as_of)))


@dataclass(frozen=True, slots=True, kw_only=True)
class RefusedLevels:
    """What a policy would be refused for, were it to state everything as it is live."""

    settings: frozenset[Setting]
    groups: bool


def refused_levels(settings: AccountSettings, groups: Groups | None, as_of: date) -> RefusedLevels:
    """The settings of an account, and whether its groups, that a policy could not state as they are."""
    live = Levels(account=settings, groups=groups or Groups())
    policy = CalendarPolicy(name="", account="", settings=WantedSettings())
    subjects = (replace(one, before=UNREAD, stated=EVERY_SETTING) for one in subjects_of(policy, live, as_of))
    addresses = [error.address or "" for error in errors_in(tuple(text_diagnostics(tuple(subjects))))]
    return RefusedLevels(
        settings=frozenset(one for one in Setting if any(address.startswith(one.value) for address in addresses)),
        groups=any(address.startswith("groups") for address in addresses),
    )


def worst_first(said: Iterable[Diagnostic]) -> tuple[Diagnostic, ...]:
    """Errors, then warnings, then notes; otherwise in the order they have."""
    return tuple(sorted(said, key=lambda one: SEVERITIES.index(one.severity)))


def text_diagnostics(subjects: tuple[Subject, ...]) -> Iterator[Diagnostic]:
    """What the rules about settings by themselves have to say."""
    for subject in subjects:
        for rule in TEXT_RULES:
            for verdict in own_verdicts(subject, rule(subject)):
                yield diagnostic_of(subject, verdict)


def own_verdicts(subject: Subject, verdicts: Iterable[Verdict]) -> Iterator[Verdict]:
    """Of a group, only what it brings about itself; the rest is said of the account."""
    return (one for one in verdicts if subject.group is None or one.rests_on & subject.own)


def diagnostic_of(subject: Subject, verdict: Verdict) -> Diagnostic:
    """A verdict in words, and in its place."""
    address = subject.address(verdict.at)
    unmanaged = verdict.rests_on - subject.stated
    only_live = bool(verdict.rests_on) and unmanaged == verdict.rests_on
    return Diagnostic(
        code=verdict.code,
        severity=_severity(subject, verdict, only_live=only_live),
        summary=verdict.summary + _remark(subject, verdict, unmanaged if only_live else frozenset()),
        why=verdict.why,
        help=verdict.help,
        position=subject.policy.positions.get(address) if only_live else _position(subject, address, verdict.rests_on),
        address=address,
    )


def _severity(subject: Subject, verdict: Verdict, *, only_live: bool) -> Severity:
    """A live value that the policy leaves alone must not keep anybody from turning the integration off (V28)."""
    harmless = only_live and subject.is_off and verdict.severity is Severity.ERROR
    return Severity.WARNING if harmless else verdict.severity


def _remark(subject: Subject, verdict: Verdict, settings: frozenset[Setting]) -> str:
    """That a verdict rests on live values: these settings, and whatever the rule itself names."""
    live = [*(subject.address(one.value) for one in Setting if one in settings), *verdict.rests_on_live]
    return f" (live: {' and '.join(f'`{one}`' for one in live)}, which the policy leaves alone)" if live else ""


def _position(subject: Subject, address: str, rests_on: frozenset[Setting]) -> Position | None:
    """The place of an address, or of the nearest thing around it, or of another setting the verdict rests on."""
    others = [subject.address(one.value) for one in Setting if one in rests_on]
    found = (subject.policy.positions.get(one) for start in (address, *others) for one in _around(start))
    return next((one for one in found if one is not None), None)


def _around(address: str) -> Iterator[str]:
    """An address, and those of the things it lies in, from within."""
    yield address
    while "." in address.rpartition("]")[2]:
        address = address.rpartition(".")[0]
        yield address
    if address.endswith("]"):
        yield address.partition("[")[0]
