"""Codes of files, folders, and documents taken together."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

FOLDER_CODES: Final[dict[str, Entry]] = {
    "D-EMPTY": Entry(
        title="There is no calplan document here",
        means="The file or folder was searched, and no document in it begins with `apiVersion: calplan/v1`.",
        why="Doing nothing would look like success.",
        fix="Point to the folder with the CalendarPolicy and the Account; `calplan export` writes one to start from.",
    ),
    "D-TWO": Entry(
        title="Two documents say who one account is, or what it should be, or go by one name",
        means="An account has two policies, two TenantFacts or two providers of one type, or two Account or Scenario"
        " documents have one name.",
        why="Which one holds, or which one a report means, would depend on the order of files.",
        fix="Remove one, or give it another account or name."
        " A file that holds live settings belongs into `platform.create`.",
    ),
    "D-ACCOUNT": Entry(
        title="A policy belongs to an account that is not there",
        means="`metadata.account` names an Account document, and none with that name was found.",
        why="Without it nobody knows where the account's settings and users live.",
        fix="Correct the name, or add the Account document to the folder.",
    ),
    "D-KIND": Entry(
        title="The kind or version of a document is not known",
        means="The document says that it is one of calplan's, but not of a kind and version that this calplan reads.",
        why="A document that is passed over would be a policy that somebody believes in.",
        fix="Write `apiVersion: calplan/v1` and one of the kinds that the message lists.",
    ),
    "D-ONE": Entry(
        title="A file that serves one purpose holds several documents",
        means="Settings, groups and tenant files are read for one document each.",
        why="Nobody could tell which one is meant.",
        fix="Move the other documents to files of their own.",
    ),
    "D-OTHER": Entry(
        title="A file or document of another tool was passed over",
        means="It does not begin with `apiVersion: calplan/v1`, so it is none of calplan's.",
        why="It is said aloud so that a slip in `apiVersion` does not go unseen.",
        fix="Nothing, unless it was meant for calplan.",
    ),
    "D-MORE": Entry(
        title="A document has more findings than are listed",
        means="The first 200 are shown, errors before warnings.",
        why="Nobody reads more at once.",
        fix="Correct these and check the document again.",
    ),
    "D-TRIED": Entry(
        title="A Scenario takes a policy out of the folder",
        means="A file that a document names is read only for that purpose: the policy in it is tried, not planned.",
        why="It is said aloud so that adding a test does not quietly stop a policy from being applied.",
        fix="Keep a copy for the Scenario, write the policy into it, or give the policy's file as a PATH of its own.",
    ),
    "D-IGNORED": Entry(
        title="A settings file states something that is no live setting",
        means="A settings file is written like a policy, but some things of a policy are wishes and not settings.",
        why="It is said aloud so that nobody relies on it.",
        fix="Remove it from the settings file.",
    ),
    "D-UNREADABLE": Entry(
        title="A file or folder cannot be read",
        means="It may not be read by this user, is a link to nothing or in a circle, or is no regular file.",
        why="What is in it could be a policy.",
        fix="Correct the permissions or the link, or move it out of the folder.",
    ),
}
