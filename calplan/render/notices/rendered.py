"""All files that tell people of a plan, as bytes by their names; the same plan and texts give the same bytes."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from calplan.plan.document import PlanDocument
from calplan.render.notices.audience import BOTH, TOLD, Audience, Languages, Situation
from calplan.render.notices.briefing import Expected, expected
from calplan.render.notices.mail_merge import recipients_csv
from calplan.render.notices.message import Letterhead, Message, eml, html, markdown, message_of, plain
from calplan.render.notices.receipt import how_to_send, receipt_form
from calplan.render.notices.sources import BRIEFING, LAYOUT, Sources
from calplan.render.notices.templates import Templates
from calplan.render.notices.words import Shared, Words, words
from calplan.render.untrusted import for_terminal

RECIPIENTS: Final = "recipients.csv"
RECEIPT: Final = "receipt.template.json"
HOW: Final = "README.md"
UNFIT: Final = re.compile(r"[^a-z0-9]+")
LONGEST_SLUG: Final = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be made: the day from which the change may come, the texts, who writes, and for whom."""

    document: PlanDocument
    audience: Audience
    languages: Languages
    sources: Sources
    shared: Shared
    day: date
    head: Letterhead


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """One message that was made: its file without the ending, what it is about, and how many get it."""

    file: str
    about: str
    next_step: str
    group: str
    language: str
    subject: str
    users: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Notices:
    """Every file by its name in the folder, the messages among them, and what comes to the help desk."""

    files: Mapping[str, bytes]
    messages: tuple[Written, ...]
    expected: Expected

    @property
    def users(self) -> int:
        return sum(one.users for one in self.messages)


@dataclass(slots=True)
class _Drafts:
    """Messages under way: one for all situations in which the same is said."""

    names: dict[tuple[str, str, str, str, str], str]
    messages: dict[str, tuple[Situation, Message]]
    taken: set[str]


def rendered(order: Order) -> Notices:
    """All files that tell people of a plan.

    Raises:
        NoticeError: a template or a word is not as it has to be.
    """
    counts = Counter(situation for _email, situation in order.audience)
    templates = Templates(sources=order.sources)
    vocabulary = {one: words(order.sources, one) for one in order.languages.offered}
    drafts = _Drafts(names={}, messages={}, taken=set())
    files_of = {
        one: _drafted(one, order, templates, vocabulary, drafts)
        for one in sorted(_wanted(counts, order.languages), key=_rank)
    }
    made = tuple(_written(counts, files_of, drafts))
    shares = Counter[tuple[str, str]]()
    for situation, number in counts.items():
        shares[situation.about, situation.next_step] += number
    coming = expected(shares, order.shared.tickets)
    told = sum(counts.values())
    files = dict(_messages(drafts, templates, order.head))
    files |= {name: text.encode() for name, text in _pages(order, templates, vocabulary, coming, told)}
    inserted = {one: _inserted(one, files_of[one], drafts, vocabulary, order.day) for one in counts}
    files[RECIPIENTS] = "".join(recipients_csv(order.audience, inserted)).encode()
    sent = [(f"{one.file}.eml", one.users) for one in made if one.users]
    plan_id = order.document["plan_id"]
    files[RECEIPT] = receipt_form(plan_id, sent).encode()
    files[HOW] = how_to_send(plan_id, len(sent), told).encode()
    return Notices(files=dict(sorted(files.items())), messages=made, expected=coming)


def _written(counts: Mapping[Situation, int], files_of: Mapping[Situation, str], drafts: _Drafts) -> Iterator[Written]:
    users = Counter[str]()
    for situation, number in counts.items():
        users[files_of[situation]] += number
    for name, (one, message) in drafts.messages.items():
        yield Written(
            file=name,
            about=one.about,
            next_step=one.next_step,
            group=one.group,
            language=one.language,
            subject=message.subject,
            users=users[name],
        )


