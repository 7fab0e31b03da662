"""A signed plan: who vouches for it, and what is refused where somebody wants to know."""

import json
import os
import zipfile
from io import BytesIO
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519

from calplan.cli.exit_codes import ExitCode
from calplan.plan.archive import archived
from calplan.plan.signature import signing_key
from tests.cli.make import Said, calplan, folder

PEM = serialization.Encoding.PEM
OPEN = serialization.NoEncryption()
Private = ed25519.Ed25519PrivateKey | ec.EllipticCurvePrivateKey


def private_pem(key: Private, protection: serialization.KeySerializationEncryption = OPEN) -> bytes:
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, protection)


def keys(name: str, key: Private | None = None) -> tuple[Path, Path]:
    """A private key for its owner alone, and its public half, in files."""
    key = key or ed25519.Ed25519PrivateKey.generate()
    private, public = Path(f"{name}.key"), Path(f"{name}.pub")
    private.touch(0o600)
    private.write_bytes(private_pem(key))
    public.write_bytes(key.public_key().public_bytes(PEM, serialization.PublicFormat.SubjectPublicKeyInfo))
    return private, public


def signed(corp: Path, key: Path, file: str = "corp.plan") -> Path:
    said = calplan("plan", corp, "--out", file, "--sign-key", key)
    assert said.code is ExitCode.DONE, said.err
    return Path(file)


