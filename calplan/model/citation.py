"""Where a statement about the vendor comes from, and how far it can be trusted."""

from enum import Enum
from typing import Final


class Certainty(Enum):
    """How sure a rule's statement is, named by its ground."""

    DOCUMENTED = "documented"
    FACTS = "facts"
    DESIGN = "design"
    INFERRED = "inferred"
    ASSUMED = "assumed"
    AMBIGUOUS = "ambiguous"
    UNKNOWN = "unknown"


STRONG_TO_WEAK: Final = tuple(Certainty)


def weakest(certainties: tuple[Certainty, ...]) -> Certainty:
    """The weakest of one or more certainties."""
    return max(certainties, key=STRONG_TO_WEAK.index)


# The vendor's article, sentence by sentence, in our own words.
SENTENCES: Final[dict[str, str]] = {
    "S1": "admins may let users set up the integration and choose a default service",
    "S2": "admins may force one configuration on everybody",
    "S3": "each user must still enable and authorise it in the own profile",
    "S4": "meetings can be kept in step in both directions",
    "S5": "scheduling add-ons are something separate",
    "S6": "changing these settings needs the account owner or an admin",
    "S7": "one account toggle turns the integration on or off",
    "S8": "the toggle lets users set the integration up; it starts turned on",
    "S9": "a dialog may ask to confirm the toggle",
    "S10": "the admin picks the default service and saves",
    "S11": "the default service is pre-selected when a user sets up",
    "S12": "Office 365 without the EWS box is authorised through Microsoft Graph; that is the default",
    "S13": "with Graph the admin chooses calendar and contacts permissions",
    "S14": "Graph does not work for hybrid Office 365",
    "S15": "Office 365 through EWS means ticking the EWS box and giving its URL",
    "S16": "that grants the full mailbox",
    "S17": "permissions cannot be chosen with it",
    "S18": "for Exchange the admin picks an integration method",
    "S19": "Exchange through EWS needs a URL and grants the full mailbox",
    "S20": "MAPI with the lock leaves the integration to users on Windows only",
    "S21": "with Google the admin chooses calendar and contacts permissions",
    "S22": "the lock stops users from changing the setting and forces the default service on them",
    "S23": "users whose permissions differ are disconnected",
    "S24": "nothing is added for a user automatically",
    "S25": "users are prompted to configure the integration",
    "S26": "the prompt needs client 5.2.2 or newer; older clients show nothing",
    "S27": "Exchange 2016 with EWS can use an impersonation account, which syncs without a further sign-in",
    "S28": "with impersonation users need no password, and meetings of both sides sync",
    "S29": "impersonation needs version 5.11.0 or newer",
    "S30": "impersonation belongs to Exchange with EWS and has its own box to tick",
    "S31": "the admin enters the account's address, its password and the Exchange version",
    "S32": "address and version are shown after saving, the password is not",
    "S33": "the impersonation settings can be edited later",
    "S34": "calendar read is Calendars.Read",
    "S35": "calendar write is Calendars.ReadWrite",
    "S36": "contacts read is written Contact.Read, which is no scope's name",
    "S37": "contacts write is written Contact.ReadWrite, which is no scope's name",
    "S38": "only users in the listed domains may integrate",
    "S39": "existing users in an allowed domain notice nothing",
    "S40": "existing users outside the list see a prompt to configure",
    "S41": "new users may set up only if their domain is allowed",
    "S42": "several domains are separated by commas",
    "S43": "with account consent turned off, the Office 365 admin must consent for the account",
    "S44": "the settings chosen must be the ones configured in Office 365",
    "S45": "OAuth 2.0 can be enforced for Office 365 calendar services",
    "S46": "whoever gives scheduling privilege chooses whether private events are included",
    "S47": "without that, the assistant sees no invite link, topic or attendees",
    "S48": "the assistant then sees only that there is a private meeting, and when",
}
