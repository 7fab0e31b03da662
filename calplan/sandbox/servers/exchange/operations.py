"""What the operations of Exchange answer."""

from dataclasses import dataclass
from typing import Final

from calplan.sandbox.servers.exchange.asked import Asked, Impersonated
from calplan.sandbox.servers.exchange.keys import ExchangeKeys
from calplan.sandbox.servers.exchange.mailboxes import Mailbox, Mailboxes
from calplan.sandbox.servers.exchange.replies import FOLDERS, TIME_ZONES, Fault, Refusal, folder, resolution

NO_MAILBOX: Final = "The SMTP address has no mailbox associated with it."
DENIED: Final = Refusal("ErrorAccessDenied", "Access is denied. Check credentials and try again.")


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations, for one who signed in."""

    keys: ExchangeKeys
    mailboxes: Mailboxes

    def answer(self, asked: Asked) -> str | Refusal | Fault:
        """What an operation gives, or why it gives nothing."""
        owner = self._impersonated(asked)
        if isinstance(owner, Fault):
            return owner
        match asked.operation:
            case "ConvertId":
                return Refusal("ErrorInvalidIdMalformed", "Id is malformed.")
            case "GetFolder":
                return self._folder(asked, owner)
            case "ResolveNames":
                found = self.mailboxes.find(asked.entry or "")
                nobody = Refusal("ErrorNameResolutionNoResults", "No results were found.")
                return nobody if found is None else resolution(found.primary)
            case "GetServerTimeZones":
                return TIME_ZONES
            case _:
                return Fault("ErrorInvalidRequest", "The request is invalid.")

    def _impersonated(self, asked: Asked) -> Mailbox | Fault | None:
        """Whose mailbox the caller asks to act in; ``None`` where he acts as himself."""
        if asked.nameless:
            return Fault("ErrorInvalidExchangeImpersonationHeaderData", "ExchangeImpersonation names nobody.")
        if not asked.impersonated:
            return None
        if len(asked.impersonated) > 1:
            return Fault("ErrorMoreThanOneAccessModeSpecified", "More than one access mode was specified.")
        (one,) = asked.impersonated
        found = self._named(one)
        if not self.keys.covers(one.name if found is None else found.primary):
            words = "The account does not have permission to impersonate the requested user."
            return Fault("ErrorImpersonateUserDenied", words)
        if found is None:
            return Fault("ErrorNonExistentMailbox", NO_MAILBOX)
        if one.by == "PrimarySmtpAddress" and one.name != found.primary:
            words = "The primary SMTP address must be specified when referencing a mailbox."
            return Fault("ErrorNonPrimarySmtpAddress", words)
        return found

    def _named(self, one: Impersonated) -> Mailbox | None:
        found = None if one.by == "SID" else self.mailboxes.find(one.name)
        if found is not None and one.by == "PrincipalName" and one.name != found.login:
            return None
        return found

    def _folder(self, asked: Asked, owner: Mailbox | None) -> str | Refusal | Fault:
        name = asked.folder
        if name not in FOLDERS:
            return Refusal("ErrorFolderNotFound", "The specified folder could not be found in the store.")
        caller = self.mailboxes.find(self.keys.account)
        acting = owner or caller
        wanted = acting if asked.mailbox is None else self.mailboxes.find(asked.mailbox)
        if wanted is None and asked.mailbox is None:
            words = "When making a request as an account that does not have a mailbox, you must specify one."
            return Fault("ErrorMissingEmailAddress", words)
        if wanted is None:
            return Refusal("ErrorNonExistentMailbox", NO_MAILBOX)
        if wanted != acting or name in self.keys.denied_folders:
            return DENIED
        return folder(wanted.primary, name)
