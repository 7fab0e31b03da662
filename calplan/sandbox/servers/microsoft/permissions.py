"""Which application permission each call asks for; any one of a row will do.

From the permission tables of each method in Microsoft's reference, https://learn.microsoft.com/graph/api/overview.
"""

from typing import Final

DIRECTORY: Final = frozenset({"Directory.Read.All", "Directory.ReadWrite.All"})
READ_GRANTS: Final = DIRECTORY | {"DelegatedPermissionGrant.ReadWrite.All"}
WRITE_GRANTS: Final = frozenset({"DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"})
READ_APPS: Final = DIRECTORY | {
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
}
READ_USERS: Final = DIRECTORY | {"User.ReadBasic.All", "User.Read.All", "User.ReadWrite.All"}
READ_MAILBOXES: Final = frozenset({"MailboxSettings.Read", "MailboxSettings.ReadWrite"})
READ_POLICIES: Final = frozenset({"Policy.Read.All"})
