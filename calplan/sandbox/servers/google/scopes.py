"""What may be asked for by name: scopes of the administrator's calls, and those that users consent to."""

from typing import Final

PREFIX: Final = "https://www.googleapis.com/auth/"
USERS: Final = f"{PREFIX}admin.directory.user"
USERS_READ: Final = f"{PREFIX}admin.directory.user.readonly"
USERS_SECURITY: Final = f"{PREFIX}admin.directory.user.security"
REPORTS: Final = f"{PREFIX}admin.reports.audit.readonly"
CLOUD: Final = f"{PREFIX}cloud-platform"
IAM: Final = f"{PREFIX}iam"

MAY_LIST_USERS: Final = (USERS, USERS_READ, CLOUD)
MAY_GET_USER: Final = (USERS, USERS_READ)
MAY_HANDLE_TOKENS: Final = (USERS_SECURITY,)
"""There is no lesser scope: whoever may list tokens may also delete them."""
MAY_READ_REPORTS: Final = (REPORTS,)
MAY_SIGN: Final = (IAM, CLOUD)

DELEGATED: Final = frozenset({USERS_READ, USERS_SECURITY, REPORTS})
"""What an administrator lets the service account do in his name, for everything that calplan asks."""

SIGN_IN: Final = ("openid", f"{PREFIX}userinfo.email")
BY_LEVEL: Final = {
    "calendar": {"write": f"{PREFIX}calendar", "read": f"{PREFIX}calendar.readonly"},
    "contacts": {"write": f"{PREFIX}contacts", "read": f"{PREFIX}contacts.readonly"},
}
BUCKETS: Final = ("CALENDAR", "CONTACTS")


def granted(calendar: str, contacts: str) -> tuple[str, ...]:
    """The scopes of a token that was given for these levels."""
    levels = (BY_LEVEL["calendar"].get(calendar), BY_LEVEL["contacts"].get(contacts))
    return (*(scope for scope in levels if scope is not None), *SIGN_IN)


def bucket(scope: str) -> str:
    """The product a scope belongs to, as the log of consents calls it."""
    name = scope.removeprefix(PREFIX).partition(".")[0].upper()
    return name if name in BUCKETS else "IDENTITY" if scope in SIGN_IN else "OTHER"
