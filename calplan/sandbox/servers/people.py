"""Users, groups and members as the vendor lists them. No field tells of a calendar: the vendor has none."""

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, NamedTuple

from calplan.sandbox.servers.answer import Answer, Call, invalid, no_group, no_user
from calplan.sandbox.servers.pages import PageTokens, cut, page_number, page_size
from calplan.sandbox.servers.world import World

MOST_USERS: Final = 2000
MOST_GROUPS: Final = 300
STATUSES: Final = ("active", "inactive", "pending")
BASIC: Final = 1
LICENSED: Final = 2
OWNER: Final = ("0", "Owner")
MEMBER: Final = ("2", "Member")
NOT_SIMULATED: Final = ("role_id", "license", "include_fields", "encrypted_email", "search_by_unique_id")
"""Filters of the vendor that nothing here honours: to ignore them would be to answer another question."""
COLUMNS: Final = "users.email, facts.status, facts.clients, facts.groups, user_records.licensed"
TABLES: Final = "users JOIN facts ON facts.id = users.facts LEFT JOIN user_records USING (email)"


class Row(NamedTuple):
    """One user as the account shows him."""

    email: str
    status: str
    clients: str
    groups: str | None
    licensed: str | None

    @property
    def type(self) -> int:
        """The vendor's word for the licence; a user of whom the account does not say it is taken to have one."""
        return BASIC if self.licensed == "no" else LICENSED


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """The endpoints about users and groups."""

    world: World
    tokens: PageTokens

    def list_users(self, call: Call) -> Answer:
        """GET /users"""
        _only_simulated(call)
        status = call.query.get("status", "active")
        if status not in STATUSES:
            raise invalid("status")
        size, number, after = page_size(call, most=MOST_USERS), page_number(call), self.tokens.after(call)
        with self.world.view() as connection:
            (total,) = connection.execute(f"SELECT count(*) FROM {TABLES} WHERE status = ?", (status,)).fetchone()  # noqa: S608 - own constants
            found = connection.execute(
                f"SELECT {COLUMNS} FROM {TABLES} WHERE status = ? AND users.email > ?"  # noqa: S608 - own constants
                " ORDER BY users.email LIMIT ? OFFSET ?",
                (status, after, size + 1, 0 if after else (number - 1) * size),
            ).fetchall()
        rows = [(row.email, self._user(row)) for row in map(Row._make, found)]
        users, token = cut(rows, self.tokens, call, size)
        return Answer(body={**_envelope(token, total, size, number), "users": users})

    def show_user(self, call: Call) -> Answer:
        """GET /users/{user}"""
        _only_simulated(call)
        row = self.row(call.names["user"])
        _, role = self._role(row.email)
        return Answer(body={**self._user(row), "role_name": role, "account_id": self.world.account_id})

    def row(self, word: str) -> Row:
        """The user that an id, an address or ``me`` names.

        Raises:
            RefusedError: there is no such user.
        """
        email = self.world.directory.email_of(word)
        if email is None:
            raise no_user(word)
        with self.world.view() as connection:
            query = f"SELECT {COLUMNS} FROM {TABLES} WHERE users.email = ?"  # noqa: S608 - own constants
            found = connection.execute(query, (email,)).fetchone()
        if found is None:
            raise no_user(word)
        return Row._make(found)

    def list_groups(self, call: Call) -> Answer:
        """GET /groups"""
        size, after = page_size(call, most=MOST_GROUPS, usual=MOST_GROUPS), self.tokens.after(call)
        names = self.world.groups.names
        with self.world.view() as connection:
            members = self._members(connection)
        rows = [(one, self._group(one, members)) for one in sorted(names) if one > after]
        groups, token = cut(rows, self.tokens, call, size)
        return Answer(body={"groups": groups, "total_records": len(names), "next_page_token": token})

    def show_group(self, call: Call) -> Answer:
        """GET /groups/{group}"""
        self.require_group(call)
        with self.world.view() as connection:
            return Answer(body=self._group(call.names["group"], self._members(connection)))

    def list_members(self, call: Call) -> Answer:
        """GET /groups/{group}/members"""
        self.require_group(call)
        group, size = call.names["group"], page_size(call, most=MOST_USERS)
        number, after = page_number(call), self.tokens.after(call)
        with self.world.view() as connection:
            classes = [one for one, groups in self._classes(connection).items() if group in groups]
            among = f"facts IN ({', '.join('?' for _ in classes)})"
            total = self._members(connection)[group]
            found = connection.execute(
                f"SELECT {COLUMNS} FROM {TABLES} WHERE users.{among} AND users.email > ?"  # noqa: S608 - own constants
                " ORDER BY users.email LIMIT ? OFFSET ?",
                (*classes, after, size + 1, 0 if after else (number - 1) * size),
            ).fetchall()
        rows = [(row.email, self._member(row)) for row in map(Row._make, found)]
        members, token = cut(rows, self.tokens, call, size)
        return Answer(body={**_envelope(token, total, size, number), "members": members})

    def require_group(self, call: Call) -> None:
        """Refuses a group that is not there."""
        if call.names["group"] not in self.world.groups.names:
            raise no_group(call.names["group"])

    def _user(self, row: Row) -> dict[str, object]:
        item: dict[str, object] = {"email": row.email, "type": row.type, "status": row.status}
        role, _ = self._role(row.email)
        if row.status != "pending":
            item |= {"id": self.world.directory.id_of(row.email), "role_id": role, "verified": 1}
        groups = self._ids(row.groups)
        if groups:
            item["group_ids"] = groups
        # The vendor knows the client a user signed in with last, and no other.
        clients = json.loads(row.clients)
        if clients:
            item["last_client_version"] = clients[0]
        return item

    def _member(self, row: Row) -> dict[str, object]:
        item: dict[str, object] = {"email": row.email, "type": row.type}
        if row.status != "pending":
            item["id"] = self.world.directory.id_of(row.email)
        return item

    def _group(self, group: str, members: Mapping[str, int]) -> dict[str, object]:
        return {"id": group, "name": self.world.groups.names[group], "total_members": members[group]}

    def _role(self, email: str) -> tuple[str, str]:
        return OWNER if email == self.world.directory.owner else MEMBER

    def _ids(self, stated: str | None) -> list[str]:
        """The vendor's ids of the groups that a class of users is in."""
        words: Iterable[str] = json.loads(stated or "[]")
        return sorted({self.world.groups.words[word] for word in words if word in self.world.groups.words})

    def _classes(self, connection: sqlite3.Connection) -> dict[int, list[str]]:
        rows = connection.execute("SELECT id, groups FROM facts").fetchall()
        return {number: self._ids(stated) for number, stated in rows}

    def _members(self, connection: sqlite3.Connection) -> Counter[str]:
        classes = self._classes(connection)
        members = Counter[str]()
        for number, count in connection.execute("SELECT facts, count(*) FROM users GROUP BY facts"):
            members.update(dict.fromkeys(classes[number], count))
        return members


def _envelope(token: str, total: int, size: int, number: int) -> dict[str, object]:
    return {
        "next_page_token": token,
        "page_count": -(-total // size),
        "page_number": number,
        "page_size": size,
        "total_records": total,
    }


def _only_simulated(call: Call) -> None:
    for name in NOT_SIMULATED:
        if name in call.query:
            raise invalid(name, "The sandbox does not simulate this parameter.")
