"""The probe: whether the account of a policy may open the calendar and contacts of somebody else's mailbox."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final, TypeVar

from calplan.model.service import ExchangeEws, Impersonation, Office365Ews
from calplan.policyfile.documents import StatedProvider
from calplan.providers.checkup import Check, doubtful, failed, passed
from calplan.providers.endpoints import BadEndpointError
from calplan.providers.errors import ProviderError
from calplan.providers.exchange.attempts import PATIENCE, Attempts
from calplan.providers.exchange.builds import Build, version_check
from calplan.providers.exchange.door import knock
from calplan.providers.exchange.heard import Ear, Heard
from calplan.providers.exchange.library import set_up
from calplan.providers.exchange.line import Line
from calplan.providers.exchange.outcomes import Failure, Outcome, ending
from calplan.providers.exchange.task import Probing, SignIn, Target, impersonation_of
from calplan.providers.exchange.watch import Watch
from calplan.providers.exchange.words import Speaker
from calplan.providers.http.retry import Patience, Time
from calplan.providers.secret import Secret
from calplan.providers.secrets import resolve
from calplan.providers.trust import Trust

T = TypeVar("T")
ADDRESS: Final = "EWS address"
ANSWER: Final = "EWS answer"
PASSWORD: Final = "impersonation password"  # noqa: S105 - what a check is about
SIGN_IN: Final = "EWS sign-in"
FOLDERS: Final = {"calendar": "Calendar", "contacts": "Contacts"}
"""Folders as sentences call them, and as the library does."""


def probe_exchange(  # noqa: PLR0917 - who, where from, whom, where from, on whose trust, and when
    stated: StatedProvider,
    file: Path,
    service: ExchangeEws | Office365Ews,
    policy_file: Path,
    trust: Trust,
    time: Time | None = None,
    *,
    patience: Patience = PATIENCE,
) -> tuple[Check, ...]:
    """What a probe finds, up to what makes going on useless.

    ``file`` is the one that states the provider. The password is resolved relative to the folder of ``policy_file``,
    once the server has asked for one; it goes to the host of the policy's URL and nowhere else. Only folders' headers
    are read, never an item.
    """
    probing, impersonation = Probing.of(stated, file), impersonation_of(service)
    try:
        target = Target.of(service)
    except BadEndpointError as error:
        return (_unusable(error),)
    if impersonation is not None and probing.mailbox == impersonation.account:
        return (_proves_nothing(probing.mailbox),)
    ear = Ear()
    with Watch(patience.in_all) as watch:
        probe = _Probe(
            probing=probing,
            target=target,
            impersonation=impersonation,
            line=partial(Line, target=target, ca_file=probing.ca_file, ear=ear, watch=watch),
            ear=ear,
            attempts=Attempts(patience, time or Time()),
            timeout=(patience.connect, patience.read),
        )
        return tuple(probe.checks(policy_file, trust))


def _unusable(error: BadEndpointError) -> Check:
    wrong = ProviderError(f"no password may be sent to the policy's `ewsUrl`: {error}")
    return failed(ADDRESS, wrong, "write it as https://host/EWS/Exchange.asmx")


def _proves_nothing(mailbox: str) -> Check:
    wrong = ProviderError(f"{mailbox} is the impersonation account itself, so opening its mailbox proves nothing")
    return failed("probe mailbox", wrong, "state somebody else's mailbox as `probeMailbox` of the exchange provider")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Probe:
    """One probe of one server."""

    probing: Probing
    target: Target
    impersonation: Impersonation | None
    line: Callable[[], Line]
    ear: Ear
    attempts: Attempts
    timeout: tuple[float, float]

    def checks(self, policy_file: Path, trust: Trust) -> Iterator[Check]:
        """Each thing that was found, in the order it was looked for."""
        speaker = Speaker(target=self.target, probing=self.probing, impersonation=self.impersonation)
        sign_in = None if self.impersonation is None else self.probing.sign_in
        knocking = partial(knock, self.target, self.line, self.ear, self.timeout, sign_in)
        offered = self.attempts.until_not_busy(knocking)
        if isinstance(offered, Failure):
            yield speaker.check(ANSWER, offered)
            return
        if self.impersonation is None:
            yield self._nothing_proven(offered)
            return
        yield passed(ANSWER, f"{self.target.place} asks who is there and offers {_listed(offered)}")
        try:
            secret = _password(self.impersonation, policy_file, trust)
        except ProviderError as error:
            yield failed(PASSWORD, error, "provide what `impersonation.passwordFrom` of the policy names")
            return
        with set_up(self.line, trust.redactor, self.timeout):
            yield from self._with_library(speaker, self.impersonation, secret)

    def _nothing_proven(self, offered: frozenset[str]) -> Check:
        found = (
            f"{self.target.place} asks who is there and offers {_listed(offered)}, as EWS does; as the policy states"
        )
        found += " no impersonation, no password was sent and nothing is proven about anybody's rights"
        if offered & {one.value for one in SignIn} or "negotiate" in offered:
            return passed(ANSWER, found)
        return doubtful(ANSWER, found, "see that users can get tokens for it: nobody signs in there with a password")

    def _with_library(self, speaker: Speaker, impersonation: Impersonation, secret: Secret) -> Iterator[Check]:
        mailbox = self._tried(lambda: self._mailbox(speaker.username, secret))
        build = mailbox if isinstance(mailbox, Failure) else self._tried(lambda: _build(mailbox))
        if isinstance(build, Failure):
            yield speaker.check(SIGN_IN, build)
            return
        how = self.probing.sign_in.value
        yield passed(SIGN_IN, f"{self.target.place} takes the password of {speaker.username} ({how})")
        yield version_check(build, impersonation.exchange_version)
        for name, theirs in FOLDERS.items():
            subject = f"impersonation: {name}"
            opened = self._tried(partial(_opened, mailbox, theirs))
            if isinstance(opened, Failure):
                yield speaker.check(subject, opened)
                if opened.outcome not in (Outcome.FOLDER_DENIED, Outcome.FOLDER_MISSING):
                    return
                continue
            found = f"{impersonation.account} opens the {name} of {self.probing.mailbox} in its owner's name"
            yield passed(subject, f"{found}; of other mailboxes this proves nothing, since the role can be scoped")

    def _mailbox(self, username: str, secret: Secret) -> Any:  # noqa: ANN401 - the library says nothing of its types
        """The mailbox as the library opens it; nothing is sent yet."""
        import exchangelib  # noqa: PLC0415 - slow, and set up for this block alone

        basic = self.probing.sign_in is SignIn.BASIC
        # What is no Latin letter has to reach the server in UTF-8; left to itself the library would stumble over it.
        password = secret.reveal().encode() if basic else secret.reveal()
        config = exchangelib.Configuration(
            service_endpoint=self.target.url,
            credentials=exchangelib.Credentials(username, password),
            auth_type=exchangelib.BASIC if basic else exchangelib.NTLM,
            retry_policy=exchangelib.FailFast(),
            max_connections=1,
        )
        return exchangelib.Account(
            self.probing.mailbox,
            config=config,
            access_type=exchangelib.IMPERSONATION,
            autodiscover=False,
            default_timezone=exchangelib.UTC,
            locale="en_US",
        )

    def _tried(self, step: Callable[[], T]) -> T | Failure:
        """What a step gives, or how it ended; a busy server is asked again."""

        def once() -> T | Failure:
            self.ear.last = Heard()
            try:
                return step()
            except Exception as error:  # noqa: BLE001 - the library lets errors of others through, of any class
                return ending(error, self.ear.last, self.probing.sign_in)

        return self.attempts.until_not_busy(once)


def _password(impersonation: Impersonation, policy_file: Path, trust: Trust) -> Secret:
    if impersonation.password_from is None:
        raise ProviderError("the policy names no password for the impersonation account")
    return resolve(impersonation.password_from, trust, policy_file.parent)


def _build(mailbox: Any) -> Build:  # noqa: ANN401 - the library says nothing of its types
    """The server's build; asking for it signs in."""
    build = mailbox.protocol.version.build
    return build.major_version, build.minor_version, build.major_build or 0, build.minor_build or 0


def _opened(mailbox: Any, name: str) -> str:  # noqa: ANN401 - as above
    """The id of a folder: with the library's shortcut to it, other folders would be searched as well."""
    from exchangelib import folders  # noqa: PLC0415 - slow, and set up for this block alone

    return str(getattr(folders, name).get_distinguished(root=folders.Root(account=mailbox)).id)


def _listed(offered: frozenset[str]) -> str:
    return ", ".join(sorted(offered))
