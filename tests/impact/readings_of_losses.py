"""Cases of A01 to A07: what the lock, a new default and the switch end, read the other way."""

from calplan.impact.readings import Reading
from calplan.model.unknown import UNKNOWN
from tests import make
from tests.impact.cases import CORP, NOBODY, ON_GOOGLE, ON_GRAPH, WHO_KNOWS, old, unsure
from tests.impact.second_reading import Case

IMPERSONATED = make.exchange(impersonation=make.impersonation())
LOCKED = make.account(locked=True)
EVERY_HOLDER = {
    "same": ON_GOOGLE,
    "same.old": old(),
    "same.unsure": unsure(),
    "half": make.facts("google", "write", "unknown"),
    "other": make.facts("google", "read", "none"),
    "elsewhere": ON_GRAPH,
    "nobody": NOBODY,
    "unknown": WHO_KNOWS,
    "gone": ON_GOOGLE._replace(status="inactive"),
}
TO_GRAPH = make.account(service=make.graph(), locked=True)
ON_PREMISES = ON_GRAPH._replace(mailbox_location="on-premises")
OFF = make.account(enabled=False)
NARROW = make.account(service=make.google("read", "none"))
LISTED = make.account(allowed_domains=CORP)

ABOUT_LOSSES = (
    Case(
        says="the lock ends equal connections too, by what the clients can say",
        reading=Reading.A01,
        after=LOCKED,
        users=EVERY_HOLDER,
        otherwise={
            "same": "disconnected_prompted R10b1",
            "same.old": "disconnected_silent R10b2",
            "same.unsure": "disconnected_notice_unknown R10b3",
            "half": "disconnected_prompted R10b1",
        },
    ),
    Case(
        says="who must then authorise Graph again needs consent, a mailbox in the cloud and a listed domain",
        reading=Reading.A01,
        before=make.account(service=make.graph(), allowed_domains=CORP),
        after=make.account(service=make.graph(), allowed_domains=CORP, locked=True),
        tenant=make.tenant(()),
        users={
            "plain": ON_GRAPH,
            "granted": ON_GRAPH._replace(own_grant='["Calendars.ReadWrite","Contacts.Read"]'),
            "premises": ON_PREMISES,
            "bo@partner.example": ON_GRAPH,
        },
        otherwise={
            "plain": "disconnected_blocked R10b1 R12c1 R12d",
            "granted": "disconnected_prompted R10b1 R12b R12d",
            "premises": "disconnected_blocked R10b1 R12c1 R12d R15a",
            "bo@partner.example": "disconnected_blocked R05a1 R10b1 R12c1 R12d",
        },
    ),
    Case(
        says="who is on MAPI already must connect again on Windows",
        reading=Reading.A01,
        before=make.account(service=make.MAPI),
        after=make.account(service=make.MAPI, locked=True),
        users={
            "windows": make.facts("exchange-mapi", auth=None),
            "mac": make.facts("exchange-mapi", auth=None, clients=(make.NEW_MAC,)),
        },
        otherwise={"windows": "disconnected_prompted R08b2 R10b1", "mac": "disconnected_blocked R08a1 R10b1"},
    ),
    Case(
        says="impersonation replaces no connection that the lock ends",
        reading=Reading.A01,
        before=make.account(service=make.exchange()),
        after=make.account(service=IMPERSONATED, locked=True),
        users={
            "holder": make.facts(
                "exchange-ews", ews_host="mail.corp.example", auth="basic", mailbox_location="on-premises"
            )
        },
        otherwise={"holder": "disconnected_prompted R09a R10b1"},
    ),
    Case(
        says="a lock that nobody read stays a doubt",
        reading=Reading.A01,
        before=make.account(locked=UNKNOWN, service=make.graph()),
        after=make.account(locked=UNKNOWN),
        users=EVERY_HOLDER,
    ),
    Case(says="without a lock", reading=Reading.A01, after=make.account(service=make.graph()), users=EVERY_HOLDER),
    Case(
        says="permissions and servers make no difference, the service does",
        reading=Reading.A02,
        after=TO_GRAPH,
        users={
            "less": make.facts("office365-graph", "read", "read"),
            "more": make.facts("office365-graph", "write", "write"),
            "half": make.facts("office365-graph", "write", "unknown"),
            "same": ON_GRAPH,
            "google": ON_GOOGLE,
            "nobody": NOBODY,
            "unknown": WHO_KNOWS,
        },
        otherwise={"less": "unaffected R10a", "more": "unaffected R10a", "half": "unaffected R10a"},
    ),
    Case(
        says="who keeps another server is not synced by impersonation for that",
        reading=Reading.A02,
        before=make.account(service=make.exchange()),
        after=make.account(service=IMPERSONATED, locked=True),
        users={
            "server": make.facts(
                "exchange-ews", ews_host="owa.corp.example", auth="basic", mailbox_location="on-premises"
            )
        },
        otherwise={"server": "unaffected R10a"},
    ),
    Case(
        says="a service that nobody read stays a doubt",
        reading=Reading.A02,
        before=make.account(service=UNKNOWN),
        after=make.account(service=UNKNOWN, locked=True),
        users=EVERY_HOLDER,
    ),
    Case(
        says="everybody is on another service",
        reading=Reading.A02,
        after=TO_GRAPH,
        users={"google": ON_GOOGLE, "old": old()},
    ),
    Case(
        says="a new default ends what differs from it",
        reading=Reading.A04,
        after=make.account(service=make.graph()),
        users={
            "google": ON_GOOGLE,
            "google.old": old(),
            "google.unsure": unsure(),
            "same": ON_GRAPH,
            "half": make.facts("office365-graph", "write", "unknown"),
            "nobody": NOBODY,
            "unknown": WHO_KNOWS,
        },
        otherwise={
            "google": "disconnected_prompted R10b1 R12b R12d",
            "google.old": "disconnected_silent R10b2 R12b R12d",
            "google.unsure": "disconnected_notice_unknown R10b3 R12b R12d",
            "half": "at_risk R10d",
            "unknown": "at_risk R10d",
        },
    ),
    Case(
        says="the loss is not reported once more as the end of impersonation",
        reading=Reading.A04,
        before=make.account(service=IMPERSONATED),
        after=make.account(),
        users={"synced": make.facts("exchange-ews", ews_host="mail.corp.example", auth="impersonation")},
        otherwise={"synced": "disconnected_prompted R10b1"},
    ),
    Case(
        says="who cannot give the consent for the new default is blocked",
        reading=Reading.A04,
        after=make.account(service=make.graph()),
        tenant=make.tenant(()),
        users={"google": ON_GOOGLE, "nobody": NOBODY},
        otherwise={"google": "disconnected_blocked R10b1 R12c1 R12d"},
    ),
    Case(says="under a lock", reading=Reading.A04, after=TO_GRAPH, users=EVERY_HOLDER),
    Case(says="no new default", reading=Reading.A04, after=LISTED, users=EVERY_HOLDER),
    Case(
        says="who holds more than is now allowed is cut",
        reading=Reading.A05,
        after=NARROW,
        users={
            "more": ON_GOOGLE,
            "more.old": old(),
            "contacts": make.facts("google", "read", "read"),
            "sure": make.facts("google", "write", "unknown"),
            "half": make.facts("google", "read", "unknown"),
            "same": make.facts("google", "read", "none"),
            "less": make.facts("google", "none", "none"),
            "graph": ON_GRAPH,
            "nobody": NOBODY,
            "unknown": WHO_KNOWS,
        },
        otherwise={
            "more": "disconnected_prompted R10b1",
            "more.old": "disconnected_silent R10b2",
            "contacts": "disconnected_prompted R10b1",
            "sure": "disconnected_prompted R10b1",
            "half": "at_risk R10d",
            "unknown": "at_risk R10d",
        },
    ),
    Case(
        says="who holds more of Graph than is now allowed is cut too",
        reading=Reading.A05,
        before=make.account(service=make.graph()),
        after=make.account(service=make.graph("read", "read")),
        users={"more": ON_GRAPH, "same": make.facts("office365-graph", "read", "read"), "google": ON_GOOGLE},
        otherwise={"more": "disconnected_prompted R10b1 R12b R12d"},
    ),
    Case(
        says="a level that stays at write is exceeded by nothing",
        reading=Reading.A05,
        after=make.account(service=make.google("write", "none")),
        users={"half": make.facts("google", "unknown", "none"), "contacts": make.facts("google", "none", "read")},
        otherwise={"contacts": "disconnected_prompted R10b1"},
    ),
    Case(
        says="wider permissions",
        reading=Reading.A05,
        after=make.account(service=make.google("write", "write")),
        users={**EVERY_HOLDER, "more": make.facts("google", "write", "write")},
    ),
    Case(says="another service", reading=Reading.A05, after=make.account(service=make.graph()), users=EVERY_HOLDER),
    Case(
        says="under a lock",
        reading=Reading.A05,
        after=make.account(service=make.google("read", "none"), locked=True),
        users=EVERY_HOLDER,
    ),
    Case(
        says="a lock that stands does not act again",
        reading=Reading.A06,
        before=make.account(locked=True),
        after=TO_GRAPH,
        users={"google": ON_GOOGLE, "same": ON_GRAPH, "nobody": NOBODY, "unknown": WHO_KNOWS, "old": old("")},
        otherwise={
            "google": "unaffected R01",
            "same": "unaffected R01",
            "nobody": "unaffected R01",
            "unknown": "unaffected R01",
            "old": "unaffected R01",
        },
    ),
    Case(
        says="the end of impersonation under the lock keeps its own rows",
        reading=Reading.A06,
        before=make.account(service=IMPERSONATED, locked=True),
        after=make.account(service=make.exchange("https://owa.corp.example/EWS/Exchange.asmx"), locked=True),
        users={"synced": make.facts("exchange-ews", auth="impersonation")},
        otherwise={"synced": "disconnected_notice_unknown R09d2 R14"},
    ),
    Case(says="the lock is new", reading=Reading.A06, after=TO_GRAPH, users=EVERY_HOLDER),
    Case(
        says="the integration comes on, locked all along",
        reading=Reading.A06,
        before=make.account(enabled=False, locked=True),
        after=TO_GRAPH,
        users=EVERY_HOLDER,
    ),
    Case(
        says="connections outlive the switch",
        reading=Reading.A07,
        after=OFF,
        users={"google": ON_GOOGLE, "nobody": NOBODY, "unknown": WHO_KNOWS},
        otherwise={"google": "unaffected R03d"},
    ),
    Case(says="nobody is connected", reading=Reading.A07, after=OFF, users={"nobody": NOBODY, "unknown": WHO_KNOWS}),
)
