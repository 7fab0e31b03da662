"""Users files: what their words stand for, and what they are refused for."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_snapshot.plugin import Snapshot

from calplan.model.user import RawFacts, decode
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.user_words import UserRow, raw_facts
from calplan.policyfile.users_file import UsersFile, batches
from tests.policyfile.make import codes, refused, write

FILE = Path("users")
NOTHING = RawFacts(
    status="active",
    service=None,
    ews_host=None,
    calendar=None,
    contacts=None,
    auth=None,
    mailbox_location=None,
    own_grant=None,
    groups=None,
    primary_group=None,
    clients="[]",
)
EVERYTHING = UserRow(
    email="a@contoso.com",
    facts=RawFacts(
        status="inactive",
        service="exchange-ews",
        ews_host="mail.contoso.com:8443",
        calendar="read",
        contacts="none",
        auth="basic",
        mailbox_location="on-premises",
        own_grant='["Calendars.Read","Contacts.Read"]',
        groups='["Executives","Staff"]',
        primary_group="Staff",
        clients='["5.2.45120.0906(win)","6.1.0 (mac)"]',
    ),
    mailbox="a@emea.contoso.com",
    id="u1",
    licensed="yes",
    evidence="export",
    as_of="2026-11-22T09:00:00Z",
)
FULL_CSV = (
    "email,id,status,licensed,groups,primary_group,clients,service,ews_host,calendar,contacts,auth,mailbox,"
    "mailbox_location,own_grant,evidence,as_of\r\n"
    ' A@Contoso.com ,u1,inactive,yes,Staff; Executives;Staff;,Staff,"6.1.0 (mac);5.2.45120.0906(win)",exchange-ews,'
    "Mail.contoso.com:8443,read,none,basic,A@EMEA.contoso.com,on-premises,Contacts.Read;Calendars.Read,export,"
    "2026-11-22T09:00:00Z\r\n"
)
FULL_JSON = json.dumps(
    {
        "email": "A@contoso.com",
        "id": "u1",
        "status": "inactive",
        "licensed": "yes",
        "groups": ["Staff", "Executives", " "],
        "primary_group": "Staff",
        "clients": ["6.1.0 (mac)", "5.2.45120.0906(win)"],
        "service": "exchange-ews",
        "ews_host": "mail.contoso.com:8443",
        "calendar": "read",
        "contacts": "none",
        "auth": "basic",
        "mailbox": "a@emea.contoso.com",
        "mailbox_location": "on-premises",
        "own_grant": ["Contacts.Read", "Calendars.Read"],
        "evidence": "export",
        "as_of": "2026-11-22T09:00:00Z",
    }
)


def users(content: str | bytes) -> list[UserRow]:
    write(Path(), {"users": content})
    return list(UsersFile(FILE))


def facts(**fields: object) -> RawFacts:
    return raw_facts(users(json.dumps({"email": "a@b.c", **fields}))[0])


def refusal(content: str | bytes) -> str:
    write(Path(), {"users": content})
    with pytest.raises(InvalidFileError) as raised:
        list(UsersFile(FILE))
    return refused(raised.value)


@pytest.mark.parametrize("text", [FULL_CSV, FULL_JSON, "\ufeff" + FULL_CSV, "\n \n" + FULL_JSON + "\n\n"])
def test_both_formats_say_the_same(text: str) -> None:
    assert users(text) == [EVERYTHING]


def test_a_missing_column_is_not_an_empty_one() -> None:
    assert users("email\na@b.c\n")[0].facts == facts() == NOTHING
    header = "email,service,own_grant,mailbox_location,auth,calendar,contacts,clients,groups,status,primary_group"
    empty = users(f"{header}\na@b.c{',' * 10}\n")[0].facts
    assert empty == NOTHING._replace(service="", own_grant="[]", groups="[]")
    assert empty == facts(service="", own_grant=[], groups=[], calendar="", auth="", clients=[])


def test_the_word_unknown_says_that_nothing_is_known() -> None:
    fields = ("service", "calendar", "contacts", "auth", "mailbox_location", "ews_host", "own_grant", "groups")
    assert facts(**dict.fromkeys(fields, "unknown")) == NOTHING
    assert facts(own_grant=["unknown"]) == NOTHING


def test_null_is_nothing_stated_where_that_is_not_a_riddle() -> None:
    assert facts(calendar=None, clients=None, status=None, id=None) == NOTHING
    assert "null" in refusal('{"email": "a@b.c", "service": null}')


def test_a_mailbox_is_stated_only_where_it_differs() -> None:
    assert users('{"email": "a@b.c", "mailbox": " A@B.C"}')[0].mailbox is None


def test_users_come_in_pages() -> None:
    write(Path(), {"users": "email,mailbox\n" + "".join(f"u{n}@b.c,{'m@b.c' if n == 3 else ''}\n" for n in range(7))})
    pages = list(batches(UsersFile(FILE), size=3))
    assert [page.emails for page in pages] == [
        ["u0@b.c", "u1@b.c", "u2@b.c"],
        ["u3@b.c", "u4@b.c", "u5@b.c"],
        ["u6@b.c"],
    ]
    assert [page.mailboxes for page in pages] == [{}, {"u3@b.c": "m@b.c"}, {}]
    assert pages[0].facts == [NOTHING] * 3


def test_columns_that_are_ignored_or_not_there_are_told(snapshot: Snapshot) -> None:
    rows = [{"email": "a@b.c", "groups": [], "servce": "", "x": 1}, {"email": "d@b.c"}]
    write(Path(), {"users": "\n".join(json.dumps(row) for row in rows)})
    file = UsersFile(FILE)
    assert len(list(file)) == 2
    snapshot.assert_match("\n".join(f"{one.summary}\n    {one.help}" for one in file.notes) + "\n", "notes.txt")


def test_a_file_that_states_everything_needs_no_note() -> None:
    write(Path(), {"users": FULL_CSV})
    file = UsersFile(FILE)
    assert list(file)
    assert file.notes == ()


WRONG: dict[str, str | bytes] = {
    "empty": " \n\n",
    "json_list": '[\n{"email": "a@b.c"}]',
    "parquet": b"PAR1\x00\x01",
    "utf16": "email\na@b.c\n".encode("utf-16"),
    "not_utf8": b"email\na@b.c\nb\xff@b.c\n",
    "nul": b"email\na\0@b.c\n",
    "no_email_column": "mail,service\na@b.c,google\n",
    "semicolons_between_columns": "email;service\na@b.c;google\n",
    "column_twice": "email,service,email\n",
    "short_and_long_rows": "email,service\na@b.c\nb@b.c,google,x\nc@b.c,google\n",
    "quote_that_never_ends": 'email,groups\na@b.c,"x\nb@b.c,y\n',
    "carriage_returns_alone": "email,groups\r\na@b.c,x\rb@b.c,y\r",
    "quote_in_the_middle": 'email,groups\na@b.c,"x"y\n',
    "huge_field": "email,groups\na@b.c," + "x" * 200_000 + "\n",
    "huge_field_in_json": json.dumps({"email": "a@b.c", "id": "x" * 200_000}),
    "huge_line": "email\n" + "x" * 1_100_000 + "\n",
    "rows_of_all_sorts": "email,service,status\na@b.c,gogle,\n,google,active\nb@b.c,google,on\nc@b.c,,\nC@b.c,,\n",
    "line_of_a_quoted_row": 'email,groups,service\na@b.c,"x\ny",google\nb@b.c,"x\ny",gogle\n',
    "json_of_all_sorts": "\n".join(
        [
            '{"email": "a@b.c"',
            "5",
            '{"email": "a@b.c", "email": "a@b.c"}',
            '{"email": "a@b.c", "x": NaN}',
            '{"email": 5}',
            '{"email": ["a@b.c"]}',
            '{"email": "a@b.c", "groups": [5]}',
            '{"email": "a@b.c", "groups": "Staff;Executives"}',
            '{"email": "a@b.c", "groups": {"a": 1}}',
            '{"email": "a@b.c", "groups": [["a"]]}',
            '{"email": "a@b.c", "licensed": true}',
            '{"email": "\\ud800@b.c"}',
            '{"email": "a\\u0000@b.c"}',
            '{"email": "a@b.c", "as_of": "yesterday"}',
            '{"email": "a@b.c", "ews_host": "https://mail.contoso.com"}',
            '{"email": "a@b.c", "own_grant": null}',
            '{"email": "a@b.c", "x": ' + "[" * 100_000,
            '{"email": "a@b.c", "x": ' + "9" * 10_000 + "}",
            '{"no": "address"}',
        ]
    ),
    "more_than_anybody_reads": "email,service\n" + "a@b.c,x\n" * 50,
}


@pytest.mark.parametrize("case", WRONG)
def test_a_users_file_that_is_wrong_is_refused(case: str, snapshot: Snapshot) -> None:
    snapshot.assert_match(refusal(WRONG[case]), "diagnostics.txt")


def test_a_file_that_is_not_there_is_refused() -> None:
    with pytest.raises(InvalidFileError) as raised:
        list(UsersFile(Path("nowhere")))
    assert codes(raised.value.diagnostics) == ["D-UNREADABLE"]
    with pytest.raises(InvalidFileError):
        list(UsersFile(Path("a\0b")))


def test_no_user_is_given_after_the_first_error() -> None:
    write(Path(), {"users": "email,service\na@b.c,google\nb@b.c,gogle\nc@b.c,google\n"})
    given_so_far: list[str] = []
    with pytest.raises(InvalidFileError):
        given_so_far += (row.email for row in UsersFile(FILE))
    assert len(given_so_far) <= 1


def test_brackets_in_names_are_no_nesting() -> None:
    name = "[" * 50 + '\\"' + "{" * 50
    assert users(f'{{"email": "a@b.c", "id": "{name}"}}')[0].id == name.replace("\\", "")


WORDS = {
    "status": st.sampled_from(["active", "inactive", "pending", ""]),
    "service": st.sampled_from(["", "unknown", "google", "office365-graph", "exchange-mapi", "exchange-ews"]),
    "calendar": st.sampled_from(["none", "read", "write", "unknown", ""]),
    "contacts": st.sampled_from(["none", "read", "write", "unknown", ""]),
    "auth": st.sampled_from(["oauth", "basic", "impersonation", "unknown", ""]),
    "mailbox_location": st.sampled_from(["cloud", "on-premises", "unknown", ""]),
    "groups": st.lists(st.text(max_size=8)),
    "clients": st.lists(st.text(max_size=8)),
    "primary_group": st.text(max_size=8),
}


@given(st.fixed_dictionaries({}, optional=WORDS))
def test_whatever_is_accepted_can_be_decoded(fields: dict[str, object]) -> None:
    try:
        found = facts(**fields)
    except InvalidFileError:
        return
    decode(found)
