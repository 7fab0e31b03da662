"""What the options of ``calplan notify`` ask for: the day, the languages, the groups, and who writes."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from email.errors import HeaderParseError
from email.headerregistry import Address
from pathlib import Path

from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.output import say
from calplan.cli.reading import show
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument, PlanUsers
from calplan.policyfile.languages_file import language_tag, languages_in
from calplan.policyfile.row_source import InvalidFileError
from calplan.policyfile.translate import nearest
from calplan.render.notices.audience import Languages
from calplan.render.notices.words import Shared
from calplan.render.untrusted import for_terminal


def day_from(stated: date | None, document: PlanDocument) -> date:
    """The day from which the change may come.

    Raises:
        StopError: it lies before the plan.
    """
    planned = date.fromisoformat(document["as_of"])
    if stated is None:
        say(f"note: messages say on or after {planned}, the day of the plan; --date says another one")
        return planned
    if stated < planned:
        raise StopError(ExitCode.USAGE, f"error: --date {stated} lies before the plan, which is of {planned}")
    return stated


def languages_read(lang: str, file: Path | None, users: PlanUsers) -> Languages:
    """The languages asked for, and who reads which.

    Raises:
        StopError: one is no language, or the file cannot be used.
    """
    offered: list[str] = []
    for word in lang.split(","):
        tag = language_tag(word)
        if tag is None:
            raise StopError(ExitCode.USAGE, f"error: --lang: {word!r} is no language; write it as en or de-at")
        if tag not in offered:
            offered.append(tag)
    if file is None:
        if len(offered) > 1:
            say(f"note: nobody says who reads which language (--language-of FILE), so all are listed with {offered[0]}")
        return Languages(offered=tuple(offered))
    try:
        by_email = languages_in(file, offered)
    except InvalidFileError as error:
        show(error.diagnostics)
        raise StopError(ExitCode.INVALID, f"error: {file} cannot be used") from error
    known = {row["email"] for row in users.rows()}
    strangers = len(by_email.keys() - known)
    if strangers:
        say(f"note: {plural(strangers, 'address is', 'addresses are')} in {file} and not in the plan")
    return Languages(offered=tuple(offered), by_email=by_email, stated=True)


def groups_named(named: Iterable[str], document: PlanDocument) -> tuple[str, ...]:
    """The groups that get messages of their own.

    Raises:
        StopError: no user of the plan is in one of them.
    """
    known = [one["name"] for one in document["impact"]["by_group"]]
    wanted = tuple(dict.fromkeys(named))
    for name in wanted:
        if name not in known:
            near = nearest(name, known)
            hint = f" Did you mean {near!r}?" if near else ""
            raise StopError(ExitCode.USAGE, f"error: --group: no user of the plan is in a group {name!r}.{hint}")
    return wanted


def with_help_desk(known: Shared, help_desk: str | None) -> Shared:
    return known if help_desk is None else replace(known, help_desk=for_terminal(help_desk.strip()))


def sender_of(stated: str | None, document: PlanDocument) -> Address:
    """Who writes: as stated, else the owner of the account.

    Raises:
        StopError: that is no address.
    """
    owner = next((gate["owner"] for gate in document["gates"] if gate["owner"]), "")
    text = stated if stated is not None else owner
    address = _address(text)
    if address is not None:
        return address
    if stated is None:
        message = "error: the account has no owner with an e-mail address, so say who writes: --from ADDRESS"
    else:
        message = f"error: --from: {text!r} is no e-mail address such as it@corp.example"
    raise StopError(ExitCode.USAGE, message)


def _address(text: str) -> Address | None:
    """The address that a text is, or ``None``. A name beside it is for the mailer to add."""
    if not text.isascii() or not text.isprintable():
        return None
    try:
        address = Address(addr_spec=text)
    except (ValueError, IndexError, HeaderParseError):
        return None
    return address if address.username and address.domain else None
