"""The tables of an account's file.

Users are coded into classes when they are stored: a row of ``facts`` holds the words of one class, exactly as
``RawFacts`` has them, and a row of ``users`` points to it. Reading is then a scan over three short columns, and a
setting is written by deciding once per class. ``users.facts`` is what the platform shows; ``users.truth`` is what is
so, which differs where a source does not show everything. A user's connection is part of the facts.
"""

from typing import Final

from calplan.model.user import RawFacts

APPLICATION_ID: Final = 0x63616C70
"""``calp``: what tells an account from any other SQLite file."""
LAYOUT: Final = 1
OWNER: Final = "account"
"""The row of ``world`` with the name of the Account this file was made for, where it was made for one."""

FACT_COLUMNS: Final = ", ".join(f'"{name}"' for name in RawFacts._fields)

TABLES: Final = f"""
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE tenant (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE world (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE facts (id INTEGER PRIMARY KEY, {FACT_COLUMNS});
CREATE TABLE domains (id INTEGER PRIMARY KEY, name TEXT UNIQUE);
CREATE TABLE users (
    email TEXT PRIMARY KEY,
    facts INTEGER NOT NULL REFERENCES facts (id),
    truth INTEGER NOT NULL REFERENCES facts (id),
    domain INTEGER NOT NULL REFERENCES domains (id),
    mailbox TEXT
) WITHOUT ROWID;
CREATE TABLE user_records (
    email TEXT PRIMARY KEY REFERENCES users (email), id TEXT, licensed TEXT, evidence TEXT, as_of TEXT
) WITHOUT ROWID;
CREATE TABLE groups_of_users (id TEXT PRIMARY KEY, name TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE assistants (
    user TEXT NOT NULL, assistant TEXT NOT NULL, access TEXT NOT NULL, PRIMARY KEY (user, assistant)
) WITHOUT ROWID;
CREATE TABLE writes (number INTEGER PRIMARY KEY, setting TEXT NOT NULL, value TEXT NOT NULL);
CREATE TABLE events (
    write INTEGER NOT NULL REFERENCES writes (number), email TEXT NOT NULL, what TEXT NOT NULL,
    PRIMARY KEY (write, email, what)
) WITHOUT ROWID;
PRAGMA application_id = {APPLICATION_ID};
PRAGMA user_version = {LAYOUT};
"""
