"""Scheduling privileges: the one thing of the calendar that the vendor's API lets anybody write."""

import json
from dataclasses import dataclass
from typing import Final

from calplan.model.account import AssistantPair, PrivateAccess
from calplan.sandbox.account.operations import time_text
from calplan.sandbox.servers.answer import Answer, Call, invalid, no_user, not_eligible
from calplan.sandbox.servers.people import LICENSED, People, Row
from calplan.sandbox.servers.world import World

MOST: Final = 30
FLAG: Final = "can_manage_host_private_event"
FLAGS: Final = {PrivateAccess.MANAGED: True, PrivateAccess.HIDDEN: False}
ONLY_LICENSED: Final = "The user must either be a Licensed user or an On-prem user : {}."


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One entry of what is posted: whom it names, and what he may see."""

    word: str
    access: PrivateAccess


@dataclass(frozen=True, slots=True, kw_only=True)
class Assistants:
    """The endpoints about scheduling privileges. There is none to change one: it is deleted and made anew."""

    world: World
    people: People

    def list_assistants(self, call: Call) -> Answer:
        """GET /users/{user}/assistants"""
        host = self.people.row(call.names["user"])
        return Answer(body={"assistants": [self._assistant(*one) for one in self._of(host).items()]})

    def add(self, call: Call) -> Answer:
        """POST /users/{user}/assistants, all of them or none."""
        host = self.people.row(call.names["user"])
        asked = _asked(call.body)
        if host.type != LICENSED:
            raise not_eligible(ONLY_LICENSED.format(call.names["user"]))
        there = self._of(host)
        wanted = {self._assistant_of(host, one.word, there): one.access for one in asked}
        if len(there) + len(wanted) > MOST:
            raise invalid("assistants", f"A user has at most {MOST} assistants.")
        with self.world.account() as account:
            for email, access in wanted.items():
                account.give_privilege(AssistantPair(user=host.email, assistant=email), access)
        for email in wanted:
            self.world.note("user", "Add", f"Add scheduling privilege  - {email} may schedule for {host.email}")
        ids = ",".join(self.world.directory.id_of(email) for email in wanted)
        return Answer(status=201, body={"ids": ids, "add_at": time_text(self.world.clock())})

    def delete(self, call: Call) -> Answer:
        """DELETE /users/{user}/assistants/{assistant}"""
        host = self.people.row(call.names["user"])
        word = call.names["assistant"]
        named = [email for email in self._of(host) if word in (email, self.world.directory.id_of(email))]
        if not named and self.world.directory.email_of(word) is None:
            raise no_user(word)
        self._take(host, named)
        return Answer(status=204)

    def delete_all(self, call: Call) -> Answer:
        """DELETE /users/{user}/assistants"""
        host = self.people.row(call.names["user"])
        self._take(host, list(self._of(host)))
        return Answer(status=204)

    def list_schedulers(self, call: Call) -> Answer:
        """GET /users/{user}/schedulers: for whom a user may schedule; without the flag."""
        assistant = self.people.row(call.names["user"])
        with self.world.view() as connection:
            query = "SELECT user FROM assistants WHERE assistant = ? ORDER BY user"
            hosts = [host for (host,) in connection.execute(query, (assistant.email,))]
        return Answer(body={"schedulers": [{"id": self.world.directory.id_of(one), "email": one} for one in hosts]})

    def _of(self, host: Row) -> dict[str, PrivateAccess]:
        with self.world.view() as connection:
            query = "SELECT assistant, access FROM assistants WHERE user = ? ORDER BY assistant"
            return {email: PrivateAccess(access) for email, access in connection.execute(query, (host.email,))}

    def _assistant(self, email: str, access: PrivateAccess) -> dict[str, object]:
        item: dict[str, object] = {"id": self.world.directory.id_of(email), "email": email}
        return {**item, FLAG: FLAGS[access]} if access in FLAGS else item

    def _assistant_of(self, host: Row, word: str, there: dict[str, PrivateAccess]) -> str:
        email = self.world.directory.email_of(word)
        if email is None:
            raise not_eligible(f"Can't find user {word}.")
        if email == host.email:
            raise not_eligible("Can't assign scheduling privilege to yourself.")
        if self.people.row(email).type != LICENSED:
            raise not_eligible(ONLY_LICENSED.format(email))
        if email in there:
            raise not_eligible(f"User {email} has already granted scheduling privilege.")
        return email

    def _take(self, host: Row, emails: list[str]) -> None:
        with self.world.account() as account:
            for email in emails:
                account.take_privilege(AssistantPair(user=host.email, assistant=email))
        for email in emails:
            self.world.note("user", "Delete", f"Delete scheduling privilege  - {email} for {host.email}")


def _asked(body: bytes) -> list[Asked]:
    """What is posted, entry by entry.

    Raises:
        RefusedError: it is not in the form the vendor documents.
    """
    try:
        posted = json.loads(body)
    except (ValueError, RecursionError):
        raise invalid("body", "Malformed JSON.") from None
    entries = posted.get("assistants") if isinstance(posted, dict) else None
    if not isinstance(entries, list) or not entries:
        raise invalid("assistants")
    if len(entries) > MOST:
        raise invalid("assistants", f"At most {MOST} assistants can be added at once.")
    return [_entry(entry) for entry in entries]


def _entry(entry: object) -> Asked:
    fields = entry if isinstance(entry, dict) else {}
    word, flag = fields.get("id") or fields.get("email"), fields.get(FLAG)
    if not isinstance(word, str) or not word:
        raise invalid("assistants.id", "Either the id or the email is needed.")
    if flag is not None and not isinstance(flag, bool):
        raise invalid(f"assistants.{FLAG}")
    # What the vendor stores where nothing is said is not documented.
    access = PrivateAccess.UNKNOWN if flag is None else PrivateAccess.MANAGED if flag else PrivateAccess.HIDDEN
    return Asked(word=word, access=access)
