"""What a template made becomes a subject and blocks, and a mail from which both can be read again."""

import email
import email.policy

import pytest
from hypothesis import given
from hypothesis import strategies as st

from calplan.render.notices.message import Block, Message, eml, markdown, message_of, plain
from tests.render.notices.make import HEAD

SEEN = st.characters(codec="utf-8", exclude_categories=["Cc", "Cf", "Cs", "Zl", "Zp", "Zs"])
SUBJECTS = st.lists(st.text(SEEN, min_size=1, max_size=30), min_size=1, max_size=6).map(" ".join)
ODD = ("=?utf-8?q?Bcc:_x?=", "x" * 200, "\u00e4 " * 60, "a" * 70 + " b", "a, b; c " * 20)


@given(subject=SUBJECTS | st.sampled_from(ODD), body=SUBJECTS)
def test_a_mail_gives_back_the_subject_and_the_text_it_was_made_of(subject: str, body: str) -> None:
    message = message_of(f"Subject: {subject}\n\n{body}\n", "x")
    data = eml(message, f"<p>{len(body)}</p>", "en", HEAD)
    read = email.message_from_bytes(data, policy=email.policy.default)
    assert read["Subject"] == message.subject
    parts = [part.get_payload(decode=True) for part in read.walk() if not part.is_multipart()]
    assert parts == [plain(message).replace("\n", "\r\n").encode(), f"<p>{len(body)}</p>".encode()]
    assert max(map(len, data.split(b"\r\n"))) <= 998


def test_lines_stay_lines_blank_ones_part_paragraphs_and_dashes_make_a_list() -> None:
    text = "\n\nBetreff:  a   b \n\nHello,\nyou\n- one\n-two\n\n\n- three\r\n-  four\nBye"
    assert message_of(text, "x") == Message(
        subject="a b",
        blocks=(
            Block(lines=("Hello,", "you")),
            Block(points=("one",)),
            Block(lines=("-two",)),
            Block(points=("three", "four")),
            Block(lines=("Bye",)),
        ),
    )


def test_markdown_and_plain_text_say_the_same() -> None:
    message = message_of("Subject: *s*\n\na\nb_c\n\n- <x>\n- y", "x")
    assert plain(message) == "a\nb_c\n\n- <x>\n- y\n"
    assert markdown(message) == "# \\*s\\*\n\na\\\nb\\_c\n\n- &lt;x&gt;\n- y\n"


@pytest.mark.parametrize("sign", ["\x00", "\x07", "\x1b", "\x7f", "\x85", "\u2028", "\r"])
def test_a_sign_that_steers_a_screen_is_a_blank(sign: str) -> None:
    message = message_of(f"Subject: a{sign}b\n\nc{sign}d\n", "x")
    assert message.subject == "a b"
    assert plain(message) == "c d\n"


def test_a_subject_that_never_ends_is_cut() -> None:
    message = message_of(f"Subject: {'x' * 999}\n\ny", "x")
    assert message.subject == "x" * 197 + "..."
