"""Where the state lives: a SQLite file, or a PostgreSQL database."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Self
from urllib.parse import parse_qsl, unquote

from calplan.state.errors import StateError

DEFAULT: Final = Path(".calplan") / "state.db"
FORM: Final = "postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with whatever is no letter or digit percent-encoded"

SCHEME: Final = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
POSTGRESQL: Final = frozenset({"postgresql", "postgres", "postgresql+psycopg"})
ADDRESS: Final = re.compile(
    r"""//(?:(?P<user>[^:@/?\#]*)(?::(?P<password>[^@/?\#]*))?@)?
    (?P<host>[^:@/?\#\[\]]*|\[[0-9A-Fa-f:.]+\])(?::(?P<port>[0-9]{1,5}))?
    (?:/(?P<database>[^:@/?\#]*))?(?:\?(?P<query>[^\#]*))?""",
    re.VERBOSE,
)
"""An address whose parts are certain. Where a password has signs of its own in it, nobody can tell where it ends."""
KEYWORDS: Final = re.compile(r"\b(?:password|passwd|dbname|host|user)\s*=", re.IGNORECASE)
SECRETS: Final = frozenset({"password", "sslpassword", "oauth_client_secret", "scram_client_key", "scram_server_key"})
"""Parameters of a connection whose values are secrets."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where the state lives; ``name`` can be shown to anybody.

    ``file`` is the SQLite file, or ``None`` for PostgreSQL, which is reached with ``parameters``.
    """

    name: str
    file: Path | None
    parameters: tuple[tuple[str, str], ...] = field(default=(), repr=False)

    @classmethod
    def of(cls, text: str | None) -> Self:
        """The place that a text names: a path, ``sqlite:///PATH`` or ``postgresql://``; the default for none.

        Raises:
            StateError: it is no place for the state. The text, which may hold a password, is not repeated.
        """
        if not text:
            return cls._in_file(DEFAULT)
        scheme = SCHEME.match(text)
        if scheme is None:
            if KEYWORDS.search(text):
                raise StateError(f"the place of the state is given in a form that is not read; write {FORM}")
            return cls._in_file(Path(text))
        kind, rest = scheme[1].lower(), text[scheme.end() :]
        if kind in POSTGRESQL:
            return cls._in_postgresql(rest)
        if kind == "sqlite":
            return cls._in_file(_file_of(rest))
        raise StateError(f"the state can live in a file or in PostgreSQL, and {kind}: is neither; write {FORM}")

    @classmethod
    def _in_file(cls, file: Path) -> Self:
        return cls(name=str(file), file=file)

    @classmethod
    def _in_postgresql(cls, rest: str) -> Self:
        address = ADDRESS.fullmatch(rest)
        if address is None:
            raise StateError(f"the address of the state cannot be read; write {FORM}")
        named = {
            "user": address["user"],
            "password": address["password"],
            "host": address["host"].strip("[]"),
            "port": address["port"],
            "dbname": address["database"],
        }
        parameters = {key: unquote(value) for key, value in named.items() if value}
        parameters.update(parse_qsl((address["query"] or "").replace("+", "%2B")))  # here a plus is a plus
        name = _shown(parameters)
        if any(value in name for key, value in parameters.items() if key in SECRETS):
            name = "PostgreSQL, whose address is not shown since it contains the password"
        return cls(name=name, file=None, parameters=tuple(parameters.items()))

    @property
    def secrets(self) -> frozenset[str]:
        """What no message may contain."""
        return frozenset(value for key, value in self.parameters if key in SECRETS)


def _file_of(rest: str) -> Path:
    """The file of ``sqlite:///PATH``, with what follows the scheme given."""
    path = rest.removeprefix("///")
    if path == rest or not path or path == ":memory:" or "?" in path:
        raise StateError("the address of the state cannot be read; a SQLite file is sqlite:///PATH, or just its path")
    return Path(path)


def _shown(parameters: dict[str, str]) -> str:
    """An address with no more than where it leads and as whom."""
    user = f"{parameters['user']}@" if "user" in parameters else ""
    port = f":{parameters['port']}" if "port" in parameters else ""
    return f"postgresql://{user}{parameters.get('host', '')}{port}/{parameters.get('dbname', '')}"
