"""What is kept beside the users: the evidence for them and what was said of it, as one text."""

import json
from datetime import datetime

from calplan.model.account import Evidence
from calplan.model.diagnostic import Diagnostic, Severity
from calplan.model.unknown import UNKNOWN, Unknown
from calplan.plan.beside import BesidePlatform


def evidence_text(evidence: Evidence) -> str:
    """Evidence as text."""
    return json.dumps(_plain(evidence))


def evidence_of(text: str) -> Evidence:
    """The evidence in a text. It is not live any more: what it speaks of is as old as it says.

    Raises:
        ValueError, KeyError, TypeError: the text is none of ours.
    """
    return _evidence(json.loads(text))


def beside_text(beside: BesidePlatform) -> str:
    """What sources beside the platform had to say, as text."""
    findings = [[one.code, one.severity.value, one.summary, one.why, one.help] for one in beside.findings]
    return json.dumps({"evidence": [_plain(one) for one in beside.evidence], "findings": findings})


def beside_of(text: str) -> BesidePlatform:
    """The same, from a text.

    Raises:
        ValueError, KeyError, TypeError: the text is none of ours.
    """
    told = json.loads(text)
    return BesidePlatform(
        evidence=tuple(map(_evidence, told["evidence"])),
        findings=tuple(
            Diagnostic(code=code, severity=Severity(severity), summary=summary, why=why, help=what_to_do)
            for code, severity, summary, why, what_to_do in told["findings"]
        ),
    )


def _plain(one: Evidence) -> list[object]:
    as_of = None if one.as_of is None else one.as_of.isoformat()
    account, by_admin = (None if isinstance(word, Unknown) else word for word in (one.account, one.by_admin))
    return [one.source, one.kind, as_of, one.records, one.complete, account, by_admin]


def _evidence(plain: list[object]) -> Evidence:
    source, kind, as_of, records, complete, account, by_admin = plain
    return Evidence(
        source=str(source),
        kind=str(kind),
        as_of=None if as_of is None else datetime.fromisoformat(str(as_of)),
        records=int(str(records)),
        complete=bool(complete),
        account=UNKNOWN if account is None else str(account),
        by_admin=UNKNOWN if by_admin is None else bool(by_admin),
    )
