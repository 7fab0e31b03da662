"""The name of an account as that of a file: no two accounts have the same, and none leads elsewhere."""

from hashlib import sha256
from typing import Final
from urllib.parse import quote

LONGEST: Final = 150
"""Letters; file systems take 255 bytes, and something is put behind."""
LETTERS_OF_DIGEST: Final = 32


def file_name_of(account: str) -> str:
    """What stands for itself stays; everything else is written in percent, and a long name is cut and told apart."""
    name = quote(account, safe="@ +,=", errors="surrogatepass").replace("~", "%7E")
    if name.startswith("."):
        name = f"%2E{name[1:]}"
    if len(name) <= LONGEST:
        return name
    # No other name has a tilde.
    digest = sha256(account.encode("utf-8", "surrogatepass")).hexdigest()[:LETTERS_OF_DIGEST]
    return f"{name[:LONGEST]}~{digest}"
