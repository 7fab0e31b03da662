"""Pages hold together: links lead somewhere, every block is run or has its reason, documents shown are valid."""

import json
import textwrap
from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import unquote

import pytest
import yaml
from jsonschema import Draft202012Validator

from calplan.policyfile.schema import KINDS, schema_of
from tests.docs.page import ROOT, Block, Page, all_pages, page

PAGES: Final = all_pages()
RUN: Final = "console"
DATA: Final = {"yaml", "json", "ndjson", "csv", "rego", "jinja"}
GATED: Final = (
    "CALPLAN_GATES=/srv/gates calplan check . --pack change-safety -o json=check.json   # exit 4: a rule denies"
)
LAYERS: Final = "cli > sandbox.servers > providers > sandbox.account | state | render | policyfile"
ASSIGNMENT: Final = "New-ManagementRoleAssignment -Role:ApplicationImpersonation -User:svc-calendar@corp.example"
CLUSTER: Final = "calplan plan /srv/fleet --account all --out plans --executor tls://scheduler.corp.example:8786"
HOW_MANY: Final = (
    "D SELECT account, outcome, count(*) AS people FROM 'users/*.parquet' GROUP BY ALL ORDER BY people DESC, account;"
)
WHICH_CLIENTS: Final = (
    "D SELECT email, account, unnest(clients) AS client FROM 'users/*.parquet' WHERE outcome = 'disconnected_silent'"
    " ORDER BY email;"
)
NOT_RUN: Final[dict[tuple[str, str], str]] = {
    ("README.md", "python3 -m venv .venv && .venv/bin/pip install -q -e '.[dev]' && .venv/bin/calplan demo"): (
        "installs calplan; the full checks run it in a fresh clone"
    ),
    ("README.md", "calplan sandbox create acme.db --users 200"): (
        "`init` asks at a terminal; the same with its flags is run in resume-a-broken-apply.md"
    ),
    ("docs/decisions/0002-layers-and-a-pure-core.md", LAYERS): "a drawing",
    ("docs/how-to/first-policy.md", "calplan init corp"): "asks at a terminal; the same with its flags is run below it",
    ("docs/how-to/gitlab.md", "podman build -t calplan -f Containerfile ."): "builds an image, which takes a network",
    ("docs/how-to/guardrails.md", GATED): "the folder outside of the reviewed one is the reader's own",
    ("docs/how-to/plan-a-fleet.md", CLUSTER): "the cluster is the reader's own; tests start one",
    ("docs/how-to/plan-a-fleet.md", "mkdir users"): "duckdb, which is asked below, is not ours to install",
    **{("docs/how-to/plan-a-fleet.md", one): "duckdb is not ours to install" for one in (HOW_MANY, WHICH_CLIENTS)},
    ("docs/how-to/rego-over-a-plan.md", "calplan plan corp -o text -o json=plan.json"): (
        "opa and conftest are not ours to install; a test holds the keys that the page names"
    ),
    ("docs/how-to/try-an-exchange-account.md", ASSIGNMENT): "for the shell of an Exchange server",
}
"""Blocks of commands and of text that no test runs: page, first line, and why."""
OF_PIPELINES: Final = frozenset({"jobs", "steps", "repos", "include", "stages"})
"""Keys of files that CI systems read."""


def blocks(*languages: str) -> Iterator[tuple[Page, Block]]:
    for one in PAGES:
        yield from ((one, block) for block in one.blocks() if not languages or block.language in languages)


def named(language: str) -> list[Any]:
    return [pytest.param(one, block, id=f"{one.name}:{block.line}") for one, block in blocks(language)]


def test_every_block_is_run_or_is_data_or_has_its_reason() -> None:
    others = [(one.name, block.first) for one, block in blocks() if block.language not in {RUN, *DATA}]
    assert sorted(others) == sorted(NOT_RUN)
    assert {block.language for _, block in blocks()} <= {RUN, "text", "sh", *DATA}
    assert all(NOT_RUN.values())


