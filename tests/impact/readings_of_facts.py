"""Cases of A09 to A23: domains, impersonation, clients and consent, read the other way."""

from calplan.impact.readings import Reading
from calplan.model.unknown import UNKNOWN
from tests import make
from tests.impact.cases import BOTH, CORP, NOBODY, ON_GOOGLE, ON_GRAPH, WHO_KNOWS, old, unsure
from tests.impact.readings_of_losses import EVERY_HOLDER, IMPERSONATED, LISTED, TO_GRAPH
from tests.impact.second_reading import Case

OLD_BUILD_ON_MAC = "5.2.45106.0831(mac)"

ABOUT_FACTS = (
    Case(
        says="a domain below a listed one is allowed",
        reading=Reading.A09,
        after=LISTED,
        users={
            "ann": ON_GOOGLE,
            "bo@emea.corp.example": ON_GOOGLE,
            "cy@a.b.corp.example": NOBODY,
            "di@notcorp.example": ON_GOOGLE,
            "ed@example": ON_GOOGLE,
            "fay@not a domain": ON_GOOGLE,
        },
        otherwise={"bo@emea.corp.example": "unaffected R06", "cy@a.b.corp.example": "unaffected R06"},
    ),
    Case(
        says="a list that held before allowed it too",
        reading=Reading.A09,
        before=LISTED,
        after=make.account(allowed_domains=make.domains("partner.example")),
        users={"ann": ON_GOOGLE, "bo@emea.corp.example": ON_GOOGLE, "cy@eu.partner.example": NOBODY},
        otherwise={"bo@emea.corp.example": "disconnected_blocked R05b", "cy@eu.partner.example": "unaffected R07"},
    ),
    Case(
        says="nobody is below a listed domain",
        reading=Reading.A09,
        after=LISTED,
        users={"ann": ON_GOOGLE, "bo@partner.example": ON_GOOGLE, "cy@emea.corp.example": ON_GOOGLE}
        | {"cy@emea.corp.example": ON_GOOGLE._replace(status="pending")},
    ),
    Case(
        says="the mailbox address is held against the list",
        reading=Reading.A11,
        after=LISTED,
        users={
            "in": ON_GOOGLE,
            "out": ON_GOOGLE,
            "alias": ON_GOOGLE,
            "bad": ON_GOOGLE,
            "gone": ON_GOOGLE._replace(status="inactive"),
            "bo@partner.example": NOBODY,
            "cy@partner.example": NOBODY,
        },
        mailboxes={
            "out@corp.example": "out@partner.example",
            "alias@corp.example": "other.name@corp.example",
            "bad@corp.example": "bad@not a domain",
            "gone@corp.example": "gone@partner.example",
            "bo@partner.example": "bo@corp.example",
            "nobody.here@corp.example": "x@partner.example",
            "zz@partner.example": "zz@corp.example",
        },
        otherwise={
            "out": "disconnected_blocked R05b",
            "bad": "disconnected_blocked R05b",
            "bo@partner.example": "unaffected R06",
        },
    ),
    Case(
        says="both addresses are listed",
        reading=Reading.A11,
        after=make.account(allowed_domains=BOTH),
        users={"ann": ON_GOOGLE},
        mailboxes={"ann@corp.example": "ann@partner.example"},
    ),
    Case(
        says="a connection outside the list goes on",
        reading=Reading.A12,
        after=LISTED,
        users={
            "ann": ON_GOOGLE,
            "bo@partner.example": ON_GOOGLE,
            "cy@partner.example": NOBODY,
            "di@partner.example": WHO_KNOWS,
        },
        otherwise={"bo@partner.example": "unaffected R05a3"},
    ),
    Case(
        says="who loses it otherwise still cannot come back, and the loss has its own rows",
        reading=Reading.A12,
        before=make.account(service=IMPERSONATED),
        after=make.account(service=make.exchange(), allowed_domains=CORP),
        users={"bo@partner.example": make.facts("exchange-ews", auth="impersonation")},
        otherwise={"bo@partner.example": "disconnected_blocked R05a1 R09d2"},
    ),
    Case(says="nobody is outside", reading=Reading.A12, after=LISTED, users=EVERY_HOLDER),
    Case(
        says="the prompt of the list reaches every client",
        reading=Reading.A13,
        after=LISTED,
        users={
            "ann": old(),
            "bo@partner.example": old(),
            "cy@partner.example": unsure(),
            "di@partner.example": ON_GOOGLE,
            "ed@partner.example": old(""),
        },
        otherwise={
            "bo@partner.example": "disconnected_blocked R05b",
            "cy@partner.example": "disconnected_blocked R05b",
        },
    ),
    Case(says="every client is new", reading=Reading.A13, after=LISTED, users={"bo@partner.example": ON_GOOGLE}),
    Case(
        says="impersonation adds nothing, and the lock prompts whom it does not sync",
        reading=Reading.A15,
        before=make.account(service=make.exchange()),
        after=make.account(service=IMPERSONATED, locked=True),
        users={
            "none": make.facts(mailbox_location="on-premises"),
            "held": make.facts(
                "exchange-ews", ews_host="mail.corp.example", auth="basic", mailbox_location="on-premises"
            ),
            "cloud": NOBODY,
        },
        otherwise={"none": "prompted R10c1", "held": "unaffected R10a"},
    ),
    Case(
        says="no mailbox is where impersonation reaches",
        reading=Reading.A15,
        before=make.account(service=make.exchange()),
        after=make.account(service=IMPERSONATED),
        users={"cloud": NOBODY},
    ),
    Case(
        says="several clients that differ say nothing of the last",
        reading=Reading.A18,
        after=TO_GRAPH,
        users={
            "mixed": make.facts("google", "write", "read", clients=(make.OLD_WINDOWS, make.NEW_WINDOWS)),
            "new": make.facts("google", "write", "read", clients=(make.NEW_MAC, make.NEW_WINDOWS)),
            "old": make.facts("google", "write", "read", clients=(make.OLD_MAC, make.OLD_WINDOWS)),
            "doubt": make.facts("google", "write", "read", clients=("-", make.NEW_WINDOWS)),
            "one": ON_GOOGLE,
            "none": unsure(),
            "spared": make.facts("office365-graph", "write", "read", clients=(make.OLD_MAC, make.NEW_MAC)),
        },
        otherwise={
            "mixed": "disconnected_notice_unknown R10b3 R12b R12d",
            "doubt": "disconnected_notice_unknown R10b3 R12b R12d",
        },
    ),
    Case(says="everybody has one client", reading=Reading.A18, after=TO_GRAPH, users=EVERY_HOLDER),
    Case(
        says="who has no version that can be read sees the prompt",
        reading=Reading.A19,
        after=TO_GRAPH,
        users={
            "none": unsure(),
            "browser": make.facts("google", "write", "read", clients=("-",)),
            "short": make.facts("google", "write", "read", clients=("5.2(win)",)),
            "both": make.facts("google", "write", "read", clients=(make.OLD_WINDOWS, "-")),
            "build": make.facts("google", "write", "read", clients=(OLD_BUILD_ON_MAC,)),
            "old": old(),
            "new": ON_GOOGLE,
            "nobody": unsure(""),
        },
        otherwise=dict.fromkeys(("none", "browser", "short", "both"), "disconnected_prompted R10b1 R12b R12d"),
    ),
    Case(says="every version is known", reading=Reading.A19, after=TO_GRAPH, users={"old": old(), "new": ON_GOOGLE}),
    Case(
        says="a build outside Windows is new enough for the prompt",
        reading=Reading.A20,
        after=TO_GRAPH,
        users={
            "build": make.facts("google", "write", "read", clients=(OLD_BUILD_ON_MAC,)),
            "windows": old(),
            "none": unsure(),
            "short": make.facts("google", "write", "read", clients=("5.2(mac)",)),
        },
        otherwise={"build": "disconnected_prompted R10b1 R12b R12d"},
    ),
    Case(says="no such build", reading=Reading.A20, after=TO_GRAPH, users=EVERY_HOLDER),
    Case(
        says="the switch for account consent stands for the grant",
        reading=Reading.A23,
        after=make.account(service=make.graph(), locked=True, consent_for_account=True),
        tenant=make.tenant(()),
        users={
            "google": ON_GOOGLE,
            "nobody": NOBODY,
            "same": ON_GRAPH,
            "granted": ON_GOOGLE._replace(own_grant='["Calendars.ReadWrite","Contacts.Read"]'),
        },
        otherwise={
            "google": "disconnected_prompted R10b1 R12a R12d R12g",
            "nobody": "prompted R10c1 R12a R12d R12g",
        },
    ),
    Case(
        says="the tenant was not asked",
        reading=Reading.A23,
        after=make.account(service=make.graph(), locked=True, consent_for_account=True),
        tenant=make.tenant(UNKNOWN, UNKNOWN),
        users={"google": ON_GOOGLE},
        otherwise={"google": "disconnected_prompted R10b1 R12a R12g"},
    ),
    *(
        Case(
            says=f"the switch is {flag}",
            reading=Reading.A23,
            before=make.account(consent_for_account=flag),
            after=make.account(service=make.graph(), locked=True, consent_for_account=flag),
            tenant=make.tenant(()),
            users={"google": ON_GOOGLE},
        )
        for flag in (False, UNKNOWN)
    ),
)
