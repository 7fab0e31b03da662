"""Names and addresses come from outside: none adds a header, a row, a formula, a tag or a path."""

import csv
import email
import email.policy
import io
import re
from email.message import Message

import pytest

from calplan.plan.document import PlanDocument
from calplan.render.notices.rendered import RECIPIENTS, Notices
from tests.render.notices.make import notices, plan, row, text_of

NAMES = (
    "x\r\nBcc: evil@evil.example",
    "x\nSubject: owned",
    '=HYPERLINK("http://evil.example")',
    "+1+1",
    "@SUM(A1)",
    "\uff1d1+1",
    "../../../etc/passwd",
    "..\\..\\x",
    "CON",
    "a/b",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% include 'x' %}",
    "\u202egpj.exe",
    "\x1b[2J\x00",
    "a" * 300,
    "\u00c4rzte",
    "\u00e4rzte",
    "\u533b\u5e08",
    "\u2028next",
    "\ud800",
    "",
)
SAFE = re.compile(r"messages/en/[a-z0-9_-]+(\.[a-z0-9-]+)*\.(eml|md)")
NAMING = "Subject: Hello {{ group }}\n\nDear {{ group }},\n\n- {{ group }}\n\n{{ group }}\n"


@pytest.fixture
def made() -> Notices:
    document: PlanDocument = plan()
    rows = [row(f"u{n:02}@corp.example", "prompted", groups=[name]) for n, name in enumerate(NAMES)]
    rows += [row(f"{name.lower()}@corp.example", "blocked") for name in NAMES]
    return notices(document, rows, groups=NAMES, texts={"en/prompted.j2": NAMING})


def html(part: Message) -> str:
    payload = part.get_payload(decode=True)
    return payload.decode() if part.get_content_type() == "text/html" and isinstance(payload, bytes) else ""


def mails(made: Notices) -> dict[str, str]:
    return {name: text_of(made, name) for name in made.files if name.endswith(".eml")}


def test_no_name_adds_a_header(made: Notices) -> None:
    found = mails(made)
    assert len(found) == len(NAMES) + 1
    for text in found.values():
        message = email.message_from_string(text, policy=email.policy.default)
        assert len(message.keys()) == len(set(message.keys())) == 7
        assert "Bcc" not in message
        assert "\n" not in str(message["Subject"])


def test_no_name_adds_a_line_or_a_formula_to_the_table(made: Notices) -> None:
    rows = list(csv.reader(io.StringIO(text_of(made, RECIPIENTS))))
    assert len(rows) == 1 + 2 * len(NAMES)
    cells = [cell for one in rows for cell in one]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r", "\uff1d"))]
    assert not [cell for cell in cells if not cell.isprintable()]


def test_no_name_leads_out_of_the_folder_and_no_two_files_differ_in_case_alone(made: Notices) -> None:
    names = [name for name in made.files if name.startswith("messages/")]
    assert [name for name in names if not SAFE.fullmatch(name)] == []
    assert len({name.lower() for name in names}) == len(names)


def test_no_name_is_markup_or_a_template_of_its_own(made: Notices) -> None:
    pages = ""
    for text in mails(made).values():
        message = email.message_from_string(text, policy=email.policy.default)
        pages += "".join(map(html, message.walk()))
    assert "<script" not in pages
    assert "&lt;script&gt;" in pages
    assert "{{ 7 * 7 }}" in pages
    marked = "".join(text_of(made, name) for name in made.files if name.endswith(".md"))
    assert "<script" not in marked


def test_no_sign_that_steers_a_screen_is_left(made: Notices) -> None:
    for name in made.files:
        text = text_of(made, name).replace("\r\n", "\n")
        assert not [sign for sign in text if sign != "\n" and not sign.isprintable()], name
