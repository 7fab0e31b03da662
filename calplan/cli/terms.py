"""The terms under which an account is planned: what its owner puts up with, the day, and who writes what."""

from datetime import date
from pathlib import Path

from calplan.cli import clock
from calplan.plan.build import Terms
from calplan.policyfile.documents import AccountDocument
from calplan.policyfile.receipt_file import receipts_in
from calplan.providers.base import Capabilities


def terms_of(
    account: AccountDocument, able: Capabilities, *, as_of: date | None, allowed: frozenset[str], by: str | None
) -> Terms:
    """The terms of an account as it was chosen, on its platform. Dated rules are judged as of today by default."""
    notice = account.notice
    return Terms(
        limits=account.limits,
        ages=account.max_evidence_age,
        owner=account.owner or "",
        as_of=as_of or clock.today(),
        at=clock.now(),
        modes=able.modes,
        provider=able.platform,
        others=able.others,
        labels=able.labels,
        group_model=account.groups,
        allowed=allowed,
        by=by,
        windows=account.windows,
        freezes=account.freezes,
        notice=notice,
        receipts=() if notice is None else receipts_in(Path(notice.receipt)),
    )
