"""Codes of what a document may say."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

SCHEMA: Final = "the JSON Schema of the kind; `calplan schema KIND` prints it"

SCHEMA_CODES: Final[dict[str, Entry]] = {
    "S-UNKNOWN": Entry(
        title="A key is not known here",
        means="The document has a key that its kind does not have at this place. Often it is a slip of spelling.",
        why="A key that is ignored would be a setting that somebody believes in.",
        fix="Correct the spelling, move the key to where it belongs, or remove it.",
        source=SCHEMA,
    ),
    "S-MISSING": Entry(
        title="A key is missing",
        means="Something that cannot be left out was left out.",
        why="There is no default that would be safe to assume.",
        fix="Add the key that the message names.",
        source=SCHEMA,
    ),
    "S-TYPE": Entry(
        title="A value is of the wrong type",
        means="For example text where a list belongs, or a number where true or false belongs.",
        why="Guessing what was meant would hide slips.",
        fix="Write a value of the type that the message names.",
        source=SCHEMA,
    ),
    "S-ENUM": Entry(
        title="A word is not one of those allowed",
        means="Only certain words have a meaning at this place.",
        why="A word that nobody knows cannot be applied.",
        fix="Use one of the words that the message lists.",
        source=SCHEMA,
    ),
    "S-VALUE": Entry(
        title="A value does not have the form it needs",
        means="The type is right, but the value is too long, too small, not in the right form, or contradicts another.",
        why="It could not be understood, or not in one way only.",
        fix="Write it as in the example of the message.",
        source=SCHEMA,
    ),
    "S-CRON": Entry(
        title="A window does not begin at any time",
        means="`cron` is not five fields as cron reads them: minute, hour, day of the month, month, day of the week; or"
        " no day fits, such as February 30.",
        why="A window that nobody can find would allow or deny at other times than somebody believes.",
        fix='Write five fields, for example `"0 20 * * 5"`: on Fridays at 20:00.',
        source="cron of Debian",
    ),
    "S-ZONE": Entry(
        title="A time zone is not known",
        means="`timeZone` is no name of the IANA time zone database, or one that means another zone on each machine.",
        why="Without it nobody knows when a window opens, also when the clocks change.",
        fix="Write a name such as `Europe/Berlin`, or `UTC`.",
        source="the IANA time zone database",
    ),
    "S-SPAN": Entry(
        title="A span of time is empty, backwards or too long",
        means="A window lasts no time or more than 366 days, or the first day of a freeze comes after its last.",
        why="It would be in force never, or always, and somebody believes otherwise.",
        fix="Correct the duration or the days.",
    ),
    "S-TWICE": Entry(
        title="A list names the same thing twice",
        means="A group is overridden twice, a pair is excepted twice, or a group id or name is taken twice.",
        why="Nobody could tell which of the two holds.",
        fix="Keep one of the two.",
    ),
    "S-SECRET": Entry(
        title="A secret stands in a document",
        means="A value stands where only a reference to a secret may stand. The value is never printed.",
        why="A document is copied, reviewed and kept for ever; so would be the secret.",
        fix="Write where the secret lives: an environment variable whose name begins with CALPLAN_SECRET_, a file, a"
        " keyring or a vault. Change the secret if the file was shared.",
    ),
    "S-NOBODY": Entry(
        title="A Scenario expects something of somebody it does not have",
        means="Under `then` stands an address that no user under `given` has.",
        why="What is expected of nobody could never fail, so a slip in an address would switch a test off.",
        fix="Correct the address, or add the user.",
    ),
    "S-NOTHING": Entry(
        title="A Scenario expects nothing",
        means="Under `then`, or under one address there, nothing is stated that could be compared with the plan.",
        why="A test that can never fail looks like one that passes.",
        fix="State what must come out, or remove the address or the Scenario.",
    ),
}
