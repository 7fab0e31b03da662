"""Ids as Google writes them, always the same for the same word."""

import json
import string
from hashlib import sha256
from typing import Final

DIGITS_OF_A_USER: Final = 20
"""A user's id has 21 digits, of which the first is always 1."""
LETTERS_OF_A_CUSTOMER: Final = 7
LETTERS: Final = string.digits + string.ascii_lowercase
BYTES_OF_A_QUALIFIER: Final = 8
NOBODY: Final = "105250506097979753968"
"""The profile id that the log of consents puts where the actor is no user of the customer."""


def _number(kind: str, word: str) -> int:
    return int.from_bytes(sha256(f"google {kind}\0{word}".encode()).digest())


def user_id(address: str) -> str:
    """The id of the user who signs in to the platform with this address."""
    return f"1{_number('user', address) % 10**DIGITS_OF_A_USER:0{DIGITS_OF_A_USER}d}"


def customer_id(account: str) -> str:
    """The id of a customer, such as ``C01a2b3c4``."""
    rest, letters = _number("customer", account), ""
    for _ in range(LETTERS_OF_A_CUSTOMER):
        rest, letter = divmod(rest, len(LETTERS))
        letters += LETTERS[letter]
    return f"C0{letters}"


def project_number(account: str) -> str:
    """The number of the project that a service account lives in."""
    return f"{_number('project', account) % 9 + 1}{_number('number', account) % 10**11:011d}"


def client_id(word: str) -> str:
    """The client id of an app that users consent to."""
    return f"{project_number(word)}-{sha256(word.encode()).hexdigest()[:32]}.apps.googleusercontent.com"


def etag(content: object) -> str:
    """The tag of a resource in this state."""
    return f'"{sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()[:22]}"'


def qualifier(*words: str) -> int:
    """What tells records of one moment apart: any whole number of 64 bits, half of them below zero."""
    data = sha256("\0".join(("google record", *words)).encode()).digest()[:BYTES_OF_A_QUALIFIER]
    return int.from_bytes(data, signed=True)
