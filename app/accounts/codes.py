"""Secrets people type: printed personal codes, own PINs, administrators' passwords.

Hashed with argon2id. A check for somebody unknown costs as much as for somebody known.
Hashing takes tens of milliseconds: do it outside of a write transaction.
"""

import secrets
from functools import cache
from itertools import pairwise

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

from app.accounts.tables import Account

ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
"""Without 0 O 1 I L, which look alike on paper."""
CODE_LENGTH = 8
PIN_LENGTH = 6
MIN_PASSWORD = 12


@cache
def _hasher() -> PasswordHash:
    # OWASP's Password Storage Cheat Sheet: argon2id with 19 MiB, two passes, one lane. Guesses are counted
    # before they are hashed; a personal code has 40 bits; eight requests at once stay under 160 MiB.
    return PasswordHash((Argon2Hasher(time_cost=2, memory_cost=19_456, parallelism=1),))


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def issue_code(account: Account) -> str:
    """A new personal code, to be printed once: `K7QF-2MXD`. It replaces the former code and PIN."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    account.code_hash = hash_secret(code)
    account.pin_hash = None
    return f"{code[:4]}-{code[4:]}"


def hash_secret(secret: str) -> str:
    """What the database keeps of a secret that somebody typed."""
    return _hasher().hash(secret)


def set_password(account: Account, password: str) -> None:
    """A password, for accounts that sign in by one."""
    account.password_hash = hash_secret(password)


def is_weak_pin(pin: str, employee_number: str | None = None) -> bool:
    """Whether a PIN is among the first that anybody tries: fewer than three different digits, a run, a
    repeated half or pair, or digits of the person's own number."""
    digits = [int(digit) for digit in pin]
    number = "".join(one for one in employee_number or "" if one.isdigit()).zfill(PIN_LENGTH)
    steps = {(after - before) % 10 for before, after in pairwise(digits)}
    return (
        len(set(digits)) < 3
        or steps in ({1}, {9})
        or pin[:2] * 3 == pin
        or pin[:3] * 2 == pin
        or pin in number
    )


def secret_matches(account: Account | None, typed: str) -> bool:
    """Whether `typed` is the account's PIN, or its printed code while it has no PIN. Case, dashes and spaces
    do not count."""
    stored = account.pin_hash or account.code_hash if account else None
    return _verify(typed.upper().replace("-", "").replace(" ", ""), stored)


def password_matches(account: Account | None, typed: str) -> bool:
    """Whether `typed` is the account's password."""
    return _verify(typed, account.password_hash if account else None)


def _verify(guess: str, stored: str | None) -> bool:
    right = _hasher().verify(guess, stored or _nobodys_hash())
    return right and stored is not None
