"""Secrets people type: printed personal codes, own PINs, administrators' passwords.

Hashed with argon2id. A check for somebody unknown costs as much as for somebody known.
"""

import secrets
from functools import cache

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
    return PasswordHash((Argon2Hasher(),))


@cache
def _nobodys_hash() -> str:
    return _hasher().hash(secrets.token_urlsafe(16))


def issue_code(account: Account) -> str:
    """A new personal code, to be printed once: `K7QF-2MXD`. It replaces the former code and PIN."""
    code = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    account.code_hash = _hasher().hash(code)
    account.pin_hash = None
    return f"{code[:4]}-{code[4:]}"


def set_pin(account: Account, pin: str) -> None:
    """The person's own PIN replaces the printed code."""
    account.pin_hash = _hasher().hash(pin)
    account.code_hash = None


def set_password(account: Account, password: str) -> None:
    """A password, for accounts that sign in by one."""
    account.password_hash = _hasher().hash(password)


def is_weak_pin(pin: str) -> bool:
    """Whether a PIN is among the first that anybody tries: one digit repeated, a run, a repeated pair, a year twice."""
    digits = [int(digit) for digit in pin]
    steps = {(after - before) % 10 for before, after in zip(digits, digits[1:], strict=False)}
    return (
        len(set(digits)) < 3
        or steps in ({1}, {9})
        or pin[:2] * 3 == pin
        or pin[:3] * 2 == pin
    )


def secret_matches(account: Account | None, typed: str) -> bool:
    """Whether `typed` is the account's PIN, or its printed code while it has no PIN (case and dash aside)."""
    stored = account and (account.pin_hash or account.code_hash)
    guess = typed.strip()
    if not (account and account.pin_hash):
        guess = guess.upper().replace("-", "").replace(" ", "")
    return _verify(guess, stored)


def password_matches(account: Account | None, typed: str) -> bool:
    """Whether `typed` is the account's password."""
    return _verify(typed, account.password_hash if account else None)


def _verify(guess: str, stored: str | None) -> bool:
    right = _hasher().verify(guess, stored or _nobodys_hash())
    return right and stored is not None
