"""What a shell offers when somebody presses the key for it: paths, accounts, runs, codes and the like.

Only files are looked at, none is made, and no account, host or secret is touched. Whatever goes wrong, nothing is
offered and nothing said. What a shell would have to quote is left to the shell, which knows its own files.
"""

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

PLAIN: Final = re.compile(r"[\w@%+=:,./~|-]+")
"""Text that stands for itself in every shell."""
PATHS: Final = ("path", "plan_or_path", "plan_file", "documents", "paths")
"""What commands call the PATH they are given."""
BEGINNING: Final = 8192
"""Bytes of a file that are looked at."""
OURS: Final = b"calplan/"
SAVED: Final = re.compile(rb"PK\x03\x04.{26}manifest\.json", re.DOTALL)
"""How a saved plan begins: the local header of its first member."""
MOST_FILES: Final = 300
MOST_FOLDERS: Final = 200
DEEPEST: Final = 3
LARGEST: Final = 1024 * 1024
GOES_ON: Final = frozenset({"running", "waiting", "interrupted", "partly applied"})


class Offer(NamedTuple):
    """One thing that could be typed, with a word on it for shells that show one."""

    value: str
    help: str = ""


Offers = Callable[[click.Context, str], Iterable[Offer]]
Completer = Callable[[click.Context, click.Parameter, str], "list[CompletionItem]"]


def completer(offers: Offers, *, else_files: bool = False) -> Completer:
    """What click asks for the value of a parameter; with ``else_files`` the shell offers files where there is nothing.

    Case matters only where something is written just as it was begun. A failure offers nothing.
    """

    def complete(context: click.Context, _parameter: click.Parameter, begun: str) -> "list[CompletionItem]":
        from click.shell_completion import CompletionItem  # noqa: PLC0415 - few commands are completions

        try:
            known = tuple(offers(context, begun))
            found = [one for one in known if one.value.startswith(begun)]
            found = found or [one for one in known if one.value.casefold().startswith(begun.casefold())]
        except Exception:  # noqa: BLE001 - whoever presses a key asked for no message
            found = []
        shown = [one for one in found if PLAIN.fullmatch(one.value)]
        if else_files and len(shown) < max(1, len(found)):
            return [CompletionItem(begun, type="file")]
        return [CompletionItem(one.value, help=_harmless(one.help) or None) for one in shown]

    return complete


def _harmless(text: str) -> str:
    return text if text.isprintable() else ""


def words(given: Sequence[str]) -> Completer:
    """A completer for a few fixed words."""
    return completer(lambda _context, _begun: map(Offer, given))


def _folders_and_files(_context: click.Context, begun: str) -> Iterator[Offer]:
    """Folders that hold documents, and below the folder that is typed already its documents and saved plans."""
    typed, _ = _split(begun)
    here = Path(typed or ".").expanduser()
    for name in _names(here):
        file = here / name
        if is_plan(file):
            yield Offer(typed + name, "saved plan")
        elif is_document(file) and typed:
            yield Offer(typed + name, "document")
    for folder in islice(_folders_below(here), MOST_FOLDERS):
        yield Offer(typed + folder.relative_to(here).as_posix(), "folder of documents")


def _plans(_context: click.Context, begun: str) -> Iterator[Offer]:
    typed, _ = _split(begun)
    here = Path(typed or ".").expanduser()
    return (Offer(typed + name, "saved plan") for name in _names(here) if is_plan(here / name))


def _split(begun: str) -> tuple[str, str]:
    """The folder that is typed already, with its slash, and the beginning of a name in it."""
    folder, slash, name = begun.rpartition("/")
    return folder + slash, name


def _names(folder: Path) -> list[str]:
    return sorted(islice((one.name for one in os.scandir(folder) if one.name[0] != "."), MOST_FILES))


def _folders_below(folder: Path, depth: int = 1) -> Iterator[Path]:
    for name in _names(folder):
        inner = folder / name
        if not inner.is_dir() or inner.is_symlink():
            continue
        if any(is_document(inner / one) for one in _names(inner)):
            yield inner
        elif depth < DEEPEST:
            yield from _folders_below(inner, depth + 1)


