"""Where the vendor's article leaves a question open: the question, how calplan reads it, why, and the other reading.

Rules ask ``Terms.otherwise(Reading.A01)`` in the place where the reading is made. A plan forecasts once more for each
reading it relied on, and so says what its counts become if that reading is wrong (semantics (e) and (k)).
"""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Reading(Enum):
    """The open questions by name; a member stands for the reading that calplan follows."""

    A01 = "A01"
    A02 = "A02"
    A03 = "A03"
    A04 = "A04"
    A05 = "A05"
    A06 = "A06"
    A07 = "A07"
    A08 = "A08"
    A09 = "A09"
    A10 = "A10"
    A11 = "A11"
    A12 = "A12"
    A13 = "A13"
    A14 = "A14"
    A15 = "A15"
    A16 = "A16"
    A17 = "A17"
    A18 = "A18"
    A19 = "A19"
    A20 = "A20"
    A21 = "A21"
    A22 = "A22"
    A23 = "A23"
    A24 = "A24"
    A25 = "A25"
    A26 = "A26"
    A27 = "A27"
    A28 = "A28"
    A29 = "A29"


Otherwise = frozenset[Reading]
"""Readings that a forecast takes the other way."""

AS_READ: Final[Otherwise] = frozenset()


@dataclass(frozen=True, slots=True)
class Ambiguity:
    """One open question with the reading that calplan follows.

    ``otherwise`` is the reading that would change a forecast, ``None`` where no other one is computed.
    """

    question: str
    reading: str
    why: str
    otherwise: str | None = None


