"""The sentences for each way a probe can end: what was found, and what to do. Nothing in them is a server's."""

from dataclasses import dataclass
from typing import Final

from calplan.model.service import Impersonation
from calplan.providers.checkup import Check, failed
from calplan.providers.errors import NotAuthorisedError, ProviderError, UnreachableError
from calplan.providers.exchange.outcomes import Failure, Outcome
from calplan.providers.exchange.task import Probing, Target


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of one ending: the kind of error, what was found, what to do. Braces hold what varies."""

    error: type[ProviderError]
    found: str
    fix: str


ALLOW_PASSWORDS: Final = (
    "let Set-WebServicesVirtualDirectory allow NTLM or Basic there, and see that no authentication policy bars it"
)
WORDS: Final = {
    Outcome.BAD_CREDENTIALS: Said(
        NotAuthorisedError,
        "{place} does not take the password of {username}",
        "compare the secret that `passwordFrom` names, and `username` of the exchange provider (with NTLM it is"
        " DOMAIN\\user); tries with a wrong password can lock the account",
    ),
    Outcome.LOCKED_OUT: Said(
        NotAuthorisedError,
        "{place} says that the account {username} is locked out",
        "correct the password everywhere it is used, then have the account unlocked in Active Directory",
    ),
    Outcome.OTHER_SIGN_IN: Said(
        NotAuthorisedError,
        "{place} offers to sign in with {offered}, and the probe would with {sign_in}; no password was sent",
        "set `authType` of the exchange provider to `{offered}`, or allow {sign_in} on the EWS virtual directory",
    ),
    Outcome.ONLY_BEARER: Said(
        NotAuthorisedError,
        "{place} takes tokens alone (Bearer, modern authentication): a password is of no use there",
        "see that `ewsUrl` is not that of Exchange Online; on premises " + ALLOW_PASSWORDS,
    ),
    Outcome.ONLY_NEGOTIATE: Said(
        NotAuthorisedError,
        "{place} offers Kerberos alone (Negotiate), which the probe does not speak; no password was sent",
        ALLOW_PASSWORDS,
    ),
    Outcome.NO_CHALLENGE: Said(
        NotAuthorisedError,
        "{place} refuses (401) and names no way to sign in that calplan knows",
        "look at the authentication methods of the EWS virtual directory, and at what stands before the server",
    ),
    Outcome.OPEN: Said(
        ProviderError,
        "{place} answers without asking who is there, which EWS never does",
        "see what stands at `ewsUrl`; no password was sent",
    ),
    Outcome.NO_RIGHT: Said(
        NotAuthorisedError,
        "{account} may not impersonate {mailbox}",
        "New-ManagementRoleAssignment -Role:ApplicationImpersonation -User:{account}; where there is one already, see"
        " whether its scope covers this mailbox",
    ),
    Outcome.HEADER_REFUSED: Said(
        ProviderError,
        "{place} cannot tell who is to be impersonated by the name {mailbox} ({name})",
        "state the main address of the mailbox as `probeMailbox`, and see that the account {account} is in order",
    ),
    Outcome.NO_MAILBOX: Said(
        ProviderError,
        "there is no mailbox {mailbox} on {place}",
        "state a mailbox that lies on that server as `probeMailbox`, not one in the cloud",
    ),
    Outcome.NOT_PRIMARY: Said(
        ProviderError,
        "{mailbox} is not the main address of its mailbox",
        "state the main one (Get-Mailbox shows PrimarySmtpAddress) as `probeMailbox`",
    ),
    Outcome.FOLDER_DENIED: Said(
        NotAuthorisedError,
        "{account} is refused this folder of {mailbox}",
        "see whether the role ApplicationImpersonation is assigned, and not only delegate access to some folders",
    ),
    Outcome.FOLDER_MISSING: Said(
        ProviderError,
        "{mailbox} has no such folder",
        "open the mailbox once in Outlook, or state another one as `probeMailbox`",
    ),
    Outcome.DISABLED: Said(
        NotAuthorisedError,
        "EWS is switched off on {place} for the organisation or the mailbox ({code})",
        "Set-OrganizationConfig -EwsEnabled $true, and Set-CASMailbox -EwsEnabled $true for {mailbox} and {account}",
    ),
    Outcome.FRONT_END: Said(
        ProviderError,
        "the front end of {place} refuses ({code})",
        "look this word up in the logs of HttpProxy on the server",
    ),
    Outcome.FORBIDDEN: Said(
        NotAuthorisedError,
        "{place} forbids it (403) and says no more",
        "EWS may be switched off for the organisation or the mailbox, the user agent `calplan` not be allowed"
        " (EwsAllowList), or a proxy may stand before the server",
    ),
    Outcome.REDIRECTED: Said(
        ProviderError,
        "{place} sends requests on to {elsewhere}; nobody followed, and no password went there",
        "state the URL at which EWS itself answers, not that of a web page, as `ewsUrl` of the policy",
    ),
    Outcome.BUSY: Said(
        UnreachableError,
        "{place} is busy or out of order{wait}, and calplan gave up",
        "try again later; if it stays, look at the throttling policy of {account} (Get-ThrottlingPolicy)",
    ),
    Outcome.NOT_EWS: Said(
        ProviderError,
        "{place} answers{status}, but not as EWS does",
        "correct `ewsUrl` of the policy: the path is /EWS/Exchange.asmx",
    ),
    Outcome.NO_VERSION: Said(
        ProviderError,
        "{place} takes none of the versions of EWS that are known",
        "see which Exchange answers there, and look for a newer calplan",
    ),
    Outcome.UNKNOWN_BUILD: Said(
        ProviderError,
        "{place} names a build that the EWS library does not know",
        "look for a newer release of exchangelib; nothing was proven",
    ),
    Outcome.TLS: Said(
        UnreachableError,
        "the certificate of {place} is not trusted, or no secure connection could be made; nothing was sent",
        "state the certificates of your own authority as `caFile` of the exchange provider; there is no way around"
        " checking them",
    ),
    Outcome.TIME: Said(
        UnreachableError,
        "{place} did not answer in time",
        "see that it can be reached from this machine, and try again",
    ),
    Outcome.NAME: Said(
        UnreachableError,
        "the name of {place} is not known to this machine",
        "correct the host in `ewsUrl` of the policy, or the name service of this machine",
    ),
    Outcome.CLOSED: Said(
        UnreachableError,
        "{place} refused or broke off the connection",
        "see that it can be reached from this machine (firewall, port, load balancer), and try again",
    ),
    Outcome.TOO_LARGE: Said(
        ProviderError,
        "{place} sent far more than an answer of EWS holds",
        "see what stands at `ewsUrl`",
    ),
    Outcome.OTHER: Said(
        ProviderError,
        "the probe ended in a way that calplan does not know{named}; nothing was proven",
        "look at the logs of the server for the time of the probe",
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Speaker:
    """Words endings for one probe; ``username`` and ``account`` are those of the policy, if it has any."""

    target: Target
    probing: Probing
    impersonation: Impersonation | None

    @property
    def account(self) -> str:
        return "the account" if self.impersonation is None else self.impersonation.account

    @property
    def username(self) -> str:
        """What the probe signs in as."""
        return self.probing.username or self.account

    def check(self, subject: str, failure: Failure) -> Check:
        """What is said of an ending."""
        said, heard = WORDS[failure.outcome], failure.heard
        name = failure.name if failure.name.isidentifier() else ""
        varying = {
            "place": self.target.place,
            "mailbox": self.probing.mailbox,
            "account": self.account,
            "username": self.username,
            "sign_in": self.probing.sign_in.value,
            "offered": " or ".join(sorted(heard.schemes & {"basic", "ntlm"})),
            "elsewhere": heard.elsewhere or "",
            "code": heard.code or "",
            "name": name,
            "named": f" ({name})" if name else "",
            "status": "" if heard.status is None else f" ({heard.status})",
            "wait": "" if failure.wait is None else f" (it asks to wait {failure.wait:,.0f} seconds)",
        }
        return failed(subject, said.error(said.found.format_map(varying)), said.fix.format_map(varying))
