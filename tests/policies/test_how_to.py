"""The page about guardrails leaves out no pack."""

from pathlib import Path

from calplan.policyfile.packs import pack_names


def test_the_page_names_every_pack(repository: Path) -> None:
    page = (repository / "docs" / "how-to" / "guardrails.md").read_text(encoding="utf-8")
    assert [name for name in pack_names() if f"`{name}`" not in page] == []
