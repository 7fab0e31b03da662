"""Plain words for the codes of diagnostics that arise while planning, before an account is opened, and about gates."""

from typing import Final

PLAN_CODES: Final = {
    "E-EDITED": "Somebody did something in the portal since the settings were attested.\n\n"
    "The platform's operation log has entries that are younger than the PortalRecord. They are free text about all "
    "that an admin does, so they are a hint and never read as a setting; steps done by hand since stand there too. "
    "Look in the portal whether the settings are still as attested. If one is not, correct it in the PortalRecord, "
    "with who saw it and when.\n",
    "E-UNLOGGED": "The operation log does not tell whether somebody edited the settings since they were attested.\n\n"
    "It could not be read, or does not reach back to the date of the PortalRecord. Nothing rests on it, but nothing "
    "would be said of an edit either. Let calplan read the log, or look in the portal and date the PortalRecord "
    "anew.\n",
    "G-LOOSER": "Something in the folder would loosen the gates from outside, and is ignored.\n\n"
    "With CALPLAN_GATES the limits, tolerance, ages, windows, freezes, notice and owner of an account come from "
    "outside the folder that is reviewed. The folder may make them stricter, and nothing else. Remove what the warning "
    "names, or have it changed where the gates come from.\n",
    "P-CONFLICT": "Two sources disagree about the Microsoft tenant.\n\n"
    "The account and a TenantFacts document say different things. The fresher one was used. Bring the older one up to "
    "date, or remove it, so that nobody plans on the wrong one.\n",
    "P-DOMAIN": "An address has no domain that can be read.\n\n"
    "The part after the last @ cannot be normalised to a domain name (UTS #46). Such a user counts as outside "
    "every list of allowed domains, and nothing said of him is certain. Correct the address where the users live.\n",
    "P-MAILBOX": "A mailbox lies in another domain than the login address.\n\n"
    "Allowed domains are held against the address a user signs in with (A11), not against the mailbox. List the "
    "domains of the login addresses.\n",
    "P-NARROWED": "Lower permissions without the lock revoke nothing.\n\n"
    "A new default concerns new set-ups. Whoever is connected keeps the token he has, with its old permissions (S11, "
    "A05). Only the lock makes everybody authorise again.\n",
    "P-PAIR": "An exception names a scheduling privilege that does not exist.\n\n"
    "`privateEvents` changes the flag of privileges that exist. It neither gives a privilege nor takes one. Give it "
    "first, or remove the exception.\n",
    "P-ON-THE-WAY": "Users lose a connection on the way who would keep it by the change as a whole.\n\n"
    "Settings are written one after the other. Between two writes something can be in force that is neither the state "
    "before nor the state after, and it disconnects these users. Every admissible order was tried. Split the change "
    "into several applies, or tell these users too.\n",
    "P-LEVELS": "Nobody can tell which settings hold today for some users.\n\n"
    "Several of their groups state something, and a fact is missing that decides which one holds: the group model, "
    "their groups, their primary group or a place in the order of priorities; or two groups lock different values. "
    "What these levels disagree about counts as unknown before the change.\n",
    "P-LATER": "The documents ask for something this version cannot forecast.\n\n"
    "A plan that left it out would promise too much, so there is none. Remove it, or use a version that plans it.\n",
    "T-HOST": "An Account document names a host that nobody vouches for.\n\n"
    "Under `endpoints` stands an address that is neither one of the vendor's own hosts, nor this machine, nor listed "
    "in CALPLAN_ALLOW_HOSTS; or it is written in a way that could be read as more than one host. Credentials are sent "
    "to endpoints, so whoever may propose a change could have them sent to himself. Nothing was opened, and no secret "
    "was read. Remove the endpoint to use the vendor's own hosts. If the host is right, whoever runs calplan lists it "
    "in CALPLAN_ALLOW_HOSTS (`host`, or `host:port` where the port is not 443), where no change to the folder reaches "
    "it: in the settings of the CI system, for example.\n",
}
