"""The files a simulated account is made of, next to users and settings: groups, assistants, tenant facts."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.model.diagnostic import Diagnostic, errors_in
from calplan.model.levels import Group
from calplan.policyfile.documents import TenantFactsDocument
from calplan.policyfile.json_rows import Value
from calplan.policyfile.row_source import InvalidFileError, lines_of
from calplan.policyfile.rows import rows_of
from calplan.policyfile.schema import GROUPS_FILE
from calplan.policyfile.single_file import single_document
from calplan.policyfile.tenant_document import tenant_document
from calplan.policyfile.translate import listed, nearest, quoted
from calplan.policyfile.user_words import BadFieldError, text_field
from calplan.policyfile.values import items, mapping, text

ACCESS_WORDS: Final = tuple(one.value for one in PrivateAccess)
ASSISTANT_COLUMNS: Final = ("user", "assistant", "access")


def read_groups(path: Path) -> tuple[Group, ...]:
    """The groups of a groups file, as listed.

    Raises:
        InvalidFileError: the file is not valid; ids and names must be unique.
    """
    document, _ = single_document(path, GROUPS_FILE)
    entries = [mapping(entry) for entry in items(document.at(("groups",)))]
    return tuple(Group(id=text(entry["id"]).strip(), name=text(entry["name"]).strip()) for entry in entries)


def read_assistants(path: Path) -> dict[AssistantPair, PrivateAccess]:
    """Every scheduling privilege of an assistants file, CSV or NDJSON.

    Raises:
        InvalidFileError: the file is not valid, or a pair stands in it twice.
    """
    lines = lines_of(path)
    found: dict[AssistantPair, PrivateAccess] = {}
    for line, fields in rows_of(lines, required=ASSISTANT_COLUMNS):
        try:
            pair, access = _privilege(fields)
        except BadFieldError as error:
            lines.errors.add(error.code, line, error.summary, error.advice)
            continue
        if pair in found:
            lines.errors.add("U-TWICE", line, "an earlier row has the same pair")
        found[pair] = access
    lines.errors.raise_if_any()
    return found


def read_tenant(path: Path) -> tuple[TenantFactsDocument, tuple[Diagnostic, ...]]:
    """The facts of a file that holds one TenantFacts document, with warnings about it.

    Raises:
        InvalidFileError: the file is not valid.
    """
    document, diagnostics = single_document(path, "tenant-facts")
    built = tenant_document(document, path)
    if isinstance(built, Diagnostic):
        raise InvalidFileError((*errors_in(diagnostics), built))
    return built, diagnostics


def _privilege(fields: Mapping[str, Value]) -> tuple[AssistantPair, PrivateAccess]:
    user, assistant, access = ((text_field(fields, name) or "") for name in ASSISTANT_COLUMNS)
    if not user or not assistant:
        raise BadFieldError("U-VALUE", "`user` or `assistant` is empty", "both are login addresses")
    word = access or PrivateAccess.UNKNOWN.value
    if word not in ACCESS_WORDS:
        near = nearest(word, ACCESS_WORDS)
        advice = f"one of {listed(ACCESS_WORDS)}"
        advice = f"did you mean `{near}`? {advice}" if near else advice
        raise BadFieldError("U-WORD", f"{quoted(word)} is no value of `access`", advice)
    return AssistantPair(user=user.lower(), assistant=assistant.lower()), PrivateAccess(word)
