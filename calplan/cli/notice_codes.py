"""Plain words for what can be wrong with the texts that ``calplan notify`` makes messages of."""

from typing import Final

NOTICE_CODES: Final = {
    "N-LANGUAGE": "A text that a message needs is not there, mostly because a language is not shipped.\n\n"
    "English (`en`) and German (`de`) come with calplan. For another language make a folder with its tag in a folder "
    "of your own, copy all files of `en` into it (`calplan notify --copy-templates DIR` writes them), translate them, "
    "and use them with `--templates DIR`. No text is ever looked for in the folder of documents that a plan was made "
    "from.\n",
    "N-TEMPLATE": "A template of a message is wrong.\n\n"
    "Templates are Jinja2 in a sandbox: they can insert the words they are given and nothing else. The error names "
    "the file and the line. A name that does not exist is an error, on whatever path it stands, because a gap in a "
    "message to a thousand people is worse than none. The first line is the subject (`Subject: ...`); a new line "
    "stays a new line, a blank one parts paragraphs, and lines that begin with `- ` are a list. "
    "`docs/how-to/tell-people.md` lists the names.\n",
    "N-WORDS": "`notices.toml` or a `words.toml` is wrong.\n\n"
    "They are TOML. `notices.toml` has what all messages share and the shares of users that ask the help desk, from "
    "few to many, of 100. `words.toml` has the words of one language by tables: [date], [what], [service], [outcome], "
    "[sees], [answer], and any further one that its templates use. Begin with a copy of the shipped file: "
    "`calplan notify --copy-templates DIR`.\n",
}
