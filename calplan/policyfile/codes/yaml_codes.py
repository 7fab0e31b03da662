"""Codes of the YAML itself."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

YAML_12: Final = "YAML 1.2, core schema"
BOUND: Final = "calplan's own bound; no real document comes near it"

YAML_CODES: Final[dict[str, Entry]] = {
    "Y-SYNTAX": Entry(
        title="The file is not YAML",
        means="The reader lost the thread at the place shown. The cause is there or just above it.",
        why="A document that is half read could mean anything.",
        fix="Look for a missing colon, quote or bracket, a tab in the indentation, or lines that do not line up.",
        source=YAML_12,
    ),
    "Y-DUP": Entry(
        title="A key stands twice in one mapping",
        means="YAML forbids it, and common readers keep the last value and say nothing. Rule V35 covers it too.",
        why="The reviewer reads the first value and the machine takes the last.",
        fix="Keep one of the two.",
        source="YAML 1.2, section 3.2.1.1; rule V35",
    ),
    "Y-DEEP": Entry(
        title="The document is nested deeper than 64 levels",
        means="Lists and mappings lie within each other, written out or through aliases.",
        why="Deep nesting makes readers of all kinds crash.",
        fix="Flatten the document.",
        source=BOUND,
    ),
    "Y-SIZE": Entry(
        title="The file is larger than 4 MiB or holds more than 400,000 values",
        means="Documents are read whole, so their size is bounded.",
        why="A pull request must not be able to fill the memory of whoever checks it.",
        fix="Split the file. Users belong into a users file, which is streamed and has no such bound.",
        source=BOUND,
    ),
    "Y-BOMB": Entry(
        title="Aliases stand for more than 200,000 values",
        means="Each alias repeats what its anchor holds; nested, a few hundred bytes become millions of values.",
        why="It is the oldest way to make a YAML reader run out of memory.",
        fix="Write the values out.",
        source=BOUND,
    ),
    "Y-CYCLE": Entry(
        title="An alias points to something it is a part of",
        means="The value would contain itself and have no end.",
        why="No document needs it, and no reader survives it.",
        fix="Write the value out.",
    ),
    "Y-EMPTY": Entry(
        title="The file holds no document",
        means="There is nothing in it, or only blanks and comments.",
        why="The file was named for a purpose it cannot serve.",
        fix="Write a document, beginning with `apiVersion: calplan/v1`, or name another file.",
    ),
    "Y-MERGE": Entry(
        title="Merge keys are not supported",
        means="`<<` copies another mapping into this one in some readers and is an ordinary key in others.",
        why="YAML 1.2 does not have it, and what wins where differs between readers.",
        fix="Write the keys out.",
        source=YAML_12,
    ),
    "Y-TAG": Entry(
        title="Tags are not supported",
        means="A word with `!` before a value tells a reader to build something of a special type.",
        why="Documents need none, and in other tools tags have run code.",
        fix="Remove the tag. Quote the value if it must stay text.",
        source=YAML_12,
    ),
    "Y-KEY": Entry(
        title="A key is no text",
        means="A list, a mapping or an alias stands where a key belongs.",
        why="Every key of a document is a name.",
        fix="Write the key as a plain word or in quotes.",
    ),
    "Y-LEADZERO": Entry(
        title="A number has leading zeros",
        means="`010` is eight to a reader of YAML 1.1 and ten to one of YAML 1.2.",
        why="Two tools would read two numbers.",
        fix="Quote it if it is text such as an id; else drop the zeros.",
        source=YAML_12,
    ),
    "Y-NUMBER": Entry(
        title="A number is too large to be meant",
        means="It has more than 40 signs, or is larger than any number a computer calculates with.",
        why="It is an id without quotes, or a slip.",
        fix="Quote it if it is text; else correct it.",
        source=BOUND,
    ),
    "Y-ENCODING": Entry(
        title="The file is not plain UTF-8 text",
        means="It holds bytes that are no UTF-8, or control characters, or is written in UTF-16.",
        why="What cannot be seen in an editor must not be in a policy.",
        fix="Save the file as UTF-8 and remove the character at the place shown. Line ends of any system are fine.",
        source=YAML_12,
    ),
}
