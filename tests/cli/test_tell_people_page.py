"""The page about telling people leaves out no text that can be changed."""

from pathlib import Path

from calplan.render.notices.sources import PARTS, SHARED


def test_the_page_names_every_shared_text(repository: Path) -> None:
    page = (repository / "docs" / "how-to" / "tell-people.md").read_text(encoding="utf-8")
    assert [name for name in (*SHARED, *PARTS) if f"{name}`" not in page] == []
