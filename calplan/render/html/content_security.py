"""What the report lets a browser run: the one script and the one style sheet that it holds, and nothing else."""

import hashlib
from base64 import b64encode


def content_security_policy(*, script: str, style: str) -> str:
    """The value of the report's Content-Security-Policy: what is not named by its hash neither runs nor loads."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{hash_of(script)}'",
            f"style-src '{hash_of(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
            "require-trusted-types-for 'script'",
        )
    )


def hash_of(text: str) -> str:
    """The source expression that allows an inline element with exactly this text."""
    return f"sha256-{b64encode(hashlib.sha256(text.encode()).digest()).decode('ascii')}"
