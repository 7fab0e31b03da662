"""One message: its text from a template, and the three forms it is written in."""

import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.charset import QP, Charset
from email.header import Header
from email.headerregistry import Address
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from typing import Final

from calplan.render.notices.sources import TEMPLATE, NoticeError
from calplan.render.notices.templates import Templates
from calplan.render.untrusted import for_markdown

SUBJECT: Final = re.compile(r"\s*(?:Subject|Betreff):[ \t]*(?P<subject>[^\n]*\S)[ \t]*(?:\n|$)")
BLANKS: Final = re.compile(r"\s+")
CONTROL: Final = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
"""Signs that end a line or steer a screen; whatever was inserted has none, a template may."""
ITEM: Final = "- "
WIRE: Final = compat32.clone(linesep="\r\n")
LONGEST_WORD: Final = 60
LONGEST_SUBJECT: Final = 200
"""Signs; what follows is cut, since a name from outside may be as long as it likes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A paragraph with its ``lines``, or a list with its ``points``; the other one is empty."""

    lines: tuple[str, ...] = ()
    points: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A subject in one line, and what follows."""

    subject: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letterhead:
    """What stands above each message: who writes, and when the text was made."""

    sender: Address
    made_at: datetime


def message_of(text: str, place: str) -> Message:
    """The message that a template made: the subject in its first line, then paragraphs and lists between blank lines.

    Raises:
        NoticeError: there is no subject, or nothing after it.
    """
    found = SUBJECT.match(text)
    if found is None:
        raise NoticeError(TEMPLATE, f"{place}:1: the first line has to be the subject: `Subject: ...`")
    subject = BLANKS.sub(" ", CONTROL.sub(" ", found["subject"])).strip()
    if len(subject) > LONGEST_SUBJECT:
        subject = f"{subject[: LONGEST_SUBJECT - 3]}..."
    blocks = tuple(_blocks(text[found.end() :].split("\n")))
    if not blocks:
        raise NoticeError(TEMPLATE, f"{place}: there is nothing after the subject")
    return Message(subject=subject, blocks=blocks)


def _blocks(lines: Sequence[str]) -> Iterator[Block]:
    """Paragraphs, each line of which stays a line, and lists, whose items begin with a dash."""
    held: list[str] = []
    for line in (*(CONTROL.sub(" ", one).strip() for one in lines), ""):
        if held and (not line or line.startswith(ITEM) != held[0].startswith(ITEM)):
            yield _block(held)
            held = []
        if line:
            held.append(line)


def _block(lines: Sequence[str]) -> Block:
    if lines[0].startswith(ITEM):
        return Block(points=tuple(line.removeprefix(ITEM).strip() for line in lines))
    return Block(lines=tuple(lines))


def plain(message: Message) -> str:
    """The message as plain text, without its subject."""
    return "\n\n".join("\n".join(_shown(block)) for block in message.blocks) + "\n"


def _shown(block: Block) -> Iterator[str]:
    yield from block.lines
    yield from (f"{ITEM}{one}" for one in block.points)


def html(message: Message, language: str, templates: Templates, layout: str) -> str:
    """The message as a page without scripts, pictures or links."""
    values = {"language": language, "subject": message.subject, "blocks": message.blocks}
    return templates.text(layout, values)


def markdown(message: Message) -> str:
    """The message as Markdown, its subject as the title."""
    return "\n\n".join([f"# {for_markdown(message.subject)}", *(_marked(one) for one in message.blocks)]) + "\n"


def _marked(block: Block) -> str:
    if block.points:
        return "\n".join(f"{ITEM}{for_markdown(one)}" for one in block.points)
    return "\\\n".join(map(for_markdown, block.lines))


def eml(message: Message, page: str, language: str, head: Letterhead) -> bytes:
    """The message as RFC 5322 has it: plain text with HTML beside it. It is to nobody: that is the mailer's part."""
    text = plain(message)
    mark = hashlib.sha256(f"{message.subject}\n{text}\n{page}".encode()).hexdigest()
    # The newer classes of the library fold some subjects so that blanks are gained (Python 3.11); these do not.
    mail = MIMEMultipart("alternative", boundary=f"=_calplan_{mark[:32]}")
    mail["From"] = head.sender.addr_spec
    mail["Subject"] = _encoded(message.subject)
    mail["Date"] = format_datetime(head.made_at)
    # Opened by hand it is a draft: whoever writes the message by hand puts in the addresses and sends it.
    mail["X-Unsent"] = "1"
    mail["Content-Language"] = language
    for part, subtype in ((text, "plain"), (page, "html")):
        mail.attach(_part(part, subtype))
    return mail.as_bytes(policy=WIRE)


def _encoded(subject: str) -> str:
    """A subject as a header takes it: ``=?`` would begin what is encoded already, a long word could not be folded."""
    plainly = subject.isascii() and "=?" not in subject and max(map(len, subject.split(" "))) <= LONGEST_WORD
    return subject if plainly else Header(subject, "utf-8", header_name="Subject").encode()


def _part(text: str, subtype: str) -> MIMENonMultipart:
    """Text in UTF-8 that a person can still read on the wire; the library's own choice is base64."""
    charset = Charset("utf-8")
    charset.body_encoding = QP
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    part.set_payload(text, charset)
    return part
