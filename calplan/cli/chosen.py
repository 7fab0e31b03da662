"""The documents of one account among those of a folder."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.gates_from import Gates
from calplan.cli.reading import about_files, documents
from calplan.guardrails.rules import NO_GUARDRAILS, Guardrails
from calplan.model.diagnostic import Diagnostic
from calplan.model.policy import CalendarPolicy
from calplan.policyfile.documents import AccountDocument, TenantFactsDocument
from calplan.policyfile.guardrails_together import joined
from calplan.policyfile.ownership import Ownership
from calplan.policyfile.packs import recorded
from calplan.policyfile.reader import Reading

NO_POLICY: Final = "error: there is no CalendarPolicy here. To begin with the settings as they are: calplan export PATH"


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """One account with its policy, and what the folder says of its tenant."""

    account: AccountDocument
    policy: CalendarPolicy
    tenant: tuple[TenantFactsDocument, ...]
    diagnostics: tuple[Diagnostic, ...]
    paths: tuple[str, ...]
    policy_file: Path
    guardrails: Guardrails = NO_GUARDRAILS


def choose(paths: Sequence[Path], account: str | None = None, as_of: date | None = None) -> Chosen:
    """The account to work on, with its policy; see ``documents`` for ``as_of``.

    Raises:
        StopError: the documents have errors, name no such account, or several and none was asked for.
    """
    reading = documents(paths, as_of)
    policies = {one.policy.account for one in reading.policies}
    if not policies:
        raise StopError(ExitCode.INVALID, NO_POLICY)
    if account is None and len(policies) != 1:
        names = ", ".join(sorted(policies))
        raise StopError(ExitCode.USAGE, f"error: there are policies for several accounts: {names}. Use --account NAME")
    name = account if account is not None else next(iter(policies))
    return Folder(reading, paths).choose(name)


class Folder:
    """The documents of PATHs by account, put in order once for all of them."""

    def __init__(self, reading: Reading, paths: Sequence[Path]) -> None:
        self.gates = Gates(paths)
        self._policies = {one.policy.account: one for one in reading.policies}
        self._accounts = {one.name: one for one in reading.accounts}
        self._tenant_facts = reading.tenant_facts
        self._guardrails = joined(reading.guardrails)
        self._paths = tuple(map(recorded, paths))
        ownership = Ownership(reading.outlines)
        self._said = [(one, ownership.owners(one)) for one in reading.diagnostics if not about_files(one)]

    def choose(self, name: str) -> Chosen:
        """The account of this name with its policy; what is said of other accounts is left out.

        Raises:
            StopError: there is no such account, or it has no terms where CALPLAN_GATES leads.
        """
        found, owner = self._policies.get(name), self._accounts.get(name)
        if found is not None and owner is None:
            message = f"error: there is no Account document named {name!r}; it says where to look"
            raise StopError(ExitCode.INVALID, message)
        if found is None or owner is None:
            known = ", ".join(sorted(self._policies))
            raise StopError(ExitCode.USAGE, f"error: no policy for an account named {name!r}; there are: {known}")
        under = self.gates.over(owner, self._guardrails)
        said = (one for one, owners in self._said if not owners or name in owners)
        return Chosen(
            account=under.account,
            policy=found.policy,
            tenant=tuple(one for one in self._tenant_facts if one.account in (None, name)),
            diagnostics=(*said, *under.ignored),
            paths=self._paths,
            policy_file=found.file,
            guardrails=under.guardrails,
        )
