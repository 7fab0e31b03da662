"""Codes of users files and other files of rows."""

from typing import Final

from calplan.policyfile.codes.entry import Entry

VOCABULARY: Final = "the vocabulary of users files"

USERS_CODES: Final[dict[str, Entry]] = {
    "U-EMPTY": Entry(
        title="A file of rows is empty",
        means="There is nothing in it, not even a header.",
        why="An account without users and a failed download look the same.",
        fix="Give a header at least, or name another file.",
        source=VOCABULARY,
    ),
    "U-FORMAT": Entry(
        title="A file of rows is of no form that can be read here",
        means="It is a JSON list, UTF-16 or something else, or Parquet that is damaged or has no place here.",
        why="Rows are streamed, one line after the other; Parquet is read as a connections file alone, by an extra.",
        fix="Write CSV with a header and commas, or one JSON object per line, in UTF-8; or install `calplan[parquet]`.",
        source=VOCABULARY,
    ),
    "U-ENCODING": Entry(
        title="A line is not UTF-8",
        means="It holds bytes that are no UTF-8, or a NUL character.",
        why="An address that is read wrongly is another person.",
        fix="Save the file as UTF-8.",
        source=VOCABULARY,
    ),
    "U-COLUMN": Entry(
        title="A column is missing or stands in the header twice",
        means="A users file needs `email`, an assistants file needs `user`, `assistant` and `access`.",
        why="Without it a row is nobody.",
        fix="Correct the header; columns are separated by commas.",
        source=VOCABULARY,
    ),
    "U-ROW": Entry(
        title="A row of CSV is broken",
        means="It has more or fewer fields than the header, or its quotes do not match.",
        why="Fields that slip into other columns would be other facts.",
        fix="Quote fields that hold a comma or a quote; separate the items of a list by `;`.",
        source="RFC 4180",
    ),
    "U-JSON": Entry(
        title="A line is no JSON object",
        means="The line is no JSON, is something else than an object, or has a key twice.",
        why="A row that is passed over would be a user who is not counted.",
        fix="Write one whole JSON object per line.",
        source="RFC 8259",
    ),
    "U-TYPE": Entry(
        title="A field is of the wrong type",
        means="For example a number where text belongs, or null where empty and unknown mean different things.",
        why="Guessing what was meant could turn an unknown connection into none.",
        fix="Write text or a list of text. Leave the key out where nothing is known.",
        source=VOCABULARY,
    ),
    "U-WORD": Entry(
        title="A word is not of the vocabulary",
        means="Columns such as `service`, `status` and `auth` take certain words only.",
        why="A word that nobody knows says nothing about the user.",
        fix="Use one of the words that the message lists; `unknown` says that nobody knows.",
        source=VOCABULARY,
    ),
    "U-VALUE": Entry(
        title="A field cannot hold this value",
        means="An address is empty, a host is a URL, a date is none, or the text holds signs that cannot be stored.",
        why="It would be a fact about nobody, or about something else.",
        fix="Correct the field that the message names.",
        source=VOCABULARY,
    ),
    "U-LONG": Entry(
        title="A line, field or file is too long",
        means="A line is longer than 1 MiB, a field longer than 100,000 characters, or Parquet unpacks to too much.",
        why="It is a file of another kind, or a quote that was never closed, and it would fill the memory.",
        fix="Write one user per line; write Parquet in pages of the usual size.",
        source="calplan's own bound; no real row comes near it",
    ),
    "U-TWICE": Entry(
        title="A user or pair stands in the file twice",
        means="Addresses are compared after trimming and without regard to case.",
        why="Two rows of one user would contradict each other.",
        fix="Keep one row.",
        source=VOCABULARY,
    ),
    "U-MORE": Entry(
        title="Reading stopped after twenty errors",
        means="There may be more of them further down.",
        why="Nobody reads more at once.",
        fix="Correct these and read the file again.",
    ),
    "U-IGNORED": Entry(
        title="Columns were ignored",
        means="The file has columns that are not of the vocabulary.",
        why="It is said aloud so that a slip in a column's name does not go unseen.",
        fix="Nothing, unless a column was meant to be one that the note suggests.",
        source=VOCABULARY,
    ),
    "U-ABSENT": Entry(
        title="Columns are not there",
        means="What a file does not state is unknown, except that users are active and have no known client.",
        why="Unknown facts make a forecast less certain, never more favourable.",
        fix="Add the columns if the facts can be had.",
        source=VOCABULARY,
    ),
}
