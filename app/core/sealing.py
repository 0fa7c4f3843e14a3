"""Ciphers derived from the service's secret: without it a copy of the database tells nothing."""

from functools import cache

from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.settings import settings


def cipher(purpose: str) -> AESGCM:
    """AES-256-GCM under a key of its own for each purpose (`debriefs 1`), by HKDF-SHA256 from the secret."""
    return _derived(settings().secret(), purpose)


@cache
def _derived(secret: str, purpose: str) -> AESGCM:
    return AESGCM(
        HKDF(SHA256(), 32, salt=None, info=f"vis-ma-vie {purpose}".encode()).derive(secret.encode())
    )
