"""Codes of the static rules that need only the text."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

ARTICLE: Final = "the vendor's article on calendar and contacts integration"

RULE_CODES: Final[dict[str, Entry]] = {
    "V01": Entry(
        title="Permissions cannot be chosen with EWS",
        means="A service that is reached through EWS states `permissions`.",
        why="Authorising with an EWS URL grants the full mailbox; the vendor offers no choice.",
        fix="Remove `permissions`, or use `type: office365-graph`, where they can be chosen.",
        source=f"{ARTICLE}, S16, S17, S19",
    ),
    "V02": Entry(
        title="Both permissions must be stated",
        means="A service with permissions to choose leaves out the level for calendars or for contacts.",
        why="The vendor asks for both, and there is no default that would be safe to assume.",
        fix="State `none`, `read` or `write` for `calendar` and for `contacts`.",
        source=f"{ARTICLE}, S13, S21",
    ),
    "V03": Entry(
        title="Both permissions are none",
        means="The service would be allowed nothing at all.",
        why="That is no integration, but users would still be asked to authorise it.",
        fix="Turn the integration off with `enabled: false`, or grant something.",
        source=f"{ARTICLE}, S13, S21",
    ),
    "V04": Entry(
        title="An EWS URL is missing, or stands where none belongs",
        means="`office365-ews` and `exchange-ews` need `ewsUrl`; no other service has one.",
        why="EWS is reached by its URL, and nothing else is.",
        fix="Add or remove `ewsUrl`, or choose another type.",
        source=f"{ARTICLE}, S15, S19",
    ),
    "V05": Entry(
        title="The EWS URL is unsafe",
        means="It is not https, has no host, or holds a user, a password, a query or a fragment.",
        why="A password is sent to this address.",
        fix="Write a plain address such as `https://mail.contoso.com/EWS/Exchange.asmx`.",
    ),
    "V10": Entry(
        title="MAPI has nothing to set",
        means="`exchange-mapi` states an impersonation account.",
        why="MAPI runs in each user's client on Windows and knows no impersonation.",
        fix="Remove it, or use `type: exchange-ews`.",
        source=f"{ARTICLE}, S20, S30",
    ),
    "V11": Entry(
        title="Impersonation needs Exchange with EWS",
        means="A service other than `exchange-ews` states an impersonation account.",
        why="The impersonation account belongs to Exchange and EWS alone.",
        fix="Remove it, or use `type: exchange-ews`.",
        source=f"{ARTICLE}, S27, S30",
    ),
    "V12": Entry(
        title="The impersonation account is no address, or its password stands in the document",
        means="The account must be an e-mail address, and the password a reference: env, file, keyring or vault.",
        why="The vendor asks for the address; a password in a document is in every copy of it. It is never printed.",
        fix="Write `account: svc@contoso.com` and `passwordFrom: {env: CALPLAN_SECRET_EWS}`. Change the password if the"
        " file was shared.",
        source=f"{ARTICLE}, S31",
    ),
    "V13": Entry(
        title="The Exchange version cannot be used for impersonation",
        means="It is unknown, or 2010 or older.",
        why="The article names 2016 only. 2013, 2019 and SE are accepted; nothing shows that older ones work.",
        fix='Write one of "2013", "2016", "2019" and "SE".',
        source=f"{ARTICLE}, S27; its list of versions (S31) is not evidenced (A14)",
    ),
    "V18": Entry(
        title="The list of allowed domains is empty",
        means="`allowedDomains: []` could mean that nobody may integrate, or that everybody may.",
        why="The two meanings are opposite, and the article knows neither.",
        fix="List the domains, or write `any`. To bar everybody turn the integration off.",
        source="reading A26",
    ),
    "V19": Entry(
        title="An allowed domain is a single label",
        means="An entry such as `com` or `intranet` has no dot in it.",
        why="As a top-level domain it would admit strangers; else it matches nobody, because matching is exact.",
        fix="Write the whole domain, for example `contoso.com`.",
        source=f"{ARTICLE}, S38, S42; reading A09",
    ),
    "V21": Entry(
        title="An allowed domain is the shared root of all tenants",
        means="`onmicrosoft.com` itself is listed.",
        why="No user of yours signs in with it, and sub-domains do not match.",
        fix="Write your own tenant's domain, for example `contoso.onmicrosoft.com`.",
        source="reading A09",
    ),
    "V22": Entry(
        title="An allowed domain is no single plain domain",
        means="The entry is an address, a URL or a wildcard, has a port or blanks, or has no normal form.",
        why="Users are matched by the exact name after the @ of their login address.",
        fix="Write one plain domain per list item.",
        source=f"{ARTICLE}, S42; UTS #46",
    ),
    "V24": Entry(
        title="An allowed domain is listed twice",
        means="Two entries are the same after normalising; case, a final dot and international spelling do not count.",
        why="It does no harm, but one of them was probably meant to be another domain.",
        fix="Remove one of the two.",
        source="UTS #46; reading A10",
    ),
    "V32": Entry(
        title="A scope has the article's wrong name",
        means="The article writes Contact.Read and Contact.ReadWrite. Microsoft's scopes are called Contacts.Read and"
        " Contacts.ReadWrite.",
        why="A scope with the wrong name is never granted.",
        fix="Use the real name. In `permissions` write the level: `read` or `write`.",
        source=f"{ARTICLE}, S36, S37; Microsoft's permissions reference",
    ),
    "V34": Entry(
        title="A version is written as a number",
        means="A version or id without quotes is a number in YAML.",
        why="5.10 is read as 5.1, and 2016 as a count.",
        fix='Quote it: "2016".',
    ),
    "V35": Entry(
        title="The YAML is ambiguous",
        means="A word such as yes, no, on or off stands where true or false belongs; a key stands twice (Y-DUP); or an"
        " alias reaches for an anchor of another document.",
        why="Common readers read `on` as true and 12:30 as 750, and keep the last of two keys.",
        fix="Write `true` or `false`, keep one key, repeat the value.",
        source="YAML 1.1 against YAML 1.2",
    ),
}
