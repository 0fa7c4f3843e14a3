"""Sealing words with the service's secret: without it a copy of the database tells nothing.

AES-256-GCM under a key derived (HKDF-SHA256) from the secret. No Fernet: its tokens carry the time. Contents
are padded to two fixed sizes, so that a length does not tell a text.
"""

import hmac
import json
import secrets
from functools import cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from app.core.sealing import cipher
from app.core.settings import settings

PURPOSE = "debriefs 1"
NONCE = 12
FRAMES = (8 * 1024, 32 * 1024)
"""Bytes of a sealed content before encryption; the largest holds every text at its longest."""


class Unreadable(Exception):
    """Sealed under another secret, or for another place."""


def seal(content: dict[str, Any], place: str) -> bytes:
    """Encrypt `content` for `place` (`draft:7:host`), which is authenticated with it."""
    plain = json.dumps(content, ensure_ascii=False).encode()
    frame = next(size for size in FRAMES if len(plain) + 1 <= size)
    padded = plain + b"\x01" + bytes(frame - len(plain) - 1)
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher(PURPOSE).encrypt(nonce, padded, place.encode())


def unseal(sealed: bytes, place: str) -> dict[str, Any]:
    """What was sealed for `place`. Raises Unreadable."""
    try:
        padded = cipher(PURPOSE).decrypt(sealed[:NONCE], sealed[NONCE:], place.encode())
    except InvalidTag as wrong:
        raise Unreadable(place.partition(":")[0]) from wrong
    content: dict[str, Any] = json.loads(padded.rstrip(b"\x00")[:-1])
    return content


def pseudonym(campaign_id: int, person_id: int) -> str:
    """The same for all forms of a person in a campaign; without the secret it names nobody."""
    said = f"{campaign_id}:{person_id}".encode()
    return hmac.digest(_naming_key(settings().secret()), said, "sha256").hex()[:32]


@cache
def _naming_key(secret: str) -> bytes:
    return HKDF(SHA256(), 32, salt=None, info=b"vis-ma-vie debriefs people 1").derive(secret.encode())


def random_id() -> str:
    """128 bits that tell neither order nor time."""
    return secrets.token_hex(16)
