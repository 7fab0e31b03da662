"""A plan for 200,000 users, from the account to the comment on a pull request."""

from pathlib import Path

import pytest

from calplan.cli.exit_codes import ExitCode
from tests.cli.make import LOCKED, calplan, state, write

LIMIT_OF_A_COMMENT = 65_536


@pytest.mark.slow
def test_a_plan_for_200_000_users_fits_a_comment_and_says_what_it_left_out(tmp_path: Path) -> None:
    big = tmp_path / "big"
    big.mkdir()
    made = calplan("sandbox", "create", big / "big.db", "--users", "200000", "--seed", "7")
    assert made.code is ExitCode.DONE, made.err
    spec = {"platform": {"type": "local", "path": "big.db"}, "owner": "admin@corp.example"}
    write(big / "account.yaml", "Account", {"name": "sandbox"}, spec)
    state(big, {**LOCKED, "allowedDomains": ["contoso.com"]}, name="sandbox")
    said = calplan("plan", big, "-o", "markdown=none.md", "-o", "text=plan.txt", "--out", "big.plan")
    assert said.code is ExitCode.DONE, said.err
    assert calplan("show", "big.plan", "-o", "markdown=all.md", "--users", "all").code is ExitCode.DONE
    none, everybody = (Path(name).read_text(encoding="utf-8") for name in ("none.md", "all.md"))
    last = Path("plan.txt").read_text(encoding="utf-8").splitlines()[-1]
    for text in (none, everybody):
        assert len(text.encode()) < LIMIT_OF_A_COMMENT
        assert f"**{last}**" in text
    assert "Users are not named here: `calplan impact PLAN` lists them." in none
    assert "@" not in none
    assert " users by name. All of it: `calplan show PLAN`" in everybody
