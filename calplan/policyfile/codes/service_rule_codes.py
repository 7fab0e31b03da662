"""Codes of the static rules about services and what they may set."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

ARTICLE: Final = "the vendor's article on calendar and contacts integration"

SERVICE_RULE_CODES: Final[dict[str, Entry]] = {
    "V01": Entry(
        title="Permissions cannot be chosen with EWS",
        weighs="error",
        means="A service that is reached through EWS states `permissions`.",
        why="Authorising with an EWS URL grants the full mailbox; the vendor offers no choice.",
        fix="Remove `permissions`, or use `type: office365-graph`, where they can be chosen.",
        source=f"{ARTICLE}, S16, S17, S19",
    ),
    "V02": Entry(
        title="Both permissions must be stated",
        weighs="error",
        means="A service with permissions to choose leaves out the level for calendars or for contacts.",
        why="The vendor asks for both, and there is no default that would be safe to assume.",
        fix="State `none`, `read` or `write` for `calendar` and for `contacts`.",
        source=f"{ARTICLE}, S13, S21",
    ),
    "V03": Entry(
        title="Both permissions are none",
        weighs="error",
        means="The service would be allowed nothing at all.",
        why="That is no integration, but users would still be asked to authorise it.",
        fix="Turn the integration off with `enabled: false`, or grant something.",
        source=f"{ARTICLE}, S13, S21",
    ),
    "V04": Entry(
        title="An EWS URL is missing, or stands where none belongs",
        weighs="error",
        means="`office365-ews` and `exchange-ews` need `ewsUrl`; no other service has one.",
        why="EWS is reached by its URL, and nothing else is.",
        fix="Add or remove `ewsUrl`, or choose another type.",
        source=f"{ARTICLE}, S15, S19",
    ),
    "V05": Entry(
        title="The EWS URL is unsafe",
        weighs="error",
        means="It is not https, has no host, or holds a user, a password, a query or a fragment.",
        why="A password is sent to this address.",
        fix="Write a plain address such as `https://mail.contoso.com/EWS/Exchange.asmx`.",
    ),
    "V06": Entry(
        title="The path of the EWS URL is unusual",
        weighs="warning",
        means="The path of `ewsUrl` is not /EWS/Exchange.asmx; upper and lower case make no difference.",
        why="Exchange answers at this path. Nobody could connect through one that leads nowhere.",
        fix="Check the path with whoever runs the Exchange server.",
        source="Microsoft's documentation of Exchange Web Services",
    ),
    "V07": Entry(
        title="Exchange Online stands where an Exchange server belongs",
        weighs="error",
        means="`exchange-ews`, with or without impersonation, names a host of Exchange Online.",
        why="Microsoft removed the impersonation role there in 2025, and signing in by password before that.",
        fix="Use `type: office365-graph`.",
        source="Microsoft message MC718754; the hosts of sovereign clouds are unverified",
    ),
    "V08": Entry(
        title="EWS in Exchange Online is being switched off",
        weighs="warning; error from 2026-10-01 unless `ewsAllowListed: true`; error from 2027-04-01 in any case",
        means="The service is `office365-ews`. Before 2026-10-01 this warns; from then on it refuses, unless"
        " `ewsAllowListed: true` states that the tenant allows EWS and lists the app; from 2027-04-01 it always"
        " refuses.",
        why="Microsoft turns EWS in Exchange Online off by default on 2026-10-01 and for everybody on 2027-04-01.",
        fix="Move to `type: office365-graph`. `--as-of DATE` judges by another day.",
        source="the Exchange team's announcement of the end of EWS in Exchange Online",
    ),
    "V09": Entry(
        title="MAPI under the lock leaves the integration to Windows",
        weighs="warning",
        means="The service is `exchange-mapi`, and the settings are locked. A plan says how many users lose the"
        " integration.",
        why="MAPI runs in the client on Windows, and the lock leaves no other service.",
        fix="Leave the settings unlocked, or choose a service that serves every platform.",
        source=f"{ARTICLE}, S20",
    ),
    "V10": Entry(
        title="MAPI has nothing to set",
        weighs="error",
        means="With `exchange-mapi` an impersonation account is stated, or account consent or enforced OAuth is on.",
        why="MAPI runs in each user's client on Windows. It knows no impersonation and signs in to nothing of Office"
        " 365.",
        fix="Remove `impersonation`, turn both switches off, or choose another service.",
        source=f"{ARTICLE}, S20, S30, S43, S45",
    ),
    "V11": Entry(
        title="Impersonation needs Exchange with EWS",
        weighs="error",
        means="A service other than `exchange-ews` states an impersonation account.",
        why="The impersonation account belongs to Exchange and EWS alone.",
        fix="Remove it, or use `type: exchange-ews`.",
        source=f"{ARTICLE}, S27, S30",
    ),
    "V12": Entry(
        title="The impersonation account is no address, or its password stands in the document",
        weighs="error",
        means="The account must be an e-mail address, and the password a reference: env, file, keyring or vault.",
        why="The vendor asks for the address; a password in a document is in every copy of it. It is never printed.",
        fix="Write `account: svc@contoso.com` and `passwordFrom: {env: CALPLAN_SECRET_EWS}`. Change the password if the"
        " file was shared.",
        source=f"{ARTICLE}, S31",
    ),
    "V13": Entry(
        title="The Exchange version of the impersonation account is doubtful",
        weighs="warning; error for a version that is unknown or older than 2013",
        means="2013, 2016, 2019 and SE are accepted with a warning; a version that is unknown, or 2010 and older, is"
        " refused.",
        why="The article names 2016 only. 2016 and 2019 are out of support since 2025-10-14, their paid extension"
        " ended in October 2026, 2013 is since 2023-04-11; SE is supported.",
        fix='Write one of "2013", "2016", "2019" and "SE", and move to SE when you can.',
        source=f"{ARTICLE}, S27; its list of versions (S31) is not evidenced (A14); Microsoft's product lifecycle",
    ),
    "V14": Entry(
        title="Graph does not support hybrid Office 365",
        weighs="warning; error where the tenant is declared hybrid",
        means="The service is `office365-graph`, and some mailboxes lie on premises or nobody knows where. It refuses"
        " where the tenant facts declare the organisation hybrid.",
        why="Whose mailbox lies on premises cannot connect through Graph.",
        fix="Choose a service that reaches these mailboxes, or find out where the unknown ones lie.",
        source=f"{ARTICLE}, S14",
    ),
    "V15": Entry(
        title="Account consent has no effect",
        weighs="warning",
        means="`office365.consentForAccount` is on, and the service is none of Office 365.",
        why="Consent is given for Office 365 permissions only.",
        fix="Leave it out or write `false`, unless an Office 365 service is to follow.",
        source=f"{ARTICLE}, S43",
    ),
    "V16": Entry(
        title="Enforced OAuth has no effect, or cannot work",
        weighs="warning; error where an impersonation account signs in to Office 365 by password",
        means="`office365.enforceOAuth` is on, and the service is none of Office 365. It refuses where an"
        " impersonation account signs in to an Office 365 host by password.",
        why="OAuth is enforced for Office 365 only, and an impersonation account signs in by password.",
        fix="Leave it out or write `false`; for Office 365 use `type: office365-graph`.",
        source=f"{ARTICLE}, S31, S45",
    ),
    "V17": Entry(
        title="Nobody can show that users will be able to reconnect",
        weighs="gate `rule.V17`; warning where account consent is on",
        means="Graph is locked, and the tenant-wide grant is unknown. With account consent off or unknown the gate"
        " `rule.V17` refuses an apply; with it on this is a warning.",
        why="Whoever is disconnected needs consent to come back. The flag alone is no proof of it.",
        fix="Read the tenant-wide grant into a TenantFacts document, or write `tenantGrant: ensure`. `--allow"
        " rule.V17 --reason TEXT` lifts the gate.",
        source=f"{ARTICLE}, S43, S44; reading A23",
    ),
}
