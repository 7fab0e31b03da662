"""``calplan notify``: messages to the people whom a plan concerns, written to a folder; nothing is sent."""

import os
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Final

import click

from calplan.cli import completing
from calplan.cli.exit_codes import ExitCode, StopError
from calplan.cli.keys import keys_to_check, verify_option
from calplan.cli.notify_folder import write_folder
from calplan.cli.notify_request import day_from, groups_named, languages_read, sender_of, with_help_desk
from calplan.cli.notify_texts import copy_texts, texts
from calplan.cli.options import day_of, output_option
from calplan.cli.output import Target, emit, say, targets
from calplan.cli.source import saved_plan
from calplan.model.plural import plural
from calplan.plan.document import PlanDocument
from calplan.plan.planfile import SavedPlan
from calplan.render.notices.audience import Audience, is_redacted
from calplan.render.notices.message import Letterhead
from calplan.render.notices.rendered import Notices, Order, rendered
from calplan.render.notices.sources import NoticeError
from calplan.render.notices.summary import summary_json, summary_text
from calplan.render.notices.words import shared
from calplan.render.untrusted import for_terminal

FORMATS: Final = ("text", "json")


@click.command()
@click.argument(
    "plan_file", metavar="PLAN", shell_complete=completing.plans, type=click.Path(path_type=Path), required=False
)
@click.option("--render", "folder", metavar="DIR", type=click.Path(path_type=Path), help="Where the files go.")
@click.option(
    "--date",
    "on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help='The day of "on or after DATE" in each message; the day of the plan where left out.',
)
@click.option("--lang", default="en", show_default=True, metavar="LANG[,LANG]", help="Languages; the first is default.")
@click.option(
    "--language-of",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="Who reads which language: CSV with the columns email and language.",
)
@click.option("--group", "groups", metavar="NAME", multiple=True, help="Messages of its own for a group; may repeat.")
@click.option("--from", "sender", metavar="ADDRESS", help="Who writes; the account's owner where left out.")
@click.option("--help-desk", metavar="TEXT", help="How the help desk is reached, in one line.")
@click.option("--templates", metavar="DIR", type=click.Path(path_type=Path), help="Texts of your own, file by file.")
@click.option(
    "--copy-templates", metavar="DIR", type=click.Path(path_type=Path), help="Write the shipped texts there to edit."
)
@output_option(FORMATS)
@verify_option
def notify(
    plan_file: Path | None,
    *,
    folder: Path | None,
    on: datetime | None,
    lang: str,
    language_of: Path | None,
    groups: tuple[str, ...],
    sender: str | None,
    help_desk: str | None,
    templates: Path | None,
    copy_templates: Path | None,
    output: tuple[str, ...],
    verify_key: tuple[Path, ...],
) -> ExitCode:
    """Write what tells people of a saved plan. Nothing is sent.

    DIR gets a message for each outcome, group and language (.eml and Markdown), the list of recipients for a mail
    merge, a page for the help desk, and the form of the receipt that the gate `notice` asks for.

    Texts are Jinja2 templates. Get them with --copy-templates DIR, change some, and use them with --templates DIR.
    """
    outputs = targets(output, FORMATS)
    if copy_templates is not None:
        names = copy_texts(copy_templates)
        emit((f"Wrote {plural(len(names), 'file')} to {for_terminal(str(copy_templates))}.\n",))
        return ExitCode.DONE
    if plan_file is None or folder is None:
        raise StopError(ExitCode.USAGE, "error: say which plan and where to: calplan notify PLAN --render DIR")
    saved = _readable(plan_file, verify_key)
    document, users = saved.document, saved.users
    day = day_from(day_of(on), document)
    languages = languages_read(lang, language_of, users)
    try:
        source = texts(templates)
        order = Order(
            document=document,
            audience=Audience(document, users, languages, groups_named(groups, document)),
            languages=languages,
            sources=source,
            shared=with_help_desk(shared(source), help_desk),
            day=day,
            head=Letterhead(sender=sender_of(sender, document), made_at=saved.created_at),
        )
        notices = rendered(order)
    except NoticeError as error:
        raise StopError(ExitCode.INVALID, f"error[{error.code}]: {error}") from error
    return _finish(notices, document, folder, day, outputs)


def _finish(notices: Notices, document: PlanDocument, folder: Path, day: date, outputs: Sequence[Target]) -> ExitCode:
    if notices.messages:
        write_folder(folder, document["plan_id"], notices.files)
    else:
        say("Nobody has to be told of this plan, so nothing is written.")
    for target in outputs:
        form = summary_json if target.format == "json" else summary_text
        if notices.messages or target.format == "json":
            emit(form(notices, document, str(folder), day), target.file)
    return ExitCode.DONE


def _readable(plan_file: Path, verify_key: tuple[Path, ...]) -> SavedPlan:
    """The saved plan.

    Raises:
        StopError: there is none, or its addresses are not those of people.
    """
    if not os.path.lexists(plan_file):
        raise StopError(ExitCode.USAGE, f"error: there is no file {plan_file}")
    saved = saved_plan(plan_file, keys_to_check(verify_key))
    if saved is None:
        raise StopError(ExitCode.INVALID, f"error: {plan_file} is no saved plan. Make one: calplan plan --out FILE")
    if is_redacted(saved.document, saved.users):
        message = f"error: {plan_file} is redacted: its addresses stand for others, so nobody could be written to"
        raise StopError(ExitCode.USAGE, f"{message}. Use the plan that was saved without --redact")
    return saved
