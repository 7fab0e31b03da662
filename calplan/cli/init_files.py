"""The files that ``calplan init`` makes, as texts by their names."""

import os
import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from calplan.cli.init_questions import ANY, NONE, UNKNOWN, Answers
from calplan.model.domain import Domain
from calplan.model.permissions import Permission, Permissions
from calplan.model.policy import Attested
from calplan.model.service import (
    EwsUrl,
    ExchangeEws,
    ExchangeMapi,
    Google,
    Impersonation,
    Office365Ews,
    Office365Graph,
    Service,
    ServiceType,
)
from calplan.model.settings import ANY as ANY_DOMAIN
from calplan.model.settings import AccountSettings
from calplan.model.unknown import UNKNOWN as NOT_KNOWN
from calplan.model.unknown import Unknown
from calplan.policyfile.packs import pack_file
from calplan.policyfile.portal_writer import portal_text, settings_in_words
from calplan.policyfile.schema import API_VERSION
from calplan.policyfile.writer import policy_text
from calplan.policyfile.yaml_text import Writable, yaml_lines

NAMES: Final = (
    "account.yaml",
    "policy.yaml",
    "guardrails.yaml",
    "portal-record.yaml",
    "live.yaml",
    ".gitignore",
    "README.md",
)
"""What may be made; no folder gets all of them."""
UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+", re.ASCII)
LIVE: Final = "live.yaml"
RECORD: Final = "portal-record.yaml"
ACCOUNT_ABOVE: Final = """\
# Where the account lives, whom to ask, and what its owner puts up with. Nothing here is a secret: `credential` names
# where one lives. `limits` are what a plan may do at most before it is refused; these are the defaults.
"""
POLICY_ABOVE: Final = """\
# What the account shall be. It states what is live now, so that planning it changes nothing. Change a value, then:
# calplan plan. A setting that is left out is never touched.
"""
GUARDRAILS: Final = "guardrails.yaml"
GUARDRAILS_ABOVE: Final = """\
# What every plan of this folder is held against: a rule with `deny` refuses it. Copied from calplan's own packs, and
# yours from here on: change numbers and severities, add rules, remove them. To set one aside for a time, add below:
#   waivers: [{rule: ID, reason: why, owner: who answers for it, expires: "YYYY-MM-DD"}]
"""
LIVE_ABOVE: Final = """\
# The settings as they are when the account's file is made, on first use. Later changes go into policy.yaml.
"""
IGNORED: Final = """\
# What calplan keeps while it runs, saved plans, simulated accounts, and files with secrets
.calplan/
*.calplan
*.db
*.db-journal
*.db-shm
*.db-wal
.env
.env.*
*.env
"""
README: Final = """\
# Calendar and contacts integration of {name}

| File | What it says |
|---|---|
| `account.yaml` | where the account lives, whom to ask, what a change may cost at most |
| `policy.yaml` | what the account shall be; this is the file to change |
{third}

- `calplan validate` checks the files without reading the account.
- `calplan plan` shows what would change, for whom, and in which order. It changes nothing.
- `calplan plan --out change.calplan`, then `calplan apply change.calplan`, makes it so.
"""
GUARDRAILS_ROW: Final = "| `guardrails.yaml` | the rules that every plan is held against |"
RECORD_ROW: Final = "| `portal-record.yaml` | what a person saw in the web portal, and when, for calplan cannot |"
LIVE_ROW: Final = "| `live.yaml` | the settings the account's file is made with on first use |"
BY_HAND: Final = """\
- Most settings have no API: `calplan apply` then stops with exit code 11 and says what to do in the portal. When it is
  done, `calplan attest RUN --by WHO` writes it into `portal-record.yaml`, and `calplan apply --resume RUN` goes on.

The client secret is not kept here. Put it into the environment variable `{secret}` of whoever runs calplan.
"""


def files_of(answers: Answers, folder: Path, *, now: datetime, today: date) -> dict[str, str]:
    """Every file of a new folder by its name."""
    name = answers["name"]
    settings = settings_of(answers)
    zoom = answers["platform"] == "zoom"
    return {
        "account.yaml": ACCOUNT_ABOVE + _account(answers, folder),
        "policy.yaml": POLICY_ABOVE + policy_text(name=name, account=name, settings=settings, as_of=today),
        **({} if answers["guardrails"] == NONE else {GUARDRAILS: _guardrails(answers)}),
        **({RECORD: _record(answers, settings, now)} if zoom else {LIVE: LIVE_ABOVE + _live(name, settings)}),
        ".gitignore": IGNORED,
        "README.md": _readme(answers),
    }