def _wanted(counts: Mapping[Situation, int], languages: Languages) -> Iterator[Situation]:
    """The situations somebody is in; in every language where nobody said who reads which."""
    for one in counts:
        yield one
        if not languages.stated:
            yield from (one._replace(language=other) for other in languages.offered[1:])


def _rank(one: Situation) -> tuple[object, ...]:
    return (TOLD.index(one.about), one.next_step, one.language, one.group, one)


def _drafted(
    situation: Situation, order: Order, templates: Templates, vocabulary: Mapping[str, Words], drafts: _Drafts
) -> str:
    """The name of the file that has this situation's message, which is written unless another one says the same."""
    language = situation.language
    name = f"{language}/{situation.about}.j2"
    text = templates.text(name, _values(situation, order, vocabulary[language]))
    message = message_of(text, order.sources.get(name).place)
    key = (situation.about, situation.next_step, situation.group, language, f"{message.subject}\n{plain(message)}")
    file = drafts.names.get(key)
    if file is None:
        file = drafts.names[key] = _free_name(situation, drafts.taken)
        drafts.messages[file] = (situation, message)
    return file


def _free_name(situation: Situation, taken: set[str]) -> str:
    parts = [situation.about, _slug(situation.next_step), *([situation.before] if situation.before else [])]
    if situation.what != BOTH:
        parts.append(situation.what)
    if situation.group:
        parts.append(_slug(situation.group) or "group")
    stem = f"messages/{situation.language}/{'.'.join(parts)}"
    name, number = stem, 1
    while name.lower() in taken:
        number += 1
        name = f"{stem}.{number}"
    taken.add(name.lower())
    return name


def _slug(text: str) -> str:
    """As much of a name as any file system takes; it need not be unique."""
    plain_text = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return UNFIT.sub("-", plain_text)[:LONGEST_SLUG].strip("-")


def _common(order: Order, language: Words) -> dict[str, object]:
    tables = {name: table for name, table in language.tables.items() if name != "what"}
    return {
        **tables,
        "account": for_terminal(order.document["account"]),
        "plan_id": order.document["plan_id"],
        "date": language.day(order.day),
        "day": order.day.isoformat(),
        "product": order.shared.product,
        "sender": order.shared.sender,
        "help_desk": order.shared.help_desk,
    }


def _values(situation: Situation, order: Order, language: Words) -> dict[str, object]:
    return {
        **_common(order, language),
        **{name: for_terminal(word) for name, word in situation._asdict().items()},
        "what_words": language.tables["what"][situation.what],
    }


def _messages(drafts: _Drafts, templates: Templates, head: Letterhead) -> Iterator[tuple[str, bytes]]:
    for file, (situation, message) in drafts.messages.items():
        page = html(message, situation.language, templates, LAYOUT)
        yield f"{file}.eml", eml(message, page, situation.language, head)
        yield f"{file}.md", markdown(message).encode()


def _pages(
    order: Order, templates: Templates, vocabulary: Mapping[str, Words], coming: Expected, users: int
) -> Iterator[tuple[str, str]]:
    """The page for the help desk, in each language."""
    numbers: dict[str, object] = {
        "outcomes": coming.outcomes,
        "tickets_low": coming.low,
        "tickets_high": coming.high,
        "users": users,
        "active": order.document["impact"]["population"]["active"],
    }
    for language, known in vocabulary.items():
        text = templates.text(f"{language}/{BRIEFING}", {**_common(order, known), **numbers})
        yield f"help-desk.{language}.md", text.strip() + "\n"


def _inserted(
    situation: Situation, file: str, drafts: _Drafts, vocabulary: Mapping[str, Words], day: date
) -> Mapping[str, str]:
    known = vocabulary[situation.language]
    service = known.tables["service"]
    return {
        "file": f"{file}.eml",
        "subject": drafts.messages[file][1].subject,
        "date": known.day(day),
        "what": known.tables["what"][situation.what],
        "before": service.get(situation.before, situation.before),
        "after": service.get(situation.after, situation.after),
    }
