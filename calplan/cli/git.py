"""A policy as it stands at another commit, read from git: what the account was meant to be before this change."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory
from typing import Final

from calplan.cli import clock
from calplan.cli.chosen import Chosen
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.model.diagnostic import errors_in
from calplan.model.policy import CalendarPolicy
from calplan.model.settings import WantedSettings
from calplan.plan.meant import Meant
from calplan.policyfile.folder import NEVER_ENTERED, SUFFIXES
from calplan.policyfile.reader import read
from calplan.render.diagnostic import render_diagnostic
from calplan.render.untrusted import for_terminal

LONGEST: Final = 60
"""Seconds that git may take for one answer."""
MOST_FILES: Final = 10_000
LARGEST: Final = 64 * 1024**2
LONGEST_REF: Final = 1000
REGULAR: Final = frozenset({"100644", "100755"})
QUIET: Final = {
    "GIT_LITERAL_PATHSPECS": "1",
    "GIT_NO_LAZY_FETCH": "1",
    "GIT_OPTIONAL_LOCKS": "0",
    "GIT_TERMINAL_PROMPT": "0",
    "LC_ALL": "C",
}
"""For a git that asks nobody, fetches nothing, writes nothing and takes a name for a name."""


def meant_at(ref: str, path: Path, chosen: Chosen) -> Meant | None:
    """The policy of an account as it stands at another commit; one that states nothing where it is not there yet.

    ``None``, which is said, where what stands there is no valid policy: then nobody knows what was meant.

    Raises:
        StopError: there is no git, no repository or no such commit.
    """
    repository = _Repository.of(path)
    commit = repository.commit(ref)
    with TemporaryDirectory(prefix="calplan-") as folder:
        root = Path(folder)
        if not repository.write(commit, root):
            return _nothing_yet(ref, chosen)
        # What is read is the same file or folder as now.
        reading = read((root / repository.path,), clock.today())
        found = [one.policy for one in reading.policies if one.policy.account == chosen.account.name]
        if len(found) == 1:
            return Meant(since=_name(ref), policy=replace(found[0], positions={}))
        errors = errors_in(reading.diagnostics)
        if not found and (not errors or all(one.code == "D-EMPTY" for one in errors)):
            return _nothing_yet(ref, chosen)
        first = render_diagnostic(errors[0]).replace(f"{root}{os.sep}", f"{ref}:") if errors else ""
        reason = f"the documents there are not valid\n{first}" if errors else "it has several policies for the account"
        say(f"note: where changes come from is not known by {ref}: {reason}")
        return None


def _name(ref: str) -> str:
    return f"the policy at {ref}"


def _nothing_yet(ref: str, chosen: Chosen) -> Meant:
    name = chosen.account.name
    return Meant(since=_name(ref), policy=CalendarPolicy(name=name, account=name, settings=WantedSettings()))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Repository:
    """The repository that a PATH lies in, and where in it."""

    top: Path
    path: PurePosixPath

    @classmethod
    def of(cls, path: Path) -> "_Repository":
        real = Path(os.path.realpath(path))
        folder = real if real.is_dir() else real.parent
        said = _git(folder, "rev-parse", "--show-toplevel")
        if said.returncode:
            raise StopError(
                ExitCode.USAGE, f"error: --base: {path} lies in no git repository that can be read: {_complaint(said)}"
            )
        top = Path(os.path.realpath(os.fsdecode(said.stdout.removesuffix(b"\n"))))
        return cls(top=top, path=PurePosixPath(real.relative_to(top).as_posix()))

    def commit(self, ref: str) -> str:
        """The id of the commit that a REF names.

        Raises:
            StopError: there is none.
        """
        if not ref or ref.startswith("-") or len(ref) > LONGEST_REF or not ref.isprintable():
            raise StopError(ExitCode.USAGE, f"error: --base: {ref[:80]!r} is no name of a commit")
        said = _git(self.top, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{ref}^{{commit}}")
        if said.returncode:
            shallow = _git(self.top, "rev-parse", "--is-shallow-repository").stdout.strip() == b"true"
            why = "this clone is shallow and may not hold it" if shallow else "fetch it first"
            message = f"error: --base: there is no commit {ref} here; {why}: git fetch --depth=1 origin BRANCH"
            raise StopError(ExitCode.USAGE, message)
        return said.stdout.decode("ascii").strip()

    def write(self, commit: str, root: Path) -> bool:
        """Write the documents of PATH as they stand at a commit below a folder; whether there are any.

        Raises:
            StopError: there are too many, or git does not hand them out.
        """
        files = dict(self._files(commit))
        if len(files) > MOST_FILES:
            raise StopError(
                ExitCode.INVALID, f"error: --base: there are more than {MOST_FILES} documents at that commit"
            )
        said = _git(self.top, "cat-file", "--batch", asked="".join(f"{blob}\n" for blob in files.values()).encode())
        if said.returncode:
            raise StopError(ExitCode.INVALID, f"error: --base: git cannot read that commit: {_complaint(said)}")
        for file, data in zip(files, _blobs(said.stdout), strict=True):
            place = root / file
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)
        return bool(files)

    def _files(self, commit: str) -> Iterator[tuple[PurePosixPath, str]]:
        """The path and blob of each document, as PATH names it or below it."""
        below = () if self.path == PurePosixPath() else ("--", str(self.path))
        said = _git(self.top, "ls-tree", "-r", "-l", "-z", "--full-tree", commit, *below)
        if said.returncode:
            raise StopError(ExitCode.INVALID, f"error: --base: git cannot read that commit: {_complaint(said)}")
        total = 0
        for number, entry in enumerate(filter(None, said.stdout.split(b"\0"))):
            head, _, name = entry.partition(b"\t")
            mode, _, blob, size = head.decode("ascii").split()
            file = PurePosixPath(os.fsdecode(name))
            plain = ".." not in file.parts and not file.is_absolute() and not NEVER_ENTERED & {*file.parts}
            if mode in REGULAR and plain and (file == self.path or file.suffix.lower() in SUFFIXES):
                total += int(size)
                if total > LARGEST or number > MOST_FILES:
                    raise StopError(ExitCode.INVALID, "error: --base: there is too much at that commit to read it all")
                yield file, blob


def _blobs(answer: bytes) -> Iterator[bytes]:
    """The contents in an answer of ``git cat-file --batch``.

    Raises:
        StopError: it lacks one.
    """
    start = 0
    while start < len(answer):
        end = answer.index(b"\n", start)
        words = answer[start:end].split(b" ")
        if len(words) != 3 or words[1] != b"blob":  # noqa: PLR2004 - id, type and size
            raise StopError(ExitCode.INVALID, "error: --base: this clone does not hold every file of that commit")
        size = int(words[2])
        yield answer[end + 1 : end + 1 + size]
        start = end + 1 + size + 1


def _git(folder: Path, *words: str, asked: bytes = b"") -> "subprocess.CompletedProcess[bytes]":
    """Ask git something that changes nothing.

    Raises:
        StopError: there is no git, or it does not answer.
    """
    settings = ("-c", "core.fsmonitor=false", "-c", "protocol.allow=never")
    try:
        return subprocess.run(  # noqa: S603 - a list of words, and no shell
            ["git", "--no-pager", "--no-replace-objects", *settings, *words],  # noqa: S607 - as the PATH has it
            capture_output=True,
            check=False,
            cwd=folder,
            env=_surroundings(os.environ),
            input=asked,
            timeout=LONGEST,
        )
    except FileNotFoundError:
        raise StopError(ExitCode.USAGE, "error: --base reads the policy from git, and there is no git here") from None
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        reason = "it did not answer in time" if isinstance(error, subprocess.TimeoutExpired) else str(error)
        raise StopError(ExitCode.USAGE, f"error: --base: git cannot be asked: {for_terminal(reason)}") from error


def _surroundings(ours: Mapping[str, str]) -> dict[str, str]:
    """An environment in which no variable leads git to another repository."""
    return {name: value for name, value in ours.items() if not name.startswith("GIT_")} | QUIET


def _complaint(said: "subprocess.CompletedProcess[bytes]") -> str:
    lines: Sequence[str] = said.stderr.decode("utf-8", "replace").strip().splitlines() or ["it does not say why"]
    return for_terminal(lines[0].removeprefix("fatal: "))
