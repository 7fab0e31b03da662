"""Keys that plans are signed, checked and redacted with: the options that name their files, and how those are read."""

import os
import secrets
import stat
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Final, TypeVar

import click

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.plan.pseudonyms import SHORTEST_KEY, Pseudonyms
from calplan.plan.signature import BadKeyError, PublicKey, SigningKey, public_key, signing_key

LARGEST: Final = 64 * 1024
OTHERS: Final = 0o077
FRESH: Final = 32
"""Bytes of a key that is made for one run."""

Command = TypeVar("Command", bound=Callable[..., object])


def verify_option(command: Command) -> Command:
    """The option ``--verify-key``, which may repeat: any one of the keys has to vouch for the plan."""
    return click.option(
        "--verify-key",
        "verify_key",
        type=click.Path(path_type=Path),
        metavar="FILE",
        multiple=True,
        help="Refuse a plan not signed with this ed25519 public key (PEM); may repeat, one of them suffices.",
    )(command)


def sign_option(command: Command) -> Command:
    """The option ``--sign-key``."""
    return click.option(
        "--sign-key",
        type=click.Path(path_type=Path),
        metavar="FILE",
        help="Sign the saved plan with this ed25519 private key (PEM, not encrypted).",
    )(command)


def redact_options(command: Command) -> Command:
    """The options ``--redact`` and ``--redact-key``."""
    for option in (
        click.option(
            "--redact-key",
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="With --redact: the key of the pseudonyms, to get the same ones again; a new one where left out.",
        ),
        click.option(
            "--redact", is_flag=True, help="Show and save pseudonyms for addresses; such a plan cannot be applied."
        ),
    ):
        command = option(command)
    return command


def pseudonyms(file: Path | None, *, asked: bool) -> Pseudonyms | None:
    """The pseudonyms that ``--redact`` asks for, by the key in a file that only its owner can read, or by a new one.

    Raises:
        StopError: there is no such key, it is too short to keep anything secret, or others could have read it.
    """
    if file is None:
        return Pseudonyms(secrets.token_bytes(FRESH)) if asked else None
    if not asked:
        raise StopError(ExitCode.USAGE, "error: --redact-key goes with --redact")
    data, mode = _read(file, "--redact-key", ExitCode.NOT_AUTHORISED)
    made = f"openssl rand -hex 32 > {file} && chmod 600 {file}"
    if mode & OTHERS:
        message = f"error: {file}: others than its owner can read this key, and undo the pseudonyms. A new one: {made}"
        raise StopError(ExitCode.NOT_AUTHORISED, message)
    if len(data) < SHORTEST_KEY:
        message = f"error: {file} has fewer than {SHORTEST_KEY} bytes, too few for a key. A key: {made}"
        raise StopError(ExitCode.NOT_AUTHORISED, message)
    return Pseudonyms(data)


def key_to_sign(file: Path | None, *, saved_to: Path | None) -> SigningKey | None:
    """The key to sign a plan with that is saved there, if one is named.

    Raises:
        StopError: it is no such key, or nothing is saved.
    """
    if file is not None and saved_to is None:
        raise StopError(ExitCode.USAGE, "error: --sign-key signs a saved plan, so it needs --out FILE")
    return None if file is None else _private_key(file)


def _private_key(file: Path) -> SigningKey:
    """The private key in a file that only its owner can read.

    Raises:
        StopError: there is none, it is another kind of key, or others could have read it.
    """
    data, mode = _read(file, "--sign-key", ExitCode.NOT_AUTHORISED)
    if mode & OTHERS:
        raise StopError(
            ExitCode.NOT_AUTHORISED,
            f"error: {file}: others than its owner can read or change this private key, so it proves nothing. "
            f"Take a new key, and: chmod 600 {file}",
        )
    try:
        return signing_key(data)
    except BadKeyError as error:
        made = "openssl genpkey -algorithm ed25519 -out FILE"
        message = f"error: {file} cannot sign a plan: {error}. A key that can: {made}"
        raise StopError(ExitCode.NOT_AUTHORISED, message) from error


def keys_to_check(files: Sequence[Path]) -> tuple[PublicKey, ...]:
    """The public keys in these files.

    Raises:
        StopError: a file cannot be read, or holds something else.
    """
    return tuple(map(_public, files))


def _public(file: Path) -> PublicKey:
    data, _ = _read(file, "--verify-key", ExitCode.USAGE)
    try:
        return public_key(data)
    except BadKeyError as error:
        made = "openssl pkey -in KEY -pubout -out FILE"
        raise StopError(
            ExitCode.USAGE, f"error: {file} cannot check a plan: {error}. A key that can: {made}"
        ) from error


def _read(file: Path, option: str, unreadable: ExitCode) -> tuple[bytes, int]:
    """The bytes of a key file and its mode."""
    try:
        with os.fdopen(os.open(file, os.O_RDONLY | os.O_NONBLOCK), "rb") as stream:
            mode = os.fstat(stream.fileno()).st_mode
            data = stream.read(LARGEST + 1) if stat.S_ISREG(mode) else b""
    except (FileNotFoundError, ValueError):
        raise StopError(ExitCode.USAGE, f"error: {option}: there is no file {file}") from None
    except OSError as error:
        raise StopError(unreadable, f"error: {option}: {file} cannot be read: {error.strerror}") from error
    if not stat.S_ISREG(mode) or len(data) > LARGEST:
        raise StopError(unreadable, f"error: {option}: {file} is no key file")
    return data, mode
