"""Whatever bytes a file holds, the outcome is documents or diagnostics with a place, never a fall."""

from collections.abc import Callable
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from calplan.policyfile.account_files import read_assistants, read_groups, read_tenant
from calplan.policyfile.reader import read
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.settings_file import read_settings
from calplan.policyfile.users_file import UsersFile
from tests.policyfile.cases import RULES, SCHEMA
from tests.policyfile.make import DAY, account, assert_has_a_place, policy, write
from tests.policyfile.test_documents import WHOLE

VALID = [policy(WHOLE), account(), *(text for text in {**SCHEMA, **RULES}.values() if isinstance(text, str))]
ROWS = ["email,groups,service\na@contoso.com,x;y,google\n", '{"email": "a@contoso.com", "clients": ["6.1(win)"]}\n']
PIECES = st.sampled_from([*"'\"[]{}\n|>#\t\r,;~\0\ufeff\u2028\x85", "&a ", "*a", "<<: ", "!x ", ": ", "- ", "? "]) | (
    st.sampled_from(["010", "1e999", "9" * 50, "yes", "NaN", "\\ud800", "---\n", "%YAML 1.2\n"]) | st.text(max_size=5)
)
READERS: list[Callable[[Path], object]] = [
    read_settings,
    read_groups,
    read_assistants,
    read_tenant,
    lambda path: list(UsersFile(path)),
]


@st.composite
def mutated(draw: st.DrawFn, seeds: list[str]) -> bytes:
    """A valid file with pieces put in, cut out and repeated."""
    text = draw(st.sampled_from(seeds))
    for _ in range(draw(st.integers(1, 5))):
        at = draw(st.integers(0, len(text)))
        cut = draw(st.integers(0, 12))
        again = draw(st.integers(0, len(text)))
        piece = draw(PIECES | st.just(text[again : again + 20]))
        text = text[:at] + piece + text[at + cut :]
    return text.encode("utf-8", "surrogatepass")


def whatever_comes(content: bytes) -> None:
    write(Path(), {"a.yaml": content})
    for path in (Path(), Path("a.yaml")):
        assert_has_a_place(read([path], DAY).diagnostics)
    for reader in READERS:
        try:
            reader(Path("a.yaml"))
        except InvalidFileError as error:
            assert_has_a_place(error.diagnostics)


@given(st.binary(max_size=200))
def test_any_bytes(content: bytes) -> None:
    whatever_comes(content)


@given(st.text(max_size=200))
def test_any_text(content: str) -> None:
    whatever_comes(content.encode("utf-8", "surrogatepass"))


@given(mutated(VALID))
def test_documents_that_were_valid_once(content: bytes) -> None:
    whatever_comes(content)


@given(mutated(ROWS))
def test_rows_that_were_valid_once(content: bytes) -> None:
    whatever_comes(content)
