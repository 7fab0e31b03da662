"""The variables that rules read, with every field there is; ``tests/guardrails`` holds them against the schemas."""

from collections.abc import Mapping
from typing import Final

from calplan.guardrails.shapes import Anything, Kind, Leaf, ListOf, Record, Shape
from calplan.impact.outcome import Link, NextStep, Notice, Outcome
from calplan.model.account import PrivateAccess
from calplan.model.citation import Certainty
from calplan.model.connection import Authentication
from calplan.model.diagnostic import Severity
from calplan.model.permissions import Permission
from calplan.model.proof import Basis
from calplan.model.service import ServiceType
from calplan.model.settings import AnyDomain
from calplan.model.user import MailboxLocation

TEXT: Final = Leaf(Kind.TEXT)
NUMBER: Final = Leaf(Kind.NUMBER)
BOOLEAN: Final = Leaf(Kind.BOOLEAN)
TEXTS: Final = ListOf(TEXT)
NUMBERS: Final = ListOf(NUMBER)
SERVICES: Final = tuple(one.value for one in ServiceType)
LEVEL: Final = Leaf(Kind.TEXT, tuple(one.value for one in Permission if one is not Permission.UNKNOWN))
NOT_CONNECTED: Final = ""

SERVICE: Final = Record(
    {
        "type": Leaf(Kind.TEXT, SERVICES),
        "permissions": Record({"calendar": LEVEL, "contacts": LEVEL}),
        "ewsUrl": TEXT,
        "ewsAllowListed": BOOLEAN,
        "impersonation": Record(
            {
                "account": TEXT,
                "exchangeVersion": TEXT,
                "passwordFrom": Record(
                    {
                        "env": TEXT,
                        "file": TEXT,
                        "keyring": Record({"service": TEXT, "username": TEXT}),
                        "vault": Record({"path": TEXT, "key": TEXT}),
                    }
                ),
                "passwordVersion": NUMBER,
            }
        ),
    }
)
"""A service of any type: what another type has is null. Of a password only the place and the version."""

ACCESS: Final = Leaf(Kind.TEXT, tuple(one.value for one in PrivateAccess if one is not PrivateAccess.UNKNOWN))

POLICY: Final = Record(
    {
        "integration": Record({"enabled": BOOLEAN, "locked": BOOLEAN, "service": SERVICE}),
        "allowedDomains": ListOf(TEXT, words=(AnyDomain.ANY.value,)),
        "bidirectionalSync": BOOLEAN,
        "office365": Record(
            {
                "consentForAccount": BOOLEAN,
                "enforceOAuth": BOOLEAN,
                "tenantGrant": Leaf(Kind.TEXT, ("ensure",)),
                "revokeStale": BOOLEAN,
            }
        ),
        "google": Record({"revokeStale": BOOLEAN}),
        "privateEvents": Record(
            {"default": ACCESS, "except": ListOf(Record({"user": TEXT, "assistant": TEXT, "access": ACCESS}))}
        ),
        "groups": ListOf(
            Record(
                {
                    "group": TEXT,
                    "inherit": BOOLEAN,
                    "enabled": BOOLEAN,
                    "locked": BOOLEAN,
                    "service": SERVICE,
                    "bidirectionalSync": BOOLEAN,
                }
            )
        ),
    }
)
"""``spec`` of a CalendarPolicy; the live settings have the same fields."""

SERVICE_AFTER: Final = Record({name: shape for name, shape in SERVICE.fields.items() if name != "ewsAllowListed"})
"""A service as an account has it: that an app is allowed there is only ever stated in a policy."""
SWITCHES: Final[Mapping[str, Shape]] = {"enabled": BOOLEAN, "locked": BOOLEAN, "service": SERVICE_AFTER}
AFTER: Final = Record(
    {
        "integration": Record(SWITCHES),
        "allowedDomains": POLICY.fields["allowedDomains"],
        "bidirectionalSync": BOOLEAN,
        "groups": ListOf(Record({"group": TEXT, "inherit": BOOLEAN, **SWITCHES, "bidirectionalSync": BOOLEAN})),
        "office365": Record({"consentForAccount": BOOLEAN, "enforceOAuth": BOOLEAN}),
    }
)
"""The settings as they will stand: what the policy states, else what is live; null where nobody knows."""

