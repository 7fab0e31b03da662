"""What a service account signs in with, in the two forms that Google's own libraries read."""

import json
import secrets
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from calplan.sandbox.servers.google.ids import client_id, customer_id, project_number
from calplan.sandbox.servers.google.scopes import DELEGATED

BITS: Final = 2048
EXPONENT: Final = 65537
BYTES_OF_KEY_ID: Final = 20
BYTES_OF_BEARER: Final = 24
TOKEN_URI: Final = "https://oauth2.googleapis.com/token"  # noqa: S105 - an address
JWT_TYPE: Final = "urn:ietf:params:oauth:token-type:jwt"
POOL: Final = "workloadIdentityPools/ci/providers/oidc"


@dataclass(frozen=True, slots=True, kw_only=True)
class GoogleKeys:
    """A customer's service account, whom it may act for, and the app whose tokens are asked about."""

    customer_id: str
    subject: str
    """The address of the administrator it acts for."""
    client_ids: tuple[str, ...]
    """The client ids of the platform's own app; users consent to the first unless a test says otherwise."""
    service_account: str
    project: str
    private_key: str = field(repr=False)
    private_key_id: str
    oidc_bearer: str = field(repr=False)
    """What a pipeline shows to be given a token that says who it is."""
    scopes: frozenset[str] = DELEGATED

    @property
    def audience(self) -> str:
        """The identity provider that tokens of a pipeline are exchanged at."""
        return f"//iam.googleapis.com/projects/{self.project}/locations/global/{POOL}"

    def service_account_json(self) -> str:
        """The file with a service account's key, as Google hands it out."""
        stated = {
            "type": "service_account",
            "project_id": "calplan-sandbox",
            "private_key_id": self.private_key_id,
            "private_key": self.private_key,
            "client_email": self.service_account,
            "client_id": client_id(self.service_account).partition("-")[0],
            "auth_uri": "https://accounts.google.com/o/oauth2/auth",
            "token_uri": TOKEN_URI,
            "universe_domain": "googleapis.com",
        }
        return json.dumps(stated, indent=2)

    def workload_identity_json(self, origin: str, *, token_file: Path | None = None, impersonate: bool = False) -> str:
        """The file with which a pipeline signs in without a key.

        Its own token is asked for by URL, or read from a file. ``impersonate`` names the address that gives out tokens
        of the service account itself, which act for nobody.
        """
        by_url = {
            "url": f"{origin}/google/oidc",
            "headers": {"Authorization": f"Bearer {self.oidc_bearer}"},
            "format": {"type": "json", "subject_token_field_name": "value"},
        }
        account = f"{origin}/google/iam/v1/projects/-/serviceAccounts/{self.service_account}:generateAccessToken"
        stated = {
            "type": "external_account",
            "audience": self.audience,
            "subject_token_type": JWT_TYPE,
            "token_url": f"{origin}/google/sts/v1/token",
            "credential_source": by_url if token_file is None else {"file": str(token_file)},
            **({"service_account_impersonation_url": account} if impersonate else {}),
        }
        return json.dumps(stated, indent=2)


def new_private_key() -> str:
    """A key that nobody has had before, in PEM."""
    key = generate_private_key(public_exponent=EXPONENT, key_size=BITS)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def new_google_keys(account_id: str, subject: str) -> GoogleKeys:
    """Keys for an account; all ids are always the same, and the secrets are new."""
    return GoogleKeys(
        customer_id=customer_id(account_id),
        subject=subject,
        client_ids=(client_id("Zoom"),),
        service_account="calplan@calplan-sandbox.iam.gserviceaccount.com",
        project=project_number(account_id),
        private_key=new_private_key(),
        private_key_id=secrets.token_hex(BYTES_OF_KEY_ID),
        oidc_bearer=secrets.token_urlsafe(BYTES_OF_BEARER),
    )
