"""calplan with the adapter for the five routes in its catalog, for processes of their own."""

import os
from dataclasses import replace

from calplan.cli.main import main
from calplan.policyfile.documents import AccountDocument
from calplan.providers import catalog
from calplan.providers.base import Platform
from calplan.providers.catalog import Opening
from tests.loopback.adapter import FIVE_ROUTES


def _broken(_account: AccountDocument, _opening: Opening) -> Platform:
    """A fault of an adapter that speaks of a secret."""
    raise ZeroDivisionError(os.environ["CALPLAN_SECRET_ZOOM"])


def launch() -> None:
    """Run calplan; with ``BROKEN`` in the environment the adapter has a fault."""
    adapter = replace(FIVE_ROUTES, read=_broken) if os.environ.get("BROKEN") else FIVE_ROUTES
    catalog.CATALOG["zoom"] = adapter  # type: ignore[index]  # a table that is only read, except here
    main()
