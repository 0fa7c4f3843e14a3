"""The address of somebody's calendar, sealed: whoever has it reads all their appointments."""

import secrets

from cryptography.exceptions import InvalidTag

from app.core.sealing import cipher

PURPOSE = "calendar addresses 1"
NONCE = 12


def seal(address: str, enrolment_id: int) -> bytes:
    """Encrypt an address for one enrolment; elsewhere it does not open."""
    nonce = secrets.token_bytes(NONCE)
    return nonce + cipher(PURPOSE).encrypt(nonce, address.encode(), str(enrolment_id).encode())


def unseal(sealed: bytes, enrolment_id: int) -> str | None:
    """The address; None when the service's secret is another one since."""
    try:
        return cipher(PURPOSE).decrypt(sealed[:NONCE], sealed[NONCE:], str(enrolment_id).encode()).decode()
    except InvalidTag:
        return None
