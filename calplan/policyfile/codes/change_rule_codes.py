"""Codes of the static rules about switches, sync, groups, words and evidence."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

ARTICLE: Final = "the vendor's article on calendar and contacts integration"

CHANGE_RULE_CODES: Final[dict[str, Entry]] = {
    "V27": Entry(
        title="The settings are locked while the integration is off",
        weighs="warning",
        means="The lock is on and `enabled` is false.",
        why="Nothing else applies while the integration is off. The lock will act on everybody when it is turned on.",
        fix="Unlock the settings as well, unless that is what you want.",
        source=f"{ARTICLE}, S7, S22",
    ),
    "V28": Entry(
        title="Other settings change while the integration is off",
        weighs="error",
        means="One commit turns the integration off, for the account or for groups, and changes anything else; or it"
        " stays off, and other settings change at that level. Switches that harm nobody hide only behind their own"
        " level or the account.",
        why="Nobody would see what these changes do before they strike, when it is turned on again.",
        fix="Turn the integration off by itself; make the other changes when it is on, or with turning it on.",
    ),
    "V29": Entry(
        title="Sync in both directions without permission to write",
        weighs="warning",
        means="`bidirectionalSync` is on, and the calendar permission is not `write`.",
        why="Writing a meeting back probably needs it; nobody has shown it.",
        fix="Grant calendar `write`, or turn sync in both directions off.",
        source=f"{ARTICLE}, S4; unverified",
    ),
    "V30": Entry(
        title="Sync in both directions with Exchange on premises",
        weighs="warning",
        means="`bidirectionalSync` is on, and the service is `exchange-ews` or `exchange-mapi`.",
        why="It is not supported there.",
        fix="Turn it off, or do not rely on it.",
        source="the vendor's documentation of calendar sync",
    ),
    "V31": Entry(
        title="Access tokens are kept in the vendor's cloud",
        weighs="note",
        means="`bidirectionalSync` is on.",
        why="The vendor writes to calendars while the users are away, and needs their tokens for it.",
        fix="Make sure that your rules for tokens allow it.",
        source="the vendor's documentation of calendar sync",
    ),
    "V32": Entry(
        title="A scope has the article's wrong name",
        weighs="error",
        means="The article writes Contact.Read and Contact.ReadWrite. Microsoft's scopes are called Contacts.Read and"
        " Contacts.ReadWrite.",
        why="A scope with the wrong name is never granted.",
        fix="Use the real name. In `permissions` write the level: `read` or `write`.",
        source=f"{ARTICLE}, S36, S37; Microsoft's permissions reference",
    ),
    "V33": Entry(
        title="The change from Graph to EWS widens access",
        weighs="warning",
        means="The service changes from `office365-graph` to one that is reached through EWS.",
        why="EWS grants the full mailbox, and permissions can no longer be chosen.",
        fix="Stay with Graph, where calendar and contacts are granted one by one.",
        source=f"{ARTICLE}, S16, S17, S19",
    ),
    "V34": Entry(
        title="A version is written as a number",
        weighs="error",
        means="A version or id without quotes is a number in YAML.",
        why="5.10 is read as 5.1, and 2016 as a count.",
        fix='Quote it: "2016".',
    ),
    "V35": Entry(
        title="The YAML is ambiguous",
        weighs="error",
        means="A word such as yes, no, on or off stands where true or false belongs; a key stands twice (Y-DUP); or an"
        " alias reaches for an anchor of another document.",
        why="Common readers read `on` as true and 12:30 as 750, and keep the last of two keys.",
        fix="Write `true` or `false`, keep one key, repeat the value.",
        source="YAML 1.1 against YAML 1.2",
    ),
    "V36": Entry(
        title="A new service and the lock in one commit",
        weighs="warning",
        means="Some users get a new service and come under a lock at once, from the account, from a group or from both;"
        " and more users are disconnected than the limit `disconnected` of the account allows.",
        why="The lock forces the new service on everybody at once.",
        fix="Change the service first and lock later, or get the owner's approval.",
        source=f"{ARTICLE}, S22, S23",
    ),
    "V37": Entry(
        title="A group's settings have no effect",
        weighs="warning",
        means="A group states whether the integration is on, its lock or its service while the account is locked. Sync"
        " in both directions has no lock and is not meant.",
        why="The account's lock stands above every group.",
        fix="Unlock the account, or remove what the group states.",
        source=f"{ARTICLE}, S22",
    ),
    "V38": Entry(
        title="The policy of some users cannot be resolved",
        weighs="error",
        means="Two groups have one priority, a group is unknown or has no priority, the Account states no model,"
        " groups lock different values, or a user's groups or primary group are unknown.",
        why="Nobody could tell which settings these users have.",
        fix="Correct the groups of the policy, the Account document or the users.",
        source="the two group models of the platform",
    ),
    "V39": Entry(
        title="A setting differs from the CIS benchmark",
        weighs="note",
        means="CIS Zoom 1.0 wants the integration off (1.1.5.1), account consent off (1.1.5.3) and OAuth enforced"
        " (1.1.5.4).",
        why="It is said so that a deviation is a decision, and not an oversight.",
        fix="Nothing, if it is meant. A comment beside the setting can say why.",
        source="CIS Zoom Benchmark 1.0.0, 1.1.5",
    ),
    "V40": Entry(
        title="The evidence cannot be planned on",
        weighs="error",
        means="What was read belongs to another account, or was read without the role of an admin.",
        why="It may be somebody else's, or not all there is.",
        fix="Correct the Account document: where it points to, and whom it signs in as.",
        source=f"{ARTICLE}, S6",
    ),
}
