"""Plain words for the codes of diagnostics that arise while planning, before an account is opened, and about gates."""

from typing import Final

from calplan.cli.notice_codes import NOTICE_CODES
from calplan.policyfile.codes import CODES

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
    "E-ELSEWHERE": "Users are in no directory that was read.\n\n"
    "That nothing was found of somebody says that he is not connected only where a source that would show the live "
    "service knows him. These users are not among the people it knows, by no name and no alias. Perhaps they sign in "
    "with an address of another company. List them in a connections-file, or add the provider that knows them.\n",
    "E-HIDDEN": "Users stand behind the tenant-wide Microsoft grant.\n\n"
    "Where consent was given for everybody, nobody has to give his own, and Microsoft shows no trace of who connected. "
    "What was known of a user before is used until it is older than `maxEvidenceAge.users`; after that nobody can "
    "tell. A connections-file with the export of the platform's portal says it.\n",
    "E-LAST-KNOWN": "What was known last is used for some users.\n\n"
    "No source shows their connection now, mostly since a tenant-wide grant was made meanwhile. The state keeps it "
    "from the last plan, with the time it was seen, and counts until it is older than `maxEvidenceAge.users`.\n",
    "E-NO-SOURCE": "No source shows the live service.\n\n"
    "Exchange through EWS or MAPI leaves no trace that anybody outside of the platform could read, and a service whose "
    "provider is not listed in the Account document is not looked at. So nobody can tell whether these users are "
    "connected. List them in a connections-file.\n",
    "E-OUTRANKED": "A connections-file says otherwise than newer evidence.\n\n"
    "A file outranks a consent only where its `as_of` is younger than the plan that met the consent first, and the "
    "silence of a source that would show what the file says only where it is younger than that was read. Here it is "
    "older, or says no time, or one to come. The other was used. Export the file anew, with the time in `as_of`.\n",
    "E-SHARED": "Several people share an address.\n\n"
    "The directory has the address for more than one person, or several users of the platform are one person there. "
    "Nobody can tell whose consent it is that was found, so these users count as unknown.\n",
    "E-TRACES": "Users consented to two services.\n\n"
    "A consent is not a connection: it outlives the one it was given for until it is revoked. Where somebody consented "
    "to two services nobody can tell which of them the platform uses, and the platform uses one at a time. Such a "
    "user counts as unknown. A connections-file that is written after a plan met both consents decides it, with the "
    "time in `as_of`.\n",
    "E-UNREAD": "A source of evidence could not be read to its end.\n\n"
    "It failed part-way, or did not answer for some people. Whoever could not be read counts as unknown, never as "
    "without a connection, so that limits on unknown users can refuse. Run the command again; a read that takes long "
    "is gone on with where it stopped.\n",
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
    "P-REVOKES": "A consent is revoked by which somebody may still be connected, and no forecast counts that.\n\n"
    "A consent is left over where the settings that will hold for a user enforce another service. Where they do so "
    "before the plan already, or the user is inactive, no rule says that he loses anything. If the lock is not what it "
    "is taken for, he does: by the revocation. Look at it before the last step.\n",
    "P-LEVELS": "Nobody can tell which settings hold today for some users.\n\n"
    "Several of their groups state something, and a fact is missing that decides which one holds: the group model, "
    "their groups, their primary group or a place in the order of priorities; or two groups lock different values. "
    "What these levels disagree about counts as unknown before the change.\n",
    "T-HOST": "An Account document names a host that nobody vouches for.\n\n"
    "Under `endpoints` stands an address that is neither one of the vendor's own hosts, nor this machine, nor listed "
    "in CALPLAN_ALLOW_HOSTS; or it is written in a way that could be read as more than one host. Credentials are sent "
    "to endpoints, so whoever may propose a change could have them sent to himself. Nothing was opened, and no secret "
    "was read. Remove the endpoint to use the vendor's own hosts. If the host is right, whoever runs calplan lists it "
    "in CALPLAN_ALLOW_HOSTS (`host`, or `host:port` where the port is not 443), where no change to the folder reaches "
    "it: in the settings of the CI system, for example.\n",
}

OTHER_CODES: Final = {name: entry.text for name, entry in CODES.items()} | PLAN_CODES | NOTICE_CODES
"""Every code that the plan itself does not explain: those of documents and of messages, and those above."""
