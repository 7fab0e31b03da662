"""The names of fields and parameters that there are, from Google's descriptions of its APIs of November 2026."""

from typing import Final

GLOBAL: Final = frozenset(
    {
        "fields",
        "alt",
        "quotaUser",
        "key",
        "prettyPrint",
        "access_token",
        "callback",
        "oauth_token",
        "uploadType",
        "upload_protocol",
        "$.xgafv",
    }
)
PARAMETERS_OF_USER: Final = GLOBAL | {"projection", "viewType", "customFieldMask"}
PARAMETERS_OF_USERS: Final = PARAMETERS_OF_USER | {
    "customer",
    "domain",
    "event",
    "maxResults",
    "orderBy",
    "pageToken",
    "query",
    "showDeleted",
    "sortOrder",
}

USER: Final = dict.fromkeys(
    (
        "addresses",
        "agreedToTerms",
        "aliases",
        "archivalTime",
        "archived",
        "changePasswordAtNextLogin",
        "creationTime",
        "customSchemas",
        "customerId",
        "deletionTime",
        "emails",
        "etag",
        "externalIds",
        "gender",
        "guestAccountInfo",
        "hashFunction",
        "id",
        "ims",
        "includeInGlobalAddressList",
        "ipWhitelisted",
        "isAdmin",
        "isDelegatedAdmin",
        "isEnforcedIn2Sv",
        "isEnrolledIn2Sv",
        "isGuestUser",
        "isMailboxSetup",
        "keywords",
        "kind",
        "languages",
        "lastLoginTime",
        "locations",
        "name",
        "nonEditableAliases",
        "notes",
        "orgUnitPath",
        "organizations",
        "phones",
        "posixAccounts",
        "primaryEmail",
        "recoveryEmail",
        "recoveryPhone",
        "relations",
        "sshPublicKeys",
        "suspended",
        "suspensionReason",
        "suspensionTime",
        "thumbnailPhotoEtag",
        "thumbnailPhotoUrl",
        "websites",
    )
)
USERS: Final = {"kind": None, "etag": None, "nextPageToken": None, "trigger_event": None, "users": USER}
TOKEN: Final = dict.fromkeys(
    (
        "kind",
        "etag",
        "clientId",
        "displayText",
        "anonymous",
        "nativeApp",
        "scopes",
        "userKey",
    )
)
TOKENS: Final = {"kind": None, "etag": None, "items": TOKEN}
EVENT: Final = dict.fromkeys(("type", "name", "parameters", "resourceIds", "sensitiveParameters", "status"))
ACTOR: Final = dict.fromkeys(("email", "profileId", "callerType", "key", "agentAttributionInfo", "applicationInfo"))
ACTIVITY: Final = {
    **dict.fromkeys(("kind", "etag", "ipAddress", "isAgenticAction", "networkInfo", "ownerDomain")),
    **dict.fromkeys(("resourceDetails", "userDeviceInfo")),
    "id": dict.fromkeys(("time", "uniqueQualifier", "applicationName", "customerId")),
    "actor": ACTOR,
    "events": EVENT,
}
ACTIVITIES: Final = {"kind": None, "etag": None, "nextPageToken": None, "items": ACTIVITY}
