"""What a person reads when a document is wrong: one snapshot for each way to be wrong."""

from pathlib import Path

import pytest
from pytest_snapshot.plugin import Snapshot

from calplan.model.diagnostic import errors_in
from calplan.policyfile.reader import read
from tests.policyfile.cases import RULES, SCHEMA, YAML
from tests.policyfile.make import DAY, account, assert_has_a_place, codes, judged, policy, rendered, write

WITHOUT_ERRORS = {"other_kinds", "V24"}
WITH_A_GOOD_DOCUMENT = {*WITHOUT_ERRORS, "alias_into_another_document"}


@pytest.mark.parametrize("case", [*YAML, *SCHEMA, *RULES])
def test_a_document_that_is_wrong_is_told_so(case: str, snapshot: Snapshot) -> None:
    outcome = judged({**YAML, **SCHEMA, **RULES}[case])
    assert_has_a_place(outcome.diagnostics)
    assert bool(errors_in(outcome.diagnostics)) is (case not in WITHOUT_ERRORS)
    assert bool(outcome.documents) is (case in WITH_A_GOOD_DOCUMENT)
    snapshot.assert_match(rendered(outcome.diagnostics), "diagnostics.txt")


@pytest.mark.parametrize("case", RULES)
def test_a_rule_speaks_instead_of_the_schema(case: str) -> None:
    assert set(codes(judged(RULES[case]).diagnostics)) == {case[:3]}


def test_documents_of_a_folder_that_get_in_each_others_way_are_told_so(snapshot: Snapshot) -> None:
    write(
        Path(),
        {
            "a.yaml": policy("{}") + "---\n" + account(),
            "b.yaml": policy("{}", name="other") + "---\n" + account(),
            "c.yaml": policy("{}", account="contosso"),
            "d.yaml": "apiVersion: calplan/v1\nkind: TenantFacts\nmetadata: {name: a}\nspec: {}\n",
            "e.yaml": "apiVersion: calplan/v1\nkind: TenantFacts\nmetadata: {name: b}\nspec: {}\n",
        },
    )
    snapshot.assert_match(rendered(read([Path()], DAY).diagnostics), "diagnostics.txt")


def test_no_more_is_said_of_a_document_than_anybody_reads() -> None:
    listed = policy("allowedDomains:\n" + "".join("  - contoso.com\n" for _ in range(300)) + "locked: true")
    said = judged(listed).diagnostics
    assert codes(said)[0] == "S-UNKNOWN"
    assert codes(said)[-1] == "D-MORE"
    assert said[-1].summary == "100 more findings in this document are not listed"
    assert len(said) == 201
