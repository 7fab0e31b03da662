"""Where the settings differ from the CIS benchmark for the platform (V39)."""

from collections.abc import Iterator
from typing import Final

from calplan.model.diagnostic import Severity
from calplan.model.settings import Setting
from calplan.plan.validity.subject import Subject, Verdict

BENCHMARK: Final = "CIS Zoom 1.0"


def v39_differs_from_the_benchmark(subject: Subject) -> Iterator[Verdict]:
    after = subject.after
    controls = (
        ("1.1.5.1", Setting.ENABLED, after.enabled is True, "the integration is on; the benchmark wants it off"),
        (
            "1.1.5.3",
            Setting.CONSENT_FOR_ACCOUNT,
            after.consent_for_account is True,
            "consent on behalf of the account is on; the benchmark wants it off",
        ),
        (
            "1.1.5.4",
            Setting.ENFORCE_OAUTH,
            after.enforce_oauth is False,
            "OAuth 2.0 is not enforced; the benchmark wants it enforced",
        ),
    )
    for control, setting, differs, summary in controls:
        if differs:
            yield Verdict(
                code="V39",
                severity=Severity.NOTE,
                at=setting.value,
                rests_on=frozenset({setting}),
                summary=f"{summary} ({BENCHMARK}, {control})",
                why="it is said so that a deviation is a decision, and not an oversight",
                help="if it is meant, say why in a comment beside the setting; if not, set what the benchmark wants",
            )