def _guardrails(answers: Answers) -> str:
    packs = (pack_file(name).read_text(encoding="utf-8") for name in answers["guardrails"].split(","))
    return f"{GUARDRAILS_ABOVE}\n" + "---\n".join(packs)


def _readme(answers: Answers) -> str:
    zoom = answers["platform"] == "zoom"
    rules = () if answers["guardrails"] == NONE else (GUARDRAILS_ROW,)
    rows = "\n".join((*rules, RECORD_ROW if zoom else LIVE_ROW))
    head = README.replace("{third}", rows).replace("{name}", answers["name"])
    return head + (BY_HAND.replace("{secret}", answers["secret-env"]) if zoom else "")


def _account(answers: Answers, folder: Path) -> str:
    spec: dict[str, Writable] = {
        "platform": _zoom(answers) if answers["platform"] == "zoom" else _local(answers, folder),
        "owner": answers["owner"],
        "limits": {"disconnected": "5% or 5", "silent": 0, "blocked": 0, "unknown": "1%", "pairs": 50},
        "maxEvidenceAge": {"users": "24h", "portal": "30d", "tenant": "7d"},
    }
    return _document("Account", {"name": answers["name"]}, spec)


def _zoom(answers: Answers) -> Writable:
    return {
        "type": "zoom",
        "accountId": answers["account-id"],
        "clientId": answers["client-id"],
        "credential": {"kind": "secret", "from": {"env": answers["secret-env"]}},
    }


def _local(answers: Answers, folder: Path) -> Writable:
    users = os.path.relpath(answers["users"], folder)
    database = f"{UNFIT.sub('-', answers['name'])}.db"
    return {"type": "local", "path": database, "create": {"users": users, "settings": LIVE}}


def _record(answers: Answers, settings: AccountSettings, now: datetime) -> str:
    attested = Attested(
        name=answers["name"],
        settings=settings,
        overrides=() if answers["groups"] == NONE else NOT_KNOWN,
        by=answers["by"],
        at=now,
        portal=answers["portal"],
    )
    return portal_text(attested, answers["name"])


def _live(name: str, settings: AccountSettings) -> str:
    spec = settings_in_words(settings, unknown=UNKNOWN)
    return _document("CalendarPolicy", {"name": f"{name}-live", "account": name}, spec)


def _document(kind: str, metadata: dict[str, Writable], spec: dict[str, Writable]) -> str:
    document: dict[str, Writable] = {"apiVersion": API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
    return "\n".join(yaml_lines(document)) + "\n"


def settings_of(answers: Answers) -> AccountSettings:
    """The settings that somebody saw; what he does not know is unknown."""
    return AccountSettings(
        enabled=_flag(answers["enabled"]),
        locked=_flag(answers["locked"]),
        service=_service(answers),
        allowed_domains=NOT_KNOWN
        if answers["domains"] == UNKNOWN
        else ANY_DOMAIN
        if answers["domains"] == ANY
        else frozenset(map(Domain, answers["domains"].split(","))),
        bidirectional_sync=_flag(answers["sync"]),
        consent_for_account=_flag(answers["consent"]),
        enforce_oauth=_flag(answers["oauth"]),
    )


def _flag(word: str) -> bool | Unknown:
    return NOT_KNOWN if word == UNKNOWN else word == "on"


def _service(answers: Answers) -> Service | Unknown:
    """The service as a whole, or unknown as a whole: a record that states half of it would state the rest as off."""
    if UNKNOWN in _of_the_service(answers):
        return NOT_KNOWN
    match ServiceType(answers["service"]):
        case ServiceType.OFFICE365_GRAPH:
            return Office365Graph(permissions=_permissions(answers))
        case ServiceType.GOOGLE:
            return Google(permissions=_permissions(answers))
        case ServiceType.OFFICE365_EWS:
            return Office365Ews(ews_url=EwsUrl.parse(answers["ews-url"]))
        case ServiceType.EXCHANGE_EWS:
            return ExchangeEws(ews_url=EwsUrl.parse(answers["ews-url"]), impersonation=_impersonation(answers))
        case ServiceType.EXCHANGE_MAPI:
            return ExchangeMapi()


def _of_the_service(answers: Answers) -> Iterator[str]:
    for flag in ("service", "ews-url", "calendar", "contacts", "impersonation", "exchange-version"):
        if flag in answers:
            yield answers[flag]


def _permissions(answers: Answers) -> Permissions:
    return Permissions(calendar=Permission(answers["calendar"]), contacts=Permission(answers["contacts"]))


def _impersonation(answers: Answers) -> Impersonation | None:
    account = answers["impersonation"]
    return None if account == "off" else Impersonation(account=account, exchange_version=answers["exchange-version"])