def is_document(file: Path) -> bool:
    """Whether a file looks like one with documents of ours."""
    return file.suffix.lower() in (".yaml", ".yml") and OURS in _beginning(file)


def is_plan(file: Path) -> bool:
    """Whether a file looks like a saved plan."""
    return SAVED.match(_beginning(file)) is not None


def _beginning(file: Path) -> bytes:
    # A pipe would be waited for.
    if not file.is_file():
        return b""
    with file.open("rb") as stream:
        return stream.read(BEGINNING)


def _accounts(context: click.Context, _begun: str) -> Iterator[Offer]:
    """The accounts that the documents name which were typed already, or those that lie here."""
    from calplan.policyfile.folder import files_of  # noqa: PLC0415 - few commands are completions
    from calplan.policyfile.loader import load  # noqa: PLC0415 - as above

    met = set[str]()
    for path in _typed(context):
        for found in islice(files_of(path), MOST_FILES):
            if found.trouble or not is_document(found.path) or found.path.stat().st_size > LARGEST:
                continue
            for document in load(found.path).documents:
                name = document.at(("metadata", "name"))
                if document.at(("kind",)) == "Account" and isinstance(name, str) and name not in met:
                    met.add(name)
                    yield Offer(name, str(found.path))


def _typed(context: click.Context) -> tuple[Path, ...]:
    # Where the option at hand has no value yet, click leaves arguments unread.
    left = tuple(Path(one) for one in context.args if Path(one).exists())
    if left:
        return left
    for name in PATHS:
        given = context.params.get(name)
        if isinstance(given, Path):
            return (given,)
        if isinstance(given, tuple) and given:
            return tuple(map(Path, given))
    return (Path(),)


def _runs(context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.state.glance import runs_in  # noqa: PLC0415 - few commands are completions

    file = _state(context)
    return iter(()) if file is None else (Offer(one.id, _run_in_words(*one[1:])) for one in runs_in(file))


def _runs_to_go_on_with(context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.state.glance import runs_in  # noqa: PLC0415 - few commands are completions

    runs = () if (file := _state(context)) is None else runs_in(file)
    return (Offer(one.id, _run_in_words(*one[1:])) for one in runs if one.what in GOES_ON)


def _locks(context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.state.glance import held_locks_in  # noqa: PLC0415 - few commands are completions

    file = _state(context)
    return iter(()) if file is None else (Offer(one.id, _run_in_words(*one[1:])) for one in held_locks_in(file))


def _run_in_words(account: str, what: str, who: str) -> str:
    return f"{account}: {what}, {who}"


def _state(context: click.Context) -> Path | None:
    """The file of the state; none is looked for in PostgreSQL, which is a host."""
    from calplan.state.place import Place  # noqa: PLC0415 - few commands are completions

    return Place.of(context.params.get("state") or os.environ.get("CALPLAN_STATE")).file


def _codes(_context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.cli.plan_codes import OTHER_CODES  # noqa: PLC0415 - few commands are completions
    from calplan.render.explain import codes  # noqa: PLC0415 - as above

    return map(Offer, codes(OTHER_CODES))


def _outcomes(_context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.impact.outcome import OUTCOMES  # noqa: PLC0415 - few commands are completions
    from calplan.render.wording import OUTCOME  # noqa: PLC0415 - as above

    return (Offer(one.value, OUTCOME[one]) for one in OUTCOMES)


def _gates(_context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.render.step_wording import GATE, gate_in_words  # noqa: PLC0415 - few commands are completions

    return (Offer(name, gate_in_words(name)) for name in GATE)


def _packs(_context: click.Context, _begun: str) -> Iterator[Offer]:
    from calplan.policyfile.packs import pack_names  # noqa: PLC0415 - few commands are completions

    return map(Offer, pack_names())


documents: Final = completer(_folders_and_files, else_files=True)
plans: Final = completer(_plans, else_files=True)
account_names: Final = completer(_accounts)
runs: Final = completer(_runs)
runs_to_go_on_with: Final = completer(_runs_to_go_on_with)
run_locks: Final = completer(_locks)
codes: Final = completer(_codes)
outcomes: Final = completer(_outcomes)
gates: Final = completer(_gates)
packs: Final = completer(_packs, else_files=True)
