"""Where the state lives is told by a text, which may hold a password that nobody is shown."""

from pathlib import Path

import pytest

from calplan.state.errors import StateError
from calplan.state.place import DEFAULT, Place

WORD = "hunter2"


@pytest.mark.parametrize("text", [None, ""])
def test_the_state_lives_in_the_working_directory_unless_somebody_says_otherwise(text: str | None) -> None:
    place = Place.of(text)
    assert (place.file, place.name) == (DEFAULT, ".calplan/state.db")


@pytest.mark.parametrize(
    "text, file",
    [
        ("state.db", "state.db"),
        ("/var/lib/x y.db", "/var/lib/x y.db"),
        ("sqlite:///kept/state.db", "kept/state.db"),
        ("sqlite:////var/lib/state.db", "/var/lib/state.db"),
        ("SQLite:///state.db", "state.db"),
        ("a?b#c%41.db", "a?b#c%41.db"),
        ("C:state.db", "C:state.db"),
    ],
)
def test_a_path_or_an_address_of_sqlite_names_a_file(text: str, file: str) -> None:
    assert Place.of(text).file == Path(file)


@pytest.mark.parametrize(
    "text, name, parameters",
    [
        (
            f"postgresql://ann:{WORD}@db.corp.example:5433/calplan?sslmode=require",
            "postgresql://ann@db.corp.example:5433/calplan",
            {"user": "ann", "password": WORD, "host": "db.corp.example", "port": "5433", "sslmode": "require"},
        ),
        (
            "postgres://db.corp.example/calplan",
            "postgresql://db.corp.example/calplan",
            {"host": "db.corp.example"},
        ),
        (
            f"POSTGRESQL+psycopg://ann@/calplan?host=/run/pg&password={WORD}+%2B",
            "postgresql://ann@/run/pg/calplan",
            {"user": "ann", "password": f"{WORD}++", "host": "/run/pg"},
        ),
        (
            f"postgresql://ann:{WORD}%40%2F@[::1]/calplan",
            "postgresql://ann@::1/calplan",
            {"user": "ann", "password": f"{WORD}@/", "host": "::1"},
        ),
    ],
)
def test_an_address_of_postgresql_is_taken_apart_and_shown_without_its_password(
    text: str, name: str, parameters: dict[str, str]
) -> None:
    place = Place.of(text)
    assert place.file is None
    assert place.name == name
    assert dict(place.parameters) == {"dbname": "calplan", **parameters}
    assert WORD not in repr(place) + str(place)
    assert place.secrets == {value for key, value in parameters.items() if key == "password"}


@pytest.mark.parametrize(
    "text",
    [
        f"postgresql://ann:{WORD}/x@db.corp.example/calplan",
        f"postgresql://ann:{WORD}@x@db.corp.example/calplan",
        f"postgresql://ann:{WORD}#@db.corp.example/calplan",
        f"postgresql://ann:{WORD}?@db.corp.example/calplan",
        f"postgresql://ann:{WORD}:x@db.corp.example/cal:plan",
        f"postgresql://db.corp.example:{WORD}/calplan",
        f"postgresql:ann:{WORD}@db.corp.example/calplan",
        f"postgresql:/ann:{WORD}@db.corp.example/calplan",
        f"postgresql+asyncpg://ann:{WORD}@db.corp.example/calplan",
        f"mysql://ann:{WORD}@db.corp.example/calplan",
        f"https://ann:{WORD}@db.corp.example/calplan",
        f"host=db.corp.example password={WORD} dbname=calplan",
        f"sqlite://ann:{WORD}@x",
        f"sqlite:///x.db?key={WORD}",
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite:state.db",
    ],
)
def test_what_is_no_certain_place_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(StateError) as told:
        Place.of(text)
    said = str(told.value)
    assert WORD not in said
    assert "\n" not in said
    assert "postgresql://USER:PASSWORD@HOST:PORT/DATABASE" in said or "sqlite:///PATH" in said