AMBIGUITIES: Final[dict[Reading, Ambiguity]] = {
    Reading.A01: Ambiguity(
        "The lock is new and the user already has what it enforces. Is he disconnected?",
        "No, the connection is kept (R10a).",
        "The article speaks only of users whose permissions differ (S23).",
        "Yes: the lock ends every connection, also those that fit.",
    ),
    Reading.A02: Ambiguity(
        "Do different permissions include another service, or permissions wider than wanted?",
        "Yes: service, EWS host, calendar and contacts are compared, and every difference counts, in both directions.",
        "The lock forces the default service (S22), and it is safer to report too many.",
        "No: only a connection to another service counts as different.",
    ),
    Reading.A03: Ambiguity(
        "Who sees a prompt when the lock comes: those it disconnects, or everybody without a connection?",
        "Only the disconnected count as told. Others without a connection may see a prompt.",
        "Two editions of the article differ.",
    ),
    Reading.A04: Ambiguity(
        "The default service changes and nothing is locked. Do existing connections end?",
        "No, they are kept.",
        "The default is only pre-selected when somebody sets up (S11).",
        "Yes, wherever a connection differs from the new default, with the prompt of the lock.",
    ),
    Reading.A05: Ambiguity(
        "Permissions are narrowed and nothing is locked. Do existing connections lose access?",
        "No. They keep their old permissions, and a warning says that nothing is revoked.",
        "The default concerns new set-ups (S11), and without the warning the gap would be invisible.",
        "Yes: whoever holds more on the same service than is now allowed is disconnected, with the prompt of the lock.",
    ),
    Reading.A06: Ambiguity(
        "The lock is already on and what it enforces changes. Who is hit?",
        "Everybody, as by a new lock.",
        "The lock forces the default on all (S22) and disconnects who differs (S23).",
        "Nobody: only switching the lock on acts.",
    ),
    Reading.A07: Ambiguity(
        "Do existing connections stop when the integration is turned off?",
        "Yes, and no prompt appears.",
        "The article only says that nobody can set up (S8); the worst case is assumed.",
        "No, they are kept.",
    ),
    Reading.A08: Ambiguity(
        "Do connections come back when the integration is turned on again?",
        "No, everybody sets up anew. Under a lock it is like a new lock.",
        "Nothing is ever added for a user (S24); the same is taken to hold here.",
    ),
    Reading.A09: Ambiguity(
        "Does an allowed domain allow its sub-domains?",
        "No. The plan says how many users that concerns (V23).",
        "The article lists names (S42), and a wildcard is mentioned nowhere.",
        "Yes: a domain below a listed one is allowed.",
    ),
    Reading.A10: Ambiguity(
        "When are two ways of writing a domain the same domain?",
        "Both are mapped by UTS #46, put in lower case and freed of one final dot, then compared as a whole.",
        "The same person is found under domains in different case.",
    ),
    Reading.A11: Ambiguity(
        "Which address is held against the allowed domains: the login or the mailbox?",
        "The login address. A warning says where the mailbox lies in another domain.",
        "The article speaks of the users in a domain (S38).",
        "The mailbox address, where it differs from the login.",
    ),
    Reading.A12: Ambiguity(
        "Is a connected user outside the new list cut off at once?",
        "Counted as disconnected and unable to come back (R05b).",
        "Users inside notice nothing (S39), so those outside do; of them only a prompt is told (S40).",
        "No, the connection is kept; it only cannot be set up again.",
    ),
    Reading.A13: Ambiguity(
        "Does the prompt for users outside the list need client 5.2.2 as well?",
        "Yes.",
        "It is the same prompt as that of the lock (S26).",
        "No: every client shows it.",
    ),
    Reading.A14: Ambiguity(
        "Does impersonation work with other versions of Exchange than 2016?",
        "2013, 2016, 2019 and SE are accepted with a warning; 2010 and older are an error. The name Exchange2016 in "
        "the EWS schema is also reported by 2019 and by Exchange Online.",
        "One sentence names 2016 (S27), another offers a list of versions (S31).",
    ),
    Reading.A15: Ambiguity(
        "Nothing is added automatically, yet impersonation syncs without a sign-in. Which holds?",
        "Impersonation adds the connection (R09a).",
        "The sentence on impersonation is the special rule (S27).",
        "Nothing is added (no R09a); who is not connected stays so.",
    ),
    Reading.A16: Ambiguity(
        "Does impersonation serve a user whose domain is not allowed?",
        "No, the domain decides first.",
        "New users may set up only if their domain is allowed (S41).",
    ),
    Reading.A17: Ambiguity(
        "How are permissions compared when only calendar or only contacts are chosen?",
        "Each on its own. None is a level like any other, and none for both means not connected.",
        "The two are chosen separately (S13).",
    ),
    Reading.A18: Ambiguity(
        "A user has an old client and a new one. Does he see the prompt?",
        "Any client of 5.2.2 or newer is enough. Where only the last one used is known, the certainty is lowered.",
        "The platform's interface gives one last version per user.",
        "The last client alone decides. Where several differ, nobody knows which was the last.",
    ),
    Reading.A19: Ambiguity(
        "What if the client's version is missing or cannot be read?",
        "The notice is unknown, and the user does not count as certainly told.",
        "The people whom nobody warns are the costly ones.",
        "The user sees the prompt.",
    ),
    Reading.A20: Ambiguity(
        "What does a build number after 5.2 mean outside Windows?",
        "Unknown.",
        "Which build is which version is shown for Windows only.",
        "A client of 5.2.2 or newer.",
    ),
    Reading.A21: Ambiguity(
        "Is there a prompt when impersonation ends or OAuth is enforced?",
        "None is documented, so nobody counts as prompted.",
        "No source mentions one.",
    ),
    Reading.A22: Ambiguity(
        "Consent for the account is turned off while users are connected. Do they lose anything?",
        "No (R12g).",
        "A consent that was given persists.",
    ),
    Reading.A23: Ambiguity(
        "Is consent satisfied once the switch for account consent is on?",
        "No. The switch never decides; the tenant-wide grant does, which an Entra administrator gives.",
        "Consent happens in Entra, and the settings must match those made there (S44).",
        "Yes: with the switch on nobody needs another consent.",
    ),
    Reading.A24: Ambiguity(
        "When exactly does a connection end?",
        "On or after the apply.",
        "The article does not say.",
    ),
    Reading.A25: Ambiguity(
        "How is a changed impersonation password noticed?",
        "It is not: a password is never compared. A new passwordVersion in the policy is the change.",
        "Nobody can read the stored password (S32).",
    ),
    Reading.A26: Ambiguity(
        "Does an empty list of domains allow everybody or nobody?",
        "Neither: it is an error (V18). Write `any` or list domains.",
        "The two readings are opposites.",
    ),
    Reading.A27: Ambiguity(
        "A user is recorded as connected, but the token behind it may be dead. Is he connected?",
        "Shown as recorded, and marked `stale?` once the evidence is older than maxEvidenceAge.",
        "Kept, without the mark, would be false comfort.",
    ),
    Reading.A28: Ambiguity(
        "What of the calendars of Rooms, Scheduler and Workspaces?",
        "They are out of scope.",
        "Their connections are separate.",
    ),
    Reading.A29: Ambiguity(
        "What of newer modes: application permissions, the question at SSO sign-in, the Mail and Calendar tab?",
        "A policy that names one is refused as an unknown key.",
        "They exist today, but the article does not describe them.",
    ),
}

ALTERNATIVES: Final = tuple(one for one, said in AMBIGUITIES.items() if said.otherwise is not None)
"""The readings that a forecast can take the other way."""
