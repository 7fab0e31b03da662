"""Writes the generated pages of ``docs/reference``, and removes those that are generated no more."""

import sys
from pathlib import Path
from typing import Final

from tests.reference.pages import SIGN, pages

FOLDER: Final = Path(__file__).resolve().parents[2] / "docs" / "reference"


def main() -> None:
    made = pages()
    for file in FOLDER.rglob("*.md"):
        if file.relative_to(FOLDER).as_posix() not in made and file.read_text(encoding="utf-8").startswith(SIGN):
            file.unlink()
    for name, text in made.items():
        (FOLDER / name).parent.mkdir(parents=True, exist_ok=True)
        (FOLDER / name).write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(made)} pages in docs/reference\n")


main()