def members(plan: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(BytesIO(plan.read_bytes())) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def refused(said: Said, reason: str) -> bool:
    return said.code is ExitCode.INVALID and reason in said.err and "Traceback" not in said.err


@pytest.fixture
def corp(tmp_path: Path) -> Path:
    return folder(tmp_path / "corp")


def test_a_plan_signed_with_the_key_asked_for_is_shown_and_applied_without_a_word(corp: Path) -> None:
    private, public = keys("ours")
    plan = signed(corp, private)
    shown = calplan("show", plan, "--verify-key", public)
    assert (shown.code, shown.err) == (ExitCode.DONE, "")
    assert calplan("apply", plan, "--verify-key", public).code is ExitCode.DONE


def test_one_of_several_keys_suffices(corp: Path) -> None:
    plan = signed(corp, keys("ours")[0])
    others = ["--verify-key", str(keys("theirs")[1]), "--verify-key", "ours.pub"]
    assert calplan("show", plan, *others).code is ExitCode.DONE


def test_a_signed_plan_read_without_a_key_says_that_nobody_checked(corp: Path) -> None:
    plan = signed(corp, keys("ours")[0])
    said = calplan("show", plan)
    assert said.code is ExitCode.DONE
    assert said.err == "note: corp.plan is signed, and nobody checked its signature: --verify-key FILE does\n"


def test_the_signature_is_no_part_of_the_id_and_the_same_key_signs_the_same(
    corp: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1795348800")
    private, public = keys("ours")
    calplan("plan", corp, "--out", "plain.plan")
    assert signed(corp, private).read_bytes() == signed(corp, private, "again.plan").read_bytes()
    plain, with_name = members(Path("plain.plan")), members(Path("corp.plan"))
    stated = json.loads(with_name.pop("signature.json"))
    assert plain == with_name
    assert stated.keys() == {"algorithm", "key_id", "signature"}
    assert stated["algorithm"] == "ed25519"
    assert public.exists()


def test_a_plan_without_a_signature_is_refused_where_one_is_asked_for(corp: Path) -> None:
    calplan("plan", corp, "--out", "corp.plan")
    _, public = keys("ours")
    for command in ("show", "apply"):
        assert refused(calplan(command, "corp.plan", "--verify-key", public), "corp.plan is refused: it is not signed")


def test_a_plan_signed_with_another_key_is_refused(corp: Path) -> None:
    plan = signed(corp, keys("theirs")[0])
    _, public = keys("ours")
    for command in ("show", "apply"):
        assert refused(calplan(command, plan, "--verify-key", public), "refused: it is signed with another key, ")


def test_a_manifest_that_was_changed_after_signing_is_refused(corp: Path) -> None:
    private, public = keys("ours")
    content = members(signed(corp, private))
    head = json.loads(content["manifest.json"]) | {"expires_at": "9999-01-01T00:00:00+00:00"}
    Path("late.plan").write_bytes(archived({**content, "manifest.json": json.dumps(head).encode()}))
    assert calplan("show", "late.plan").code is ExitCode.DONE
    for command in ("show", "apply"):
        said = calplan(command, "late.plan", "--verify-key", public)
        assert refused(said, "refused: its manifest was changed after it was signed")


def test_a_signature_that_claims_the_right_key_is_not_believed(corp: Path) -> None:
    theirs, _ = keys("theirs")
    private, public = keys("ours")
    content, good = members(signed(corp, theirs)), members(signed(corp, private, "good.plan"))
    claimed = json.loads(content["signature.json"]) | {"key_id": json.loads(good["signature.json"])["key_id"]}
    Path("f.plan").write_bytes(archived({**content, "signature.json": json.dumps(claimed).encode()}))
    assert refused(calplan("show", "f.plan", "--verify-key", public), "its manifest was changed after it was signed")


@pytest.mark.parametrize(
    "signature",
    [
        b"",
        b"[]",
        b"{}",
        b'{"algorithm":"none","key_id":"","signature":""}',
        b'{"algorithm":"ed25519","key_id":"00","signature":"zz"}',
        b'{"algorithm":"ed25519","key_id":[],"signature":{}}',
    ],
)
def test_a_signature_of_another_form_is_no_plan_to_trust(signature: bytes, corp: Path) -> None:
    content = members(signed(corp, keys("ours")[0]))
    Path("f.plan").write_bytes(archived({**content, "signature.json": signature}))
    assert refused(calplan("show", "f.plan"), "f.plan is no plan to trust: signature.json")


@pytest.mark.parametrize("value", ["", "00", "00" * 64, "ff" * 64, "00" * 65])
def test_a_signature_of_another_length_is_refused_in_a_sentence(value: str, corp: Path) -> None:
    private, public = keys("ours")
    content = members(signed(corp, private))
    stated = json.loads(content["signature.json"]) | {"signature": value}
    Path("f.plan").write_bytes(archived({**content, "signature.json": json.dumps(stated).encode()}))
    assert refused(calplan("show", "f.plan", "--verify-key", public), "f.plan is refused: ")


def test_where_a_signature_is_asked_for_nothing_but_a_saved_plan_is_applied(corp: Path) -> None:
    """Whoever swaps the plan for a folder must not get by without the signature."""
    _, public = keys("ours")
    said = calplan("apply", corp, "--auto-approve", "--verify-key", public)
    assert refused(said, "is no saved plan, so nothing in it is signed")


def sign_with(corp: Path, key: str | Path) -> Said:
    said = calplan("plan", corp, "--out", "corp.plan", "--sign-key", key)
    assert not Path("corp.plan").exists()
    assert "PRIVATE KEY" not in said.err
    return said


def test_keys_that_cannot_sign_are_refused_before_anything_is_read(corp: Path) -> None:
    ed, protected = ed25519.Ed25519PrivateKey.generate(), serialization.BestAvailableEncryption(b"x")
    keys("curve", ec.generate_private_key(ec.SECP256R1()))
    for name, data in (("locked", private_pem(ed, protected)), ("junk", b"-----BEGIN PRIVATE KEY-----\nhello")):
        Path(f"{name}.key").touch(0o600)
        Path(f"{name}.key").write_bytes(data)
    expected = {
        "curve.key": "its key is not of the kind ed25519",
        "locked.key": "the key is encrypted",
        "junk.key": "it holds no private key in PEM form",
    }
    for file, reason in expected.items():
        said = sign_with(corp, file)
        assert (said.code, reason in said.err) == (ExitCode.NOT_AUTHORISED, True), said.err
    assert not (corp / "corp.db").exists()


@pytest.mark.parametrize("mode", [0o644, 0o640, 0o660, 0o604])
def test_a_private_key_that_others_can_read_is_refused(mode: int, corp: Path) -> None:
    private, _ = keys("ours")
    private.chmod(mode)
    said = sign_with(corp, private)
    assert said.code is ExitCode.NOT_AUTHORISED
    assert "others than its owner can read or change this private key" in said.err


def test_a_key_file_that_is_not_there_is_a_mistake_on_the_command_line(corp: Path) -> None:
    assert sign_with(corp, "nowhere.key").code is ExitCode.USAGE
    calplan("plan", corp, "--out", "corp.plan")
    assert calplan("show", "corp.plan", "--verify-key", "nowhere.pub").code is ExitCode.USAGE


def test_a_pipe_is_no_key(corp: Path) -> None:
    os.mkfifo("pipe")
    assert sign_with(corp, "pipe").code is ExitCode.NOT_AUTHORISED
    calplan("plan", corp, "--out", "corp.plan")
    assert calplan("show", "corp.plan", "--verify-key", "pipe").code is ExitCode.USAGE


def test_a_private_key_does_not_check_a_plan(corp: Path) -> None:
    private, _ = keys("ours")
    said = calplan("show", signed(corp, private), "--verify-key", private)
    assert said.code is ExitCode.USAGE
    assert "it holds no public key in PEM form" in said.err


def test_signing_needs_a_file_to_sign(corp: Path) -> None:
    private, _ = keys("ours")
    said = calplan("plan", corp, "--sign-key", private)
    assert said.code is ExitCode.USAGE
    assert "--sign-key signs a saved plan, so it needs --out FILE" in said.err


def test_a_key_never_shows_itself() -> None:
    key = ed25519.Ed25519PrivateKey.generate()
    assert repr(signing_key(private_pem(key))) == str(signing_key(private_pem(key))) == "SigningKey()"
