"""A secret that somebody wrote where it must not stand is never repeated, not even by a fault."""

from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from calplan.cli.findings import MACHINE_FORMATS
from tests.cli.make import UNLIMITED, Said, calplan, folder, start, write

CANARY = "Tr0ub4dor-canary-7f3a"
URL = "https://mail.corp.example/EWS/Exchange.asmx"


def impersonating(**more: object) -> dict[str, object]:
    acting = {"account": "svc@corp.example", "exchangeVersion": "2016", **more}
    return {
        "integration": {"locked": True, "service": {"type": "exchange-ews", "ewsUrl": URL, "impersonation": acting}}
    }


LITERALS = {
    "password": impersonating(password=CANARY),
    "passwordFrom as text": impersonating(passwordFrom=CANARY),
    "name of a variable": impersonating(passwordFrom={"env": CANARY}),
    "unknown way": impersonating(passwordFrom={"literal": CANARY}),
    "two ways": impersonating(passwordFrom={"env": "CALPLAN_SECRET_EWS", "value": CANARY}),
    "list": impersonating(passwordFrom=[CANARY]),
    "version": impersonating(passwordFrom={"env": "CALPLAN_SECRET_EWS"}, passwordVersion=CANARY),
    "address": {
        "integration": {"service": {"type": "exchange-ews", "ewsUrl": f"https://u:{CANARY}@mail.corp.example/x"}}
    },
}


@pytest.mark.parametrize("policy", LITERALS.values(), ids=LITERALS)
def test_a_literal_secret_in_a_policy_is_refused_and_never_repeated(policy: dict[str, object]) -> None:
    corp = folder(Path("corp"), policy=policy)
    for words in (
        ("validate",),
        *(("validate", "-o", name) for name in ("json", *MACHINE_FORMATS)),
        ("plan",),
        *(("plan", "-o", name) for name in ("json", "github", "gitlab-terraform")),
        ("apply",),
        ("export",),
    ):
        said = calplan(words[0], corp, *words[1:])
        assert said.code is ExitCode.INVALID, words
        assert CANARY not in said.out + said.err, words
    loud = start("plan", corp, CALPLAN_LOG="debug")
    assert CANARY not in loud.stdout + loud.stderr


@pytest.mark.parametrize(
    "credential",
    [CANARY, {"kind": "secret", "from": CANARY}, {"kind": "secret", "value": CANARY}],
    ids=["text", "from", "value"],
)
def test_a_literal_secret_of_an_account_is_refused_and_never_repeated(credential: object) -> None:
    corp = folder(Path("corp"))
    platform = {"type": "zoom", "accountId": "a", "clientId": "b", "credential": credential}
    write(corp / "account.yaml", "Account", {"name": "corp"}, {"platform": platform, "limits": UNLIMITED})
    for command in ("validate", "plan", "apply", "export"):
        said = calplan(command, corp)
        assert said.code is ExitCode.INVALID
        assert CANARY not in said.out + said.err


def run_of(texts: list[Said]) -> str:
    """The id of the run that was applied."""
    return next(one.out for one in texts if " in run " in one.out).partition(" in run ")[2].partition(".")[0]


def test_a_secret_that_is_only_named_is_neither_read_nor_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALPLAN_SECRET_EWS", CANARY)
    corp = folder(Path("corp"), policy=impersonating(passwordFrom={"env": "CALPLAN_SECRET_EWS"}, passwordVersion=2))
    texts = [calplan("plan", corp, "--out", "saved", "-o", name, "--verbose") for name in ("text", "json", "markdown")]
    texts += [calplan("show", "saved", "--check"), calplan("apply", corp, "--auto-approve"), calplan("export", corp)]
    texts += [calplan("drift", corp, "-o", name) for name in ("text", "json")]
    texts += [calplan("rollback", run_of(texts), *words) for words in ((), ("--out", "back.yaml"))]
    assert {one.code for one in texts} == {ExitCode.DONE}, [one.err for one in texts]
    assert not [one for one in texts if CANARY in one.out + one.err]
    kept = [file for file in Path().rglob("*") if file.is_file() and CANARY.encode() in file.read_bytes()]
    assert kept == []
