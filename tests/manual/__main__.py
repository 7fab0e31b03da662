"""Writes the man pages anew, and removes those of commands that are gone."""

from tests.manual.pages import pages
from tests.manual.test_pages import FOLDER


def main() -> None:
    wanted = pages()
    for file in FOLDER.glob("*.1"):
        if file.name not in wanted:
            file.unlink()
    for name, text in wanted.items():
        (FOLDER / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