COUNTS: Final = Record({one.value: NUMBER for one in Outcome})
SHARES: Final = ListOf(Record({"name": TEXT, "counts": COUNTS}))
MODE: Final = Leaf(Kind.TEXT, ("api", "manual"))
PLAN: Final = Record(
    {
        "after": AFTER,
        "impact": Record(
            {
                "population": Record(
                    dict.fromkeys(("users", "active", "excluded", "connected", "connection_unknown"), NUMBER)
                ),
                "counts": COUNTS,
                "ranges": Record({"lose": NUMBERS, "not_told": NUMBERS, "cannot_return": NUMBERS}),
                "told": NUMBER,
                "unknown_certainty": NUMBER,
                "by_group": SHARES,
                "by_domain": SHARES,
                "by_rule": ListOf(Record({"rule": TEXT, "users": NUMBER, "certainty": TEXT, "source": TEXT})),
            }
        ),
        "changes": ListOf(
            Record(
                {
                    "address": TEXT,
                    "mode": MODE,
                    "origin": Leaf(Kind.TEXT, ("commit", "drift", "both", "unknown")),
                    "change": Record(
                        {
                            "actions": TEXTS,
                            "before": Anything(),
                            "after": Anything(),
                            "before_unknown": BOOLEAN,
                            "before_sensitive": BOOLEAN,
                            "after_sensitive": BOOLEAN,
                        }
                    ),
                    "source": Record({"file": TEXT, "line": NUMBER, "column": NUMBER}),
                    "reversibility": Leaf(Kind.TEXT, ("reversible", "setting-only", "irreversible")),
                    "users": NUMBER,
                }
            )
        ),
        "steps": ListOf(
            Record(
                {
                    "id": TEXT,
                    "mode": MODE,
                    "provider": TEXT,
                    "op": TEXT,
                    "address": TEXT,
                    "depends_on": TEXTS,
                    "expected": Record({"disconnected": NUMBER, "at_risk": NUMBER}),
                }
            )
        ),
        "order": Record({"chosen": TEXTS, "canonical": BOOLEAN, "groups_first": BOOLEAN, "surplus": NUMBER}),
        "tenant": Record({"hybrid": BOOLEAN, "grant": TEXTS, "user_consent": TEXTS}),
        "diagnostics": ListOf(
            Record({"code": TEXT, "severity": Leaf(Kind.TEXT, tuple(one.value for one in Severity)), "summary": TEXT})
        ),
        "evidence": ListOf(
            Record(
                {
                    "source": TEXT,
                    "kind": TEXT,
                    "as_of": TEXT,
                    "records": NUMBER,
                    "complete": BOOLEAN,
                    "stale": BOOLEAN,
                }
            )
        ),
        "unknown": TEXTS,
        "unmanaged": TEXTS,
        "errored": BOOLEAN,
    }
)
"""The plan in the words of its JSON; ``changes`` are its ``resource_changes``, ``after`` its ``planned_values``."""

ACCOUNT: Final = Record(
    {
        "name": TEXT,
        "owner": TEXT,
        "platform": Record({"type": Leaf(Kind.TEXT, ("local", "zoom"))}),
        "providers": ListOf(Leaf(Kind.TEXT, ("microsoft", "google", "exchange", "connections-file"))),
        "groups": Record({"model": Leaf(Kind.TEXT, ("legacy", "priority")), "order": TEXTS}),
        "limits": Record(dict.fromkeys(("disconnected", "silent", "blocked", "unknown", "pairs"), TEXT)),
        "tolerance": Record({"surprises": TEXT, "falseAlarms": TEXT}),
        "maxEvidenceAge": Record({"users": NUMBER, "portal": NUMBER, "tenant": NUMBER}),
        "windows": NUMBER,
        "freezes": NUMBER,
        "notice": Record({"hours": NUMBER}),
    }
)
"""The Account document under which is planned: what holds, defaults and gates from outside included.

``limits`` and ``tolerance`` are text as written, ages are hours, ``windows`` and ``freezes`` say how many there are.
"""

USER: Final = Record(
    {
        "domain": TEXT,
        "status": Leaf(Kind.TEXT, ("active",)),
        "groups": TEXTS,
        "primary_group": TEXT,
        "clients": TEXTS,
        "service": Leaf(Kind.TEXT, (NOT_CONNECTED, *SERVICES)),
        "ews_host": TEXT,
        "calendar": LEVEL,
        "contacts": LEVEL,
        "auth": Leaf(Kind.TEXT, tuple(one.value for one in Authentication if one is not Authentication.UNKNOWN)),
        "mailbox_location": Leaf(
            Kind.TEXT, tuple(one.value for one in MailboxLocation if one is not MailboxLocation.UNKNOWN)
        ),
        "own_grant": TEXTS,
        "evidence": Leaf(Kind.TEXT, tuple(one.value for one in Basis)),
        "outcome": Leaf(Kind.TEXT, tuple(one.value for one in Outcome)),
        "connection": Leaf(Kind.TEXT, tuple(one.value for one in Link if one is not Link.SAME)),
        "notice": Leaf(Kind.TEXT, tuple(one.value for one in Notice)),
        "next_step": Leaf(Kind.TEXT, tuple(one.value for one in NextStep)),
        "certainty": Leaf(Kind.TEXT, tuple(one.value for one in Certainty)),
        "rules": TEXTS,
        "lost_on_the_way": BOOLEAN,
    }
)
"""One active user without a name: the row of ``users.ndjson``, with null for unknown; ``service`` is what he holds."""

FOR_THE_PLAN: Final[Mapping[str, Shape]] = {
    "policy": POLICY,
    "live": POLICY,
    "plan": PLAN,
    "account": ACCOUNT,
    "today": TEXT,
}
FOR_EACH_USER: Final[Mapping[str, Shape]] = {**FOR_THE_PLAN, "user": USER}
