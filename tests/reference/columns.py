"""What each column of a users file says."""

from typing import Final

MEANS: Final = {
    "email": "The address used to sign in to the platform. Needed, and unique without regard to case.",
    "id": "The platform's id of the user.",
    "status": "Whether the user counts: only active ones do.",
    "licensed": "Whether the user has a licence.",
    "groups": "Names or ids of the user's groups.",
    "primary_group": "The group that decides where several state something; no interface of Zoom shows it.",
    "clients": "Version strings as the platform gives them, such as `5.2.45120.0906(win)`.",
    "service": "What the user is connected to. Empty: to nothing.",
    "ews_host": "The host of an EWS connection.",
    "calendar": "What may be done with the calendar; ignored for EWS and MAPI, which have the whole mailbox.",
    "contacts": "What may be done with contacts; ignored as above.",
    "auth": "How the connection signs in.",
    "mailbox": "The mailbox's address, where it is another one.",
    "mailbox_location": "Where the mailbox lies.",
    "own_grant": "Scopes the user consented to at Microsoft, by himself.",
    "evidence": "Where the connection is known from; a note for people.",
    "as_of": "When that was so, as a date and time with a time zone. It counts in a connections file only.",
}