@pytest.mark.parametrize("one", [pytest.param(one, id=one.name) for one in PAGES])
def test_every_link_leads_to_a_page_and_a_heading(one: Page) -> None:
    for target in one.links():
        path, _, anchor = unquote(target).partition("#")
        if "://" in path:
            assert path.startswith("https://")
            continue
        file = (ROOT / one.name).parent.joinpath(path).resolve() if path else ROOT / one.name
        assert file.exists(), target
        assert file.is_relative_to(ROOT), target
        if anchor and file.suffix == ".md":
            assert anchor in page(file.relative_to(ROOT).as_posix()).anchors(), target


def test_every_page_can_be_reached_from_the_readme() -> None:
    seen, left = set[str](), ["README.md"]
    while left:
        name = left.pop()
        seen.add(name)
        paths = (unquote(target).partition("#")[0] for target in page(name).links() if "://" not in target)
        files = ((ROOT / name).parent.joinpath(path).resolve() for path in paths if path.endswith(".md"))
        names = {file.relative_to(ROOT).as_posix() for file in files}
        left += sorted(names - seen - set(left))
    apart = {one.name for one in PAGES if "/decisions/" not in one.name} - seen
    assert apart == set()


@pytest.mark.parametrize("one, block", named("json"))
def test_json_is_json(one: Page, block: Block) -> None:
    json.loads(block.text)


@pytest.mark.parametrize("one, block", named("yaml"))
def test_a_document_that_is_shown_is_valid_and_so_is_a_part_of_one(one: Page, block: Block) -> None:
    for part in yaml.safe_load_all(textwrap.dedent(block.text)):
        if of_a_pipeline(part):
            continue
        assert isinstance(part, dict)
        if "apiVersion" in part:
            kind = schema_of(KINDS[part["kind"]])
            assert list(Draft202012Validator(kind).iter_errors(part)) == []
        else:
            assert any(fits(part, place, whole) for place, whole in places()), "no place in a document takes this"


def of_a_pipeline(part: object) -> bool:
    """Whether YAML is for a CI system: steps of a job, a job with a script, or a file of such."""
    if not isinstance(part, dict):
        return True
    return bool(part.keys() & OF_PIPELINES) or any(isinstance(job, dict) and "script" in job for job in part.values())


def test_a_key_that_no_document_has_would_be_seen() -> None:
    assert any(fits({"maxEvidenceAge": {"users": "1h"}}, place, whole) for place, whole in places())
    assert not any(fits({"maxEvidenceAge": {"user": "1h"}}, place, whole) for place, whole in places())
    assert not any(fits({"providerz": []}, place, whole) for place, whole in places())
    assert not of_a_pipeline({"providerz": []})


def places() -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Every mapping that a document can hold somewhere, with the schema it is a part of."""
    for name in KINDS.values():
        whole = schema_of(name)
        yield from ((place, whole) for place in mappings(whole))


def mappings(part: object) -> Iterator[dict[str, Any]]:
    if isinstance(part, dict):
        if "properties" in part:
            yield part
        for key, inner in part.items():
            if key not in ("examples", "default"):
                yield from mappings(inner)
    elif isinstance(part, list):
        for inner in part:
            yield from mappings(inner)


def fits(part: dict[str, Any], place: dict[str, Any], whole: dict[str, Any]) -> bool:
    """Whether a mapping, of which a page may show some keys only, could stand in a place."""
    if not part.keys() <= place["properties"].keys():
        return False
    return all(
        Draft202012Validator({**place["properties"][key], "$defs": whole.get("$defs", {})}).is_valid(value)
        for key, value in part.items()
    )


def test_the_readme_leads_to_the_index_and_the_index_to_each_kind_of_page() -> None:
    index = page("docs/README.md").text
    assert "docs/README.md" in set(page("README.md").links())
    for heading in ("Tutorial", "How-to", "Reference", "Explanation"):
        assert f"\n## {heading}\n" in index
